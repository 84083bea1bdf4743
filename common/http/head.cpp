// Reads a head line by line; each rule of research on request smuggling is one refusal here.
#include "common/http/head.hpp"

#include <algorithm>
#include <charconv>

#include "common/http/target.hpp"

namespace frontrow::http {
namespace {

constexpr std::size_t usual_fields = 16;  // of a browser

bool is_token_octet(char c) {
    constexpr std::string_view marks = "!#$%&'*+-.^_`|~";
    return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') ||
           marks.find(c) != std::string_view::npos;
}

bool is_token(std::string_view text) {
    return !text.empty() && std::all_of(text.begin(), text.end(), is_token_octet);
}

/// Printable ASCII, tab, and octets above ASCII (which stay opaque): RFC 9110, 5.5.
bool is_field_octet(char c) {
    return c == '\t' || c < 0 || (' ' <= c && c <= '~');
}

std::string lower(std::string_view text) {
    auto out = std::string{text};
    for (auto& c : out) {
        c = 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

std::string_view trimmed(std::string_view text) {
    auto const from = text.find_first_not_of(" \t");
    if (from == std::string_view::npos) {
        return {};
    }
    return text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

std::optional<Method> method_from(std::string_view name) {
    for (auto const method : {Method::get, Method::head, Method::post, Method::put, Method::patch,
                              Method::del, Method::options}) {
        if (name_of(method) == name) {
            return method;
        }
    }
    return std::nullopt;
}

bool is_digit(char c) {
    return '0' <= c && c <= '9';
}

/// Whether the text is `HTTP/` digit `.` digit at all.
bool is_version(std::string_view text) {
    return text.size() == 8 && text.starts_with("HTTP/") && is_digit(text[5]) && text[6] == '.' &&
           is_digit(text[7]);
}

std::optional<Standard> read_request_line(std::string_view line, Head& head) {
    auto const first = line.find(' ');
    auto const last = line.rfind(' ');
    if (first == std::string_view::npos || first == last) {
        return Standard::malformed_request;
    }
    auto const name = line.substr(0, first);
    auto const target = line.substr(first + 1, last - first - 1);
    auto const version = line.substr(last + 1);
    if (!is_token(name) || !is_version(version)) {
        return Standard::malformed_request;
    }
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        return Standard::version_not_supported;
    }
    auto const method = method_from(name);
    if (!method) {
        return Standard::method_not_implemented;
    }
    auto parsed = parse_target(target);
    if (!parsed) {
        return Standard::invalid_target;
    }
    head.method = *method;
    head.is_http_1_0 = version == "HTTP/1.0";
    head.path = std::move(parsed->path);
    head.query = std::move(parsed->query);
    return std::nullopt;
}

/// A line that starts with white space (an obsolete folded line) has no token before its colon.
std::optional<Standard> read_field(std::string_view line, Head& head) {
    auto const colon = line.find(':');
    if (colon == std::string_view::npos || !is_token(line.substr(0, colon))) {
        return Standard::malformed_request;
    }
    auto const value = trimmed(line.substr(colon + 1));
    if (!std::ranges::all_of(value, [](char c) { return is_field_octet(c); })) {
        return Standard::malformed_request;
    }
    head.fields.emplace_back(lower(line.substr(0, colon)), std::string{value});
    return std::nullopt;
}

std::size_t count_of(Head const& head, std::string_view name) {
    return static_cast<std::size_t>(
        std::count_if(head.fields.begin(), head.fields.end(),
                      [&](auto const& field) { return field.first == name; }));
}

std::string_view value_of(Head const& head, std::string_view name) {
    auto const found = std::find_if(head.fields.begin(), head.fields.end(),
                                    [&](auto const& field) { return field.first == name; });
    return found == head.fields.end() ? std::string_view{} : found->second;
}

/// A name or address with or without a port: no user, no path, no list.
bool is_host(std::string_view text) {
    constexpr std::string_view marks = "-._~:[]";
    return !text.empty() && std::all_of(text.begin(), text.end(), [&](char c) {
        return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || is_digit(c) ||
               marks.find(c) != std::string_view::npos;
    });
}

std::optional<Standard> check_host(Head const& head) {
    auto const hosts = count_of(head, "host");
    if (hosts == 0 && head.is_http_1_0) {
        return std::nullopt;
    }
    if (hosts != 1 || !is_host(value_of(head, "host"))) {
        return Standard::invalid_host;
    }
    return std::nullopt;
}

std::optional<Standard> check_repeats(Head const& head) {
    for (auto const* const name :
         {"authorization", "content-encoding", "content-type", "expect", "idempotency-key",
          "last-event-id", "queue-pass", "x-correlation-id"}) {
        if (count_of(head, name) > 1) {
            return Standard::repeated_header;
        }
    }
    return std::nullopt;
}

std::optional<Standard> read_length(std::string_view text, Head& head) {
    auto const* const end = text.data() + text.size();
    auto const read = std::from_chars(text.data(), end, head.content_length);
    if (text.empty() || !std::all_of(text.begin(), text.end(), is_digit) ||
        read.ec != std::errc{} || read.ptr != end) {
        return Standard::invalid_framing;
    }
    head.framing = head.content_length == 0 ? Framing::none : Framing::length;
    return std::nullopt;
}

/// Where the body ends must have one reading only: anything else lets a request hide in a body.
std::optional<Standard> read_framing(Head& head) {
    auto const lengths = count_of(head, "content-length");
    auto const codings = count_of(head, "transfer-encoding");
    if (lengths > 1 || codings > 1 || (lengths == 1 && codings == 1)) {
        return Standard::invalid_framing;
    }
    if (lengths == 1) {
        return read_length(value_of(head, "content-length"), head);
    }
    if (codings == 0) {
        return std::nullopt;
    }
    auto const coding = lower(value_of(head, "transfer-encoding"));
    if (head.is_http_1_0 || coding.empty() || coding.starts_with("chunked,") ||
        coding.starts_with("chunked ")) {
        return Standard::invalid_framing;
    }
    if (coding != "chunked") {
        return Standard::transfer_coding_not_implemented;
    }
    head.framing = Framing::chunked;
    return std::nullopt;
}

std::optional<Standard> read_expectation(Head& head) {
    if (count_of(head, "expect") == 0 || head.is_http_1_0) {
        return std::nullopt;
    }
    if (lower(value_of(head, "expect")) != "100-continue") {
        return Standard::expectation_failed;
    }
    head.expects_continue = head.framing != Framing::none;
    return std::nullopt;
}

void read_connection(Head& head) {
    head.keep_alive = !head.is_http_1_0;
    for (auto const& [name, value] : head.fields) {
        if (name != "connection") {
            continue;
        }
        auto rest = std::string_view{value};
        while (!rest.empty()) {
            auto const end = std::min(rest.find(','), rest.size());
            if (lower(trimmed(rest.substr(0, end))) == "close") {
                head.keep_alive = false;
            }
            rest.remove_prefix(std::min(end + 1, rest.size()));
        }
    }
}

/// What can only be judged when all fields are there.
std::optional<Standard> check_whole(Head& head) {
    if (auto const bad = check_host(head)) {
        return bad;
    }
    if (auto const bad = check_repeats(head)) {
        return bad;
    }
    if (auto const bad = read_framing(head)) {
        return bad;
    }
    read_connection(head);
    return read_expectation(head);
}

/// The lines of a head, each ended by CR LF.
class Lines {
  public:
    Lines(std::string_view input, std::size_t octets_max) : input_{input}, max_{octets_max} {}

    enum class Next { line = 1, need_more, bad_end, too_long };
    /// The next whole line, without its end.
    Next next(std::string_view& line) {
        auto const end = input_.find('\n', at_);
        if (end == std::string_view::npos ? input_.size() > max_ : end >= max_) {
            return Next::too_long;
        }
        if (end == std::string_view::npos) {
            return Next::need_more;
        }
        if (end == at_ || input_[end - 1] != '\r') {
            return Next::bad_end;
        }
        line = input_.substr(at_, end - 1 - at_);
        at_ = end + 1;
        return Next::line;
    }
    [[nodiscard]] std::size_t octets() const { return at_; }

  private:
    std::string_view input_;
    std::size_t max_;
    std::size_t at_{0};
};

}  // namespace

HeadOutcome parse_head(std::string_view input, HeadLimits const& limits) {
    auto head = Head{};
    head.fields.reserve(usual_fields);
    auto lines = Lines{input, limits.octets_max};
    auto line = std::string_view{};
    auto has_request_line = false;
    for (;;) {
        switch (lines.next(line)) {
            case Lines::Next::need_more:
                return NeedMore{};
            case Lines::Next::too_long:
                return has_request_line ? Standard::header_too_large : Standard::target_too_long;
            case Lines::Next::bad_end:
                return Standard::malformed_request;
            case Lines::Next::line:
                break;
        }
        auto bad = std::optional<Standard>{};
        if (!has_request_line) {
            bad = read_request_line(line, head);
            has_request_line = true;
        } else if (line.empty()) {
            head.octets = lines.octets();
            bad = check_whole(head);
            return bad ? HeadOutcome{*bad} : HeadOutcome{std::move(head)};
        } else if (head.fields.size() >= limits.fields_max) {
            bad = Standard::header_too_large;
        } else {
            bad = read_field(line, head);
        }
        if (bad) {
            return *bad;
        }
    }
}

}  // namespace frontrow::http
