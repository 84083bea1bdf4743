// Makes keys: SHA-256 over what a key belongs to.
#include <algorithm>

#include "common/core/sha256.hpp"
#include "common/idempotency/idempotency.hpp"

namespace frontrow::idempotency {
namespace {

constexpr auto lengths_octets_max = std::size_t{64};  // of three lengths in digits, and colons

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
    owner.reserve(user.name.size() + route.size() + key.size() + lengths_octets_max);
    append(owner, user.name);
    append(owner, route);
    append(owner, key);
    auto const digest = sha256(owner);
    auto made = Key{.scope = {}, .body_hash = {sha256(canonical_body)}};
    std::copy_n(digest.begin(), made.scope.octets.size(), made.scope.octets.begin());
    return made;
}

}  // namespace frontrow::idempotency
