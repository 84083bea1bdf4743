// Writes JSON text piece by piece and checks that the pieces fit.
#include "common/json/writer.hpp"

#include <array>
#include <charconv>
#include <cmath>
#include <utility>

#include "common/core/ensure.hpp"
#include "common/json/utf8.hpp"

namespace frontrow::json {
namespace {

void append_control(std::string& out, char c) {
    constexpr std::string_view digits = "0123456789abcdef";
    switch (c) {
        case '\b':
            out += "\\b";
            return;
        case '\f':
            out += "\\f";
            return;
        case '\n':
            out += "\\n";
            return;
        case '\r':
            out += "\\r";
            return;
        case '\t':
            out += "\\t";
            return;
        default:
            out += "\\u00";
            out += digits[static_cast<unsigned char>(c) >> 4U];
            out += digits[static_cast<unsigned char>(c) & 0xFU];
    }
}

/// Of an event or an answer, so that most are allocated once.
constexpr auto octets_expected = std::size_t{768};

constexpr bool is_plain(char c) {
    return c >= 0x20 && c < 0x7f && c != '"' && c != '\\';
}

template <class Number>
std::string digits_of(Number number) {
    auto buffer = std::array<char, 32>{};
    auto const end = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
    ENSURE(end.ec == std::errc{});
    return {buffer.data(), end.ptr};
}

}  // namespace

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    for (std::size_t at = 0; at < text.size();) {
        auto plain = at;
        while (plain < text.size() && is_plain(text[plain])) {
            ++plain;
        }
        out.append(text, at, plain - at);
        at = plain;
        if (at == text.size()) {
            break;
        }
        auto const c = text[at];
        auto const octets = utf8_octets_at(text, at);
        if (octets == 0) {
            out += "\xEF\xBF\xBD";
        } else if (octets > 1) {
            out += text.substr(at, octets);
        } else if (c == '"' || c == '\\') {
            out += '\\';
            out += c;
        } else if (static_cast<unsigned char>(c) < 0x20) {
            append_control(out, c);
        } else {
            out += c;
        }
        at += octets == 0 ? 1 : octets;
    }
    out += '"';
}

std::string quote(std::string_view text) {
    auto out = std::string{};
    out.reserve(text.size() + 2);
    append_quoted(out, text);
    return out;
}

Writer::Writer() {
    out_.reserve(octets_expected);
}

void Writer::comma() {
    ENSURE(!open_.empty() || out_.empty());                      // one value a document
    ENSURE(open_.empty() || open_.back() == '[' || after_key_);  // in an object a key comes first
    if (!first_ && !after_key_) {
        out_ += ',';
    }
    first_ = false;
    after_key_ = false;
}

Writer& Writer::object() {
    comma();
    out_ += '{';
    open_ += '{';
    first_ = true;
    return *this;
}

Writer& Writer::array() {
    comma();
    out_ += '[';
    open_ += '[';
    first_ = true;
    return *this;
}

Writer& Writer::end() {
    ENSURE(!open_.empty() && !after_key_);
    out_ += open_.back() == '{' ? '}' : ']';
    open_.pop_back();
    first_ = false;
    return *this;
}

Writer& Writer::key(std::string_view name) {
    ENSURE(!open_.empty() && open_.back() == '{' && !after_key_);
    if (!first_) {
        out_ += ',';
    }
    first_ = false;
    append_quoted(out_, name);
    out_ += ':';
    after_key_ = true;
    return *this;
}

Writer& Writer::value(std::string_view text) {
    comma();
    append_quoted(out_, text);
    return *this;
}

Writer& Writer::value(Instant instant) {
    comma();
    out_ += '"';
    append_rfc3339(out_, instant);
    out_ += '"';
    return *this;
}

Writer& Writer::value(Uuid const& uuid) {
    comma();
    out_ += '"';
    uuid.append_to(out_);
    out_ += '"';
    return *this;
}

Writer& Writer::value(std::int64_t number) {
    comma();
    out_ += digits_of(number);
    return *this;
}

Writer& Writer::value(bool boolean) {
    comma();
    out_ += boolean ? "true" : "false";
    return *this;
}

Writer& Writer::value(double number) {
    ENSURE(std::isfinite(number));
    comma();
    out_ += digits_of(number);
    return *this;
}

Writer& Writer::value(Money money) {
    return object()
        .member("amount", money.minor_units)
        .member("currency", money.currency.to_string())
        .end();
}

Writer& Writer::null() {
    comma();
    out_ += "null";
    return *this;
}

Writer& Writer::raw(std::string_view json) {
    ENSURE(!json.empty());
    comma();
    out_ += json;
    return *this;
}

std::string Writer::text() && {
    ENSURE(open_.empty() && !out_.empty());
    return std::move(out_);
}

}  // namespace frontrow::json
