// Decides whether a hold may last longer, and how long.
#include "booking-service/domain/extend.hpp"

#include <algorithm>

#include "booking-service/domain/hold.hpp"

namespace frontrow::booking::domain {
namespace {

std::optional<ExtendRefusal> against(Reservation const& reservation) {
    if (reservation.state == ReservationState::expired) {
        return ExtendRefusal::hold_expired;
    }
    if (reservation.state != ReservationState::held) {
        return ExtendRefusal::not_held;
    }
    if (reservation.extended) {
        return ExtendRefusal::extended_already;
    }
    return std::nullopt;
}

}  // namespace

ExtendOutcome extend(Work& work, ReservationId const& id, UserId const& user, Instant now,
                     Rules const& rules) {
    auto const* found = work.reservations.find(id);
    if (found == nullptr || found->user != user) {
        return {.refusal = ExtendRefusal::no_such_reservation};
    }
    auto const is_over = now >= found->held_until || !is_still_ours(work, *found);
    if (is_live(found->state) && is_over) {
        return {.event = end_as_expired(work, id), .refusal = ExtendRefusal::hold_expired};
    }
    if (auto const refusal = against(*found)) {
        return {.refusal = refusal};
    }
    auto& reservation = work.reservations.change(id);
    auto const longer = std::min(reservation.held_until + rules.extension,
                                 reservation.created_at + rules.hold_maximum);
    set_deadline(work, id, std::max(reservation.held_until, longer));
    reservation.extended = true;
    reservation.version += 1;
    return {.event = ReservationEvent{Happening::extended, reservation}};
}

}  // namespace frontrow::booking::domain
