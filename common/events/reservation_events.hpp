// booking.reservation.v1: what happens to reservations. Key: reservationId. Producer:
// booking-service.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "common/core/id.hpp"
#include "common/core/money.hpp"

namespace frontrow::events {

/// A seat and the fence under which the reservation has it. A reader applies a change of a seat
/// only if (fence, version of the reservation) is higher than what it shows.
struct SeatFence {
    std::int32_t seat{0};
    std::int64_t fence{0};
    auto operator<=>(SeatFence const&) const = default;
};

/// What every event of the family tells: the reservation as it is after the change.
struct ReservationFacts {
    ReservationId reservation;
    ShowId show;
    UserId user;
    std::optional<TokenId>
        token;  ///< the queue token whose pass was used; none if the show has no queue
    std::vector<SeatFence> seats;  ///< those that the reservation has, or had until this event
    Money total;
    Instant held_until{};
    std::int32_t attempt{0};  ///< of payment; 0: none yet
};

struct ReservationHeld : ReservationFacts {};
struct ReservationExtended : ReservationFacts {};
/// Decide by `held_until`, and only if `attempt` is higher than the last one decided.
struct ReservationPaymentRequested : ReservationFacts {};
/// PAYING -> HELD: the payment was declined and time remains.
struct ReservationReturned : ReservationFacts {
    std::string reason;
};
struct ReservationConfirmed : ReservationFacts {};
struct ReservationExpired : ReservationFacts {};
struct ReservationCancelled : ReservationFacts {};
/// `given_back` of the seats are free again and `refund` is owed for them.
struct ReservationPartlyCancelled : ReservationFacts {
    std::vector<SeatFence> given_back;
    Money refund;
};

}  // namespace frontrow::events
