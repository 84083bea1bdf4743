// The claims of a payload, each of its type or not there.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "common/core/clock.hpp"
#include "common/json/value.hpp"

namespace frontrow::auth {

/// 1 to 128 octets of printable ASCII: what a `UserId` may be.
[[nodiscard]] std::optional<std::string> subject_of(json::Value const& claims);
/// A NumericDate from 1970 to 9999, with a fraction or without (RFC 7519, section 2).
[[nodiscard]] std::optional<Instant> date_of(json::Value const& claims, std::string_view name);
/// How `date_of` reads it back: no octet of an Instant is lost.
[[nodiscard]] std::string numeric_date(Instant instant);

}  // namespace frontrow::auth
