// What a live reservation has in common with its seats and its pass: one owner, one deadline.
#pragma once

#include <optional>

#include "booking-service/domain/event.hpp"
#include "booking-service/domain/work.hpp"

namespace frontrow::booking::domain {

/// Whether the seat still has this reservation and fence.
[[nodiscard]] bool carries(Work const& work, Reservation const& reservation,
                           SeatClaim const& claim);

/// Whether every seat still carries this reservation and its fence, and its pass names it. A hold
/// that has run out may have been taken over, and the transaction's clock was read before its locks
/// were granted: so time alone does not tell.
[[nodiscard]] bool is_still_ours(Work const& work, Reservation const& reservation);

/// Frees one seat, which carries the reservation.
void free_seat(Work& work, Reservation const& reservation, SeatClaim const& claim);

/// Moves the deadline of the reservation, its seats and its pass together.
void set_deadline(Work& work, ReservationId const& id, Instant held_until);

/// Ends it as EXPIRED: frees the seats that are still its own, lets its pass be used again, and
/// answers the event that tells so.
[[nodiscard]] ReservationEvent end_as_expired(Work& work, ReservationId const& id);

/// Ends it as CANCELLED: frees the seats that are still its own, held or sold, and answers the
/// event that tells so. A pass that was spent stays spent.
[[nodiscard]] ReservationEvent end_as_cancelled(Work& work, ReservationId const& id);

/// EXPIRED if it is live and its time is over by `now`; else nothing happens. For the sweeper.
[[nodiscard]] std::optional<ReservationEvent> expire(Work& work, ReservationId const& id,
                                                     Instant now);

}  // namespace frontrow::booking::domain
