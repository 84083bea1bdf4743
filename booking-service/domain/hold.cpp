// Keeps a live reservation, its seats and its pass in step.
#include "booking-service/domain/hold.hpp"

#include <algorithm>

namespace frontrow::booking::domain {
namespace {

bool names(Work const& work, Reservation const& reservation) {
    return reservation.token && work.passes.at(*reservation.token).reservation == reservation.id;
}

ReservationEvent end(Work& work, ReservationId const& id, ReservationState state,
                     Happening happening) {
    auto& reservation = work.reservations.change(id);
    for (auto const& claim : reservation.seats) {
        if (carries(work, reservation, claim)) {
            free_seat(work, reservation, claim);
        }
    }
    if (names(work, reservation)) {
        work.passes.change(*reservation.token).held_until.reset();
    }
    reservation.state = state;
    reservation.version += 1;
    return {happening, reservation};
}

}  // namespace

bool carries(Work const& work, Reservation const& reservation, SeatClaim const& claim) {
    auto const& seat = work.seats.at({.show = reservation.show, .number = claim.seat});
    return seat.reservation == reservation.id && seat.fence == claim.fence;
}

void free_seat(Work& work, Reservation const& reservation, SeatClaim const& claim) {
    auto& seat = work.seats.change({.show = reservation.show, .number = claim.seat});
    seat.state = SeatState::free;
    seat.reservation.reset();
    seat.held_until.reset();
}

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
    return end(work, id, ReservationState::expired, Happening::expired);
}

ReservationEvent end_as_cancelled(Work& work, ReservationId const& id) {
    return end(work, id, ReservationState::cancelled, Happening::cancelled);
}

std::optional<ReservationEvent> expire(Work& work, ReservationId const& id, Instant now) {
    auto const& reservation = work.reservations.at(id);
    if (!is_live(reservation.state) || now < reservation.held_until) {
        return std::nullopt;
    }
    return end_as_expired(work, id);
}

}  // namespace frontrow::booking::domain
