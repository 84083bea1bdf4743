// Makes keys: SHA-256 over what a key belongs to.
#include <openssl/evp.h>

#include <algorithm>
#include <array>

#include "common/core/ensure.hpp"
#include "common/idempotency/idempotency.hpp"

namespace frontrow::idempotency {
namespace {

std::string sha256(std::string_view octets) {
    auto digest = std::array<unsigned char, EVP_MAX_MD_SIZE>{};
    auto length = 0U;
    ENSURE(EVP_Digest(octets.data(), octets.size(), digest.data(), &length, EVP_sha256(),
                      nullptr) == 1);
    return {digest.begin(), digest.begin() + length};
}

/// With its length before it, "ab" + "c" is not "a" + "bc".
void append(std::string& out, std::string_view part) {
    out += std::to_string(part.size());
    out += ':';
    out += part;
}

}  // namespace

Key key_of(UserId const& user, std::string_view route, std::string_view key,
           std::string_view canonical_body) {
    auto owner = std::string{};
    append(owner, user.name);
    append(owner, route);
    append(owner, key);
    auto const digest = sha256(owner);
    auto made = Key{.scope = {}, .body_hash = {sha256(canonical_body)}};
    std::copy_n(digest.begin(), made.scope.octets.size(), made.scope.octets.begin());
    return made;
}

}  // namespace frontrow::idempotency
