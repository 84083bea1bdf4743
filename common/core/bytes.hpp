// Octets as values: what Kafka, PostgreSQL and the signatures carry.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow {

/// Octets that need not be text. A type of its own, so that it binds as bytea and never as text.
struct Bytes {
    std::string octets;
    auto operator<=>(Bytes const&) const = default;
};

/// Lower-case hexadecimal, two digits an octet.
[[nodiscard]] std::string to_hex(std::string_view octets);
void append_hex(std::string& out, std::string_view octets);
/// Nothing if the length is odd or a digit is not hexadecimal (either case is read).
[[nodiscard]] std::optional<std::string> from_hex(std::string_view text);
/// The octet that two digits of either case spell, the high one first.
[[nodiscard]] std::optional<std::uint8_t> octet_from_hex(char high, char low);

/// base64url without padding (RFC 4648, section 5), as JWS wants it.
[[nodiscard]] std::string to_base64url(std::string_view octets);
/// Nothing on a foreign character, on padding, on an impossible length, or if unused bits are not
/// zero: each value has exactly one spelling.
[[nodiscard]] std::optional<std::string> from_base64url(std::string_view text);

}  // namespace frontrow
