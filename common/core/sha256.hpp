// SHA-256 (FIPS 180-4).
#pragma once

#include <string>
#include <string_view>

namespace frontrow {

/// The digest: 32 octets. OpenSSL's algorithm is looked up once for all, and each thread keeps what
/// a digest works in: both cost as much as the digest of a key.
[[nodiscard]] std::string sha256(std::string_view octets);

}  // namespace frontrow
