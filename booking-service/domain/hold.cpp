// Keeps a live reservation, its seats and its pass in step.
#include "booking-service/domain/hold.hpp"

#include <algorithm>

namespace frontrow::booking::domain {
namespace {

bool carries(Work const& work, Reservation const& reservation, SeatClaim const& claim) {
    auto const& seat = work.seats.at({.show = reservation.show, .number = claim.seat});
    return seat.reservation == reservation.id && seat.fence == claim.fence;
}

bool names(Work const& work, Reservation const& reservation) {
    return reservation.token && work.passes.at(*reservation.token).reservation == reservation.id;
}

}  // namespace

bool is_still_ours(Work const& work, Reservation const& reservation) {
    if (reservation.token && !names(work, reservation)) {
        return false;
    }
    return std::ranges::all_of(reservation.seats, [&](SeatClaim const& claim) {
        return carries(work, reservation, claim);
    });
}

void set_deadline(Work& work, ReservationId const& id, Instant held_until) {
    auto& reservation = work.reservations.change(id);
    reservation.held_until = held_until;
    for (auto const& claim : reservation.seats) {
        if (carries(work, reservation, claim)) {
            work.seats.change({.show = reservation.show, .number = claim.seat}).held_until =
                held_until;
        }
    }
    if (names(work, reservation)) {
        work.passes.change(*reservation.token).held_until = held_until;
    }
}

ReservationEvent end_as_expired(Work& work, ReservationId const& id) {
    auto& reservation = work.reservations.change(id);
    for (auto const& claim : reservation.seats) {
        if (carries(work, reservation, claim)) {
            auto& seat = work.seats.change({.show = reservation.show, .number = claim.seat});
            seat.state = SeatState::free;
            seat.reservation.reset();
            seat.held_until.reset();
        }
    }
    if (names(work, reservation)) {
        work.passes.change(*reservation.token).held_until.reset();
    }
    reservation.state = ReservationState::expired;
    reservation.version += 1;
    return {Happening::expired, reservation};
}

std::optional<ReservationEvent> expire(Work& work, ReservationId const& id, Instant now) {
    auto const& reservation = work.reservations.at(id);
    if (!is_live(reservation.state) || now < reservation.held_until) {
        return std::nullopt;
    }
    return end_as_expired(work, id);
}

}  // namespace frontrow::booking::domain
