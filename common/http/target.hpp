// The request target: a path and a query, decoded once and checked.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow::http {

struct Target {
    std::string path;
    std::map<std::string, std::string> query;
};

/// Only the origin form (RFC 9112, 3.2.1). Nothing for any other form, for octets that a URI cannot
/// hold, escapes that are broken, doubled or hide a slash, dot segments, and repeated query names.
[[nodiscard]] std::optional<Target> parse_target(std::string_view text);

}  // namespace frontrow::http
