// Decides what a cancellation gives back: everything, or some seats of what was paid.
#include "booking-service/domain/cancel.hpp"

#include <algorithm>

#include "booking-service/domain/hold.hpp"

namespace frontrow::booking::domain {
namespace {

bool is_sold(ReservationState state) {
    return state == ReservationState::confirmed || state == ReservationState::partly_cancelled;
}

/// What holds for a part as for the whole; nothing if it may go on.
std::optional<CancelOutcome> ended(Work& work, ReservationId const& id, UserId const& user,
                                   Instant now) {
    auto const* found = work.reservations.find(id);
    if (found == nullptr || found->user != user) {
        return CancelOutcome{.refusal = CancelRefusal::no_such_reservation};
    }
    if (is_live(found->state) && now >= found->held_until) {
        return CancelOutcome{.event = end_as_expired(work, id),
                             .refusal = CancelRefusal::hold_expired};
    }
    if (found->state == ReservationState::cancelled) {
        return CancelOutcome{.refusal = CancelRefusal::cancelled_already};
    }
    if (found->state == ReservationState::expired) {
        return CancelOutcome{.refusal = CancelRefusal::hold_expired};
    }
    return std::nullopt;
}

std::vector<SeatClaim> kept_by(Work const& work, Reservation const& reservation) {
    auto kept = std::vector<SeatClaim>{};
    std::ranges::copy_if(reservation.seats, std::back_inserter(kept),
                         [&](auto const& claim) { return carries(work, reservation, claim); });
    return kept;
}

}  // namespace

CancelOutcome cancel(Work& work, ReservationId const& id, UserId const& user, Instant now) {
    if (auto outcome = ended(work, id, user, now)) {
        return *std::move(outcome);
    }
    return {.event = end_as_cancelled(work, id)};
}

CancelOutcome cancel_part(Work& work, Show const& show, ReservationId const& id, UserId const& user,
                          std::span<std::int32_t const> seats, Instant now) {
    if (auto outcome = ended(work, id, user, now)) {
        return *std::move(outcome);
    }
    auto const& found = work.reservations.at(id);
    if (!is_sold(found.state)) {
        return {.refusal = CancelRefusal::not_sold_yet};
    }
    auto const kept = kept_by(work, found);
    auto const is_kept = [&](std::int32_t seat) {
        return std::ranges::find(kept, seat, &SeatClaim::seat) != kept.end();
    };
    if (seats.empty() || !std::ranges::all_of(seats, is_kept)) {
        return {.refusal = CancelRefusal::no_such_seat};
    }
    if (seats.size() == kept.size()) {
        return {.event = end_as_cancelled(work, id)};
    }
    auto& reservation = work.reservations.change(id);
    auto event = ReservationEvent{.happening = Happening::partly_cancelled, .after = {}};
    event.refund = {.minor_units = 0, .currency = reservation.total.currency};
    for (auto const& claim : kept) {
        if (std::ranges::find(seats, claim.seat) != seats.end()) {
            free_seat(work, reservation, claim);
            event.given_back.push_back(claim);
            event.refund.minor_units += show.layout->place_of(claim.seat)->section->price;
        }
    }
    reservation.total = reservation.total - event.refund;
    reservation.state = ReservationState::partly_cancelled;
    reservation.version += 1;
    event.after = reservation;
    return {.event = std::move(event)};
}

}  // namespace frontrow::booking::domain
