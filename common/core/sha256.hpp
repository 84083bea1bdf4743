// SHA-256 (FIPS 180-4).
#pragma once

#include <string>
#include <string_view>

namespace frontrow {

/// The digest: 32 octets. OpenSSL's algorithm is looked up once for all and not for each digest,
/// which costs more than the digest of a key or a token.
[[nodiscard]] std::string sha256(std::string_view octets);

}  // namespace frontrow
