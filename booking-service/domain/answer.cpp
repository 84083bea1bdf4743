// Booking alone decides who gets the seat; an authorization only says that the money is there.
#include "booking-service/domain/answer.hpp"

#include "booking-service/domain/hold.hpp"

namespace frontrow::booking::domain {
namespace {

std::optional<Unmoved> why_unmoved(Reservation const* reservation, std::int32_t attempt) {
    if (reservation == nullptr) {
        return Unmoved::no_such_reservation;
    }
    if (reservation->state != ReservationState::paying) {
        return Unmoved::not_paying;
    }
    if (reservation->attempt != attempt) {
        return Unmoved::other_attempt;
    }
    return std::nullopt;
}

}  // namespace

AnswerOutcome confirm(Work& work, ReservationId const& id, std::int32_t attempt, Instant now) {
    auto const* found = work.reservations.find(id);
    if (auto const unmoved = why_unmoved(found, attempt)) {
        return {.unmoved = unmoved};
    }
    if (now >= found->held_until || !is_still_ours(work, *found)) {
        return {.event = end_as_expired(work, id)};
    }
    auto& reservation = work.reservations.change(id);
    for (auto const& claim : reservation.seats) {
        auto& seat = work.seats.change({.show = reservation.show, .number = claim.seat});
        seat.state = SeatState::sold;
        seat.held_until.reset();
    }
    if (reservation.token) {
        auto& pass = work.passes.change(*reservation.token);
        pass.state = PassState::spent;
        pass.held_until.reset();
    }
    reservation.state = ReservationState::confirmed;
    reservation.version += 1;
    return {.event = ReservationEvent{Happening::confirmed, reservation}};
}

AnswerOutcome decline(Work& work, ReservationId const& id, std::int32_t attempt,
                      std::string const& reason, Instant now) {
    auto const* found = work.reservations.find(id);
    if (auto const unmoved = why_unmoved(found, attempt)) {
        return {.unmoved = unmoved};
    }
    if (now >= found->held_until) {
        return {.event = end_as_expired(work, id)};
    }
    auto& reservation = work.reservations.change(id);
    reservation.state = ReservationState::held;
    reservation.decline = reason;
    reservation.version += 1;
    return {.event = ReservationEvent{Happening::returned, reservation}};
}

}  // namespace frontrow::booking::domain
