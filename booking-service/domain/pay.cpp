// Decides whether a payment may be asked for.
#include "booking-service/domain/pay.hpp"

#include <algorithm>

#include "booking-service/domain/hold.hpp"

namespace frontrow::booking::domain {
namespace {

std::optional<PayRefusal> against_state(ReservationState state) {
    switch (state) {
        case ReservationState::held:
            return std::nullopt;
        case ReservationState::paying:
            return PayRefusal::already_paying;
        case ReservationState::confirmed:
        case ReservationState::partly_cancelled:
            return PayRefusal::already_confirmed;
        case ReservationState::cancelled:
            return PayRefusal::cancelled;
        case ReservationState::expired:
            return PayRefusal::hold_expired;
    }
    return PayRefusal::hold_expired;
}

}  // namespace

PayOutcome pay(Work& work, ReservationId const& id, UserId const& user, Instant now,
               Rules const& rules) {
    auto const* found = work.reservations.find(id);
    if (found == nullptr || found->user != user) {
        return {.refusal = PayRefusal::no_such_reservation};
    }
    auto const is_over = now >= found->held_until || !is_still_ours(work, *found);
    if (is_live(found->state) && is_over) {
        return {.event = end_as_expired(work, id), .refusal = PayRefusal::hold_expired};
    }
    if (auto const refusal = against_state(found->state)) {
        return {.refusal = refusal};
    }
    auto& reservation = work.reservations.change(id);
    reservation.attempt += 1;
    if (reservation.attempt == 1) {
        set_deadline(work, id, std::max(reservation.held_until, now + rules.payment_minimum));
    }
    reservation.state = ReservationState::paying;
    reservation.decline.clear();
    reservation.version += 1;
    return {.event = ReservationEvent{Happening::payment_requested, reservation}};
}

}  // namespace frontrow::booking::domain
