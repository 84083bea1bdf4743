// Decides a reservation against the seats, the pass and the time of sale.
#include "booking-service/domain/reserve.hpp"

#include <algorithm>

namespace frontrow::booking::domain {
namespace {

using enum ReserveRefusalKind;

std::optional<ReserveRefusalKind> against_sale(Show const& show, Instant now) {
    switch (sale_state(show, now)) {
        case SaleState::open:
            return std::nullopt;
        case SaleState::not_yet_open:
            return sale_not_open;
        case SaleState::closed:
            return sale_closed;
    }
    return sale_closed;
}

std::optional<ReserveRefusalKind> against_pass(PassSet const& passes,
                                               std::optional<PassClaim> const& claim, Instant now) {
    if (!claim) {
        return pass_required;
    }
    if (claim->expires_at <= now) {
        return pass_expired;
    }
    auto const& pass = passes.at(claim->token);
    if (pass.state == PassState::spent) {
        return pass_spent;
    }
    if (pass.state == PassState::ended) {
        return pass_ended;
    }
    if (claim->generation < pass.generation) {
        return pass_superseded;
    }
    // Live by time, not by the sweeper: the deadline alone says whether the last one still counts.
    if (pass.held_until && *pass.held_until > now) {
        return pass_in_use;
    }
    return std::nullopt;
}

Reservation claim_seats(SeatSet& seats, Show const& show, ReservationRequest const& request,
                        Instant now, Instant held_until) {
    auto claims = std::vector<SeatClaim>{};
    auto total = Money{.minor_units = 0, .currency = show.layout->currency};
    for (auto const number : request.seats) {
        auto& seat = seats.change({.show = show.id, .number = number});
        seat.state = SeatState::held;
        seat.reservation = request.id;
        seat.fence += 1;
        seat.held_until = held_until;
        claims.push_back({.seat = number, .fence = seat.fence});
        total.minor_units += show.layout->place_of(number)->section->price;
    }
    std::ranges::sort(claims);
    return {.id = request.id,
            .show = show.id,
            .user = request.user,
            .state = ReservationState::held,
            .seats = std::move(claims),
            .total = total,
            .held_until = held_until,
            .created_at = now};
}

}  // namespace

ReserveOutcome reserve(Work& work, Show const& show, ReservationRequest const& request, Instant now,
                       Rules const& rules) {
    if (auto const refusal = against_sale(show, now)) {
        return ReserveRefusal{*refusal};
    }
    auto unknown = std::vector<std::int32_t>{};
    auto taken = std::vector<std::int32_t>{};
    for (auto const number : request.seats) {
        auto const* const seat = work.seats.find({.show = show.id, .number = number});
        if (!show.layout->place_of(number)) {
            unknown.push_back(number);
        } else if (seat == nullptr || !can_be_taken(*seat, now)) {
            taken.push_back(number);
        }
    }
    if (!unknown.empty()) {
        return ReserveRefusal{no_such_seat, unknown};
    }
    auto const needs_pass = show.admission_capacity > 0;
    if (needs_pass) {
        if (auto const refusal = against_pass(work.passes, request.pass, now)) {
            return ReserveRefusal{*refusal};
        }
    }
    if (!taken.empty()) {
        return ReserveRefusal{seats_taken, taken};
    }
    auto reservation = claim_seats(work.seats, show, request, now, now + rules.hold);
    if (needs_pass) {
        auto& pass = work.passes.change(request.pass->token);
        pass.generation = request.pass->generation;
        pass.reservation = reservation.id;
        pass.held_until = reservation.held_until;
        reservation.token = pass.token;
    }
    return reservation;
}

}  // namespace frontrow::booking::domain
