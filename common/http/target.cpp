// Takes a request target apart.
#include "common/http/target.hpp"

#include <algorithm>

#include "common/json/utf8.hpp"

namespace frontrow::http {
namespace {

constexpr std::size_t query_names_max = 32;

int hex_digit(char c) {
    if ('0' <= c && c <= '9') {
        return c - '0';
    }
    if ('a' <= c && c <= 'f') {
        return c - 'a' + 10;
    }
    return 'A' <= c && c <= 'F' ? c - 'A' + 10 : -1;
}

bool is_escape(std::string_view text, std::size_t at) {
    return at + 2 < text.size() && text[at] == '%' && hex_digit(text[at + 1]) >= 0 &&
           hex_digit(text[at + 2]) >= 0;
}

/// Octets that RFC 3986 has in a path or query, escapes apart.
bool is_uri_octet(char c) {
    constexpr std::string_view marks = "-._~!$&'()*+,;=:@/?%";
    return ('a' <= c && c <= 'z') || ('A' <= c && c <= 'Z') || ('0' <= c && c <= '9') ||
           marks.find(c) != std::string_view::npos;
}

bool is_readable(std::string_view text) {
    auto const is_control = [](char c) {
        return (0 <= c && c < ' ') || c == '\x7F';
    };
    return std::none_of(text.begin(), text.end(), is_control) && json::is_utf8(text);
}

std::optional<std::string> decoded(std::string_view text) {
    auto out = std::string{};
    out.reserve(text.size());
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] != '%') {
            out += text[at];
            continue;
        }
        if (!is_escape(text, at)) {
            return std::nullopt;
        }
        out += static_cast<char>(hex_digit(text[at + 1]) * 16 + hex_digit(text[at + 2]));
        at += 2;
    }
    return is_readable(out) ? std::optional{std::move(out)} : std::nullopt;
}

/// A segment that was escaped twice, or that is another path once it is decoded, is a trick.
bool is_tricky(std::string_view segment) {
    for (std::size_t at = 0; at < segment.size(); ++at) {
        if (is_escape(segment, at)) {
            return true;
        }
    }
    return segment == "." || segment == ".." ||
           segment.find_first_of("/\\") != std::string_view::npos;
}

std::optional<std::string> path_from(std::string_view raw) {
    auto path = std::string{};
    while (!raw.empty()) {
        raw.remove_prefix(1);  // the slash
        auto const end = std::min(raw.find('/'), raw.size());
        auto const segment = decoded(raw.substr(0, end));
        if (!segment || is_tricky(*segment)) {
            return std::nullopt;
        }
        path += "/" + *segment;
        raw.remove_prefix(end);
    }
    return path;
}

/// A query is written as forms write it, where `+` is a space.
std::optional<std::string> decoded_of_query(std::string_view text) {
    auto spaced = std::string{text};
    std::replace(spaced.begin(), spaced.end(), '+', ' ');
    return decoded(spaced);
}

std::optional<std::map<std::string, std::string>> query_from(std::string_view raw) {
    auto query = std::map<std::string, std::string>{};
    while (!raw.empty()) {
        auto const end = std::min(raw.find('&'), raw.size());
        auto const pair = raw.substr(0, end);
        auto const equals = std::min(pair.find('='), pair.size());
        auto const name = decoded_of_query(pair.substr(0, equals));
        auto const value = decoded_of_query(pair.substr(std::min(equals + 1, pair.size())));
        if (!name || !value || name->empty() || query.size() >= query_names_max ||
            !query.emplace(*name, *value).second) {
            return std::nullopt;
        }
        raw.remove_prefix(std::min(end + 1, raw.size()));
    }
    return query;
}

}  // namespace

std::optional<Target> parse_target(std::string_view text) {
    if (!text.starts_with('/') || !std::all_of(text.begin(), text.end(), is_uri_octet)) {
        return std::nullopt;
    }
    auto const mark = std::min(text.find('?'), text.size());
    auto path = path_from(text.substr(0, mark));
    auto query = query_from(text.substr(std::min(mark + 1, text.size())));
    if (!path || !query) {
        return std::nullopt;
    }
    return Target{*std::move(path), *std::move(query)};
}

}  // namespace frontrow::http
