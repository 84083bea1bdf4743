// A reservation: one to eight seats of a show for one user, all or nothing.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "common/core/clock.hpp"
#include "common/core/id.hpp"
#include "common/core/money.hpp"

namespace frontrow::booking::domain {

/// HELD -> PAYING -> CONFIRMED -> PARTLY_CANCELLED -> CANCELLED; HELD | PAYING -> EXPIRED |
/// CANCELLED; PAYING -> HELD when a payment is declined while time remains.
enum class ReservationState { held = 1, paying, confirmed, partly_cancelled, cancelled, expired };

/// Whether seats are kept for it that are not sold yet. The time may be over all the same.
[[nodiscard]] constexpr bool is_live(ReservationState state) {
    return state == ReservationState::held || state == ReservationState::paying;
}

/// A seat, and the fence that it got when this reservation claimed it.
struct SeatClaim {
    std::int32_t seat{0};
    std::int64_t fence{0};
    auto operator<=>(SeatClaim const&) const = default;
};

struct Reservation {
    ReservationId id;
    ShowId show;
    UserId user;
    std::optional<TokenId> token{};  ///< of the pass that it used; none if the show has no queue
    ReservationState state{ReservationState::held};
    std::vector<SeatClaim> seats;  ///< sorted by seat; the seats themselves never change
    Money total;                   ///< of the seats that it keeps
    Instant held_until{};          ///< the one deadline; its seats and its pass carry the same
    bool extended{false};          ///< once is all
    std::int32_t attempt{0};       ///< of payment; 0: none yet
    std::string decline{};         ///< why the last attempt was declined; empty: it was not
    std::int64_t version{1};
    Instant created_at{};
};

}  // namespace frontrow::booking::domain
