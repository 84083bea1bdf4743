// Makes the log's lines, and sees to it that nothing in a value can end a line or steer a terminal.
#include "common/log/line.hpp"

#include <fmt/format.h>

#include <cmath>
#include <cstdint>

namespace frontrow::log {
namespace {

constexpr auto text_octets_max = std::size_t{8192};
constexpr auto ecs_version = std::string_view{"8.11.0"};
constexpr auto replacement = std::string_view{"\xef\xbf\xbd"};

std::string_view name_of(Level level) {
    switch (level) {
        case Level::debug:
            return "debug";
        case Level::info:
            return "info";
        case Level::warning:
            return "warning";
        case Level::error:
            return "error";
    }
    return "error";
}

struct Character {
    std::size_t octets;  ///< 0 if what is at the front is not UTF-8
    std::uint32_t point;
};

/// Reads one character; overlong forms, surrogates and points above U+10FFFF are not UTF-8.
Character front(std::string_view text) {
    auto const octet = [&](std::size_t i) {
        return static_cast<std::uint8_t>(text[i]);
    };
    auto const first = octet(0);
    if (first < 0x80) {
        return {1, first};
    }
    auto const octets = std::size_t{first >= 0xf0 ? 4U : first >= 0xe0 ? 3U : 2U};
    if (first < 0xc2 || first > 0xf4 || text.size() < octets) {
        return {0, 0};
    }
    auto point = static_cast<std::uint32_t>(first & (0xffU >> (octets + 1)));
    for (auto i = std::size_t{1}; i < octets; ++i) {
        if ((octet(i) & 0xc0U) != 0x80) {
            return {0, 0};
        }
        point = (point << 6U) | (octet(i) & 0x3fU);
    }
    auto const overlong = (octets == 3 && point < 0x800) || (octets == 4 && point < 0x10000);
    auto const surrogate = point >= 0xd800 && point <= 0xdfff;
    return overlong || surrogate || point > 0x10ffff ? Character{0, 0} : Character{octets, point};
}

/// Controls of C0 and C1, DEL, the separators that some readers break lines at, and the marks that
/// turn the direction of text, with which a line can be made to look like another.
bool is_unsafe(std::uint32_t point) {
    return point < 0x20 || (point >= 0x7f && point <= 0x9f) || point == 0x2028 || point == 0x2029 ||
           (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069) ||
           point == 0xfeff;
}

/// Escapes as JSON does, which reads well enough on a terminal.
void append_character(std::string& out, Character const& character, std::string_view spelling) {
    auto const point = character.point;
    if (point == '"' || point == '\\') {
        out += '\\';
        out += static_cast<char>(point);
    } else if (point == '\n') {
        out += "\\n";
    } else if (point == '\t') {
        out += "\\t";
    } else if (is_unsafe(point)) {
        fmt::format_to(std::back_inserter(out), "\\u{:04x}", point);
    } else {
        out += spelling;
    }
}

void append_escaped(std::string& out, std::string_view text) {
    auto at = std::size_t{0};
    while (at < text.size() && at < text_octets_max) {
        auto const character = front(text.substr(at));
        if (character.octets == 0) {
            out += replacement;
            ++at;
        } else if (at + character.octets > text_octets_max) {
            break;  // whole characters only
        } else {
            append_character(out, character, text.substr(at, character.octets));
            at += character.octets;
        }
    }
    if (at < text.size()) {
        out += "...";
    }
}

void append_quoted(std::string& out, std::string_view text) {
    out += '"';
    append_escaped(out, text);
    out += '"';
}

void append_text(std::string& out, std::string_view name, std::string_view value) {
    if (!value.empty()) {
        out += ',';
        append_quoted(out, name);
        out += ':';
        append_quoted(out, value);
    }
}

struct AppendValue {
    std::string& out;

    void operator()(std::string const& text) const { append_quoted(out, text); }
    void operator()(std::int64_t number) const { out += std::to_string(number); }
    void operator()(bool truth) const { out += truth ? "true" : "false"; }
    void operator()(double number) const {
        out += std::isfinite(number) ? fmt::format("{}", number) : "null";
    }
};

}  // namespace

std::string json_line(Line const& line) {
    auto out = std::string{};
    out.reserve(256);
    out += R"({"@timestamp":")" + to_rfc3339(line.time) + '"';
    append_text(out, "log.level", name_of(line.level));
    append_text(out, "message", line.message);
    append_text(out, "ecs.version", ecs_version);
    append_text(out, "service.name", line.service);
    append_text(out, "event.action", line.action);
    if (line.trace != nullptr) {
        append_text(out, "trace.id", line.trace->trace_id_hex());
        append_text(out, "span.id", line.trace->span_id_hex());
    }
    append_text(out, "labels.correlation_id", line.correlation_id);
    for (auto const& field : line.fields) {
        out += ',';
        append_quoted(out, field.name);
        out += ':';
        std::visit(AppendValue{out}, field.value);
    }
    return out + '}';
}

std::string text_line(Line const& line) {
    auto out = fmt::format("{} {:7} ", to_rfc3339(line.time), name_of(line.level));
    append_escaped(out, line.message);
    if (!line.action.empty()) {
        out += " [";
        append_escaped(out, line.action);
        out += ']';
    }
    for (auto const& field : line.fields) {
        out += ' ';
        append_escaped(out, field.name);
        out += '=';
        std::visit(AppendValue{out}, field.value);
    }
    if (line.trace != nullptr) {
        out += " trace.id=" + line.trace->trace_id_hex();
    }
    if (!line.correlation_id.empty()) {
        out += " correlation_id=";
        append_quoted(out, line.correlation_id);
    }
    return out;
}

}  // namespace frontrow::log
