// Strong ids: a reservation's id is not a show's, and the compiler knows it.
#pragma once

#include <compare>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/uuid.hpp"

namespace frontrow {

template <class Tag>
struct Id {
    Uuid uuid;

    auto operator<=>(Id const&) const = default;
    [[nodiscard]] std::string to_string() const { return uuid.to_string(); }
    [[nodiscard]] static std::optional<Id> parse(std::string_view text) {
        auto const uuid = Uuid::parse(text);
        return uuid ? std::optional{Id{*uuid}} : std::nullopt;
    }
    /// A new one, later than every id drawn before in this process.
    [[nodiscard]] static Id draw() { return Id{new_uuid()}; }
};

using ConcertId = Id<struct ConcertTag>;
using ShowId = Id<struct ShowTag>;
using ReservationId = Id<struct ReservationTag>;
using TokenId = Id<struct TokenTag>;  ///< of a queue token; the `jti` of its pass
using TransferId = Id<struct TransferTag>;

/// The subject of a JWT: whose wallet, whose reservation. 1 to 128 octets of printable ASCII.
struct UserId {
    std::string name;
    auto operator<=>(UserId const&) const = default;
};

}  // namespace frontrow

template <class Tag>
struct std::hash<frontrow::Id<Tag>> {
    std::size_t operator()(frontrow::Id<Tag> const& id) const noexcept {
        return std::hash<frontrow::Uuid>{}(id.uuid);
    }
};

template <>
struct std::hash<frontrow::UserId> {
    std::size_t operator()(frontrow::UserId const& user) const noexcept {
        return std::hash<std::string>{}(user.name);
    }
};
