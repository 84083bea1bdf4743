// Locks and saves passes, seats and reservations, always in this order.
#include "booking-service/storage/work.hpp"

#include <algorithm>

#include "booking-service/storage/passes.hpp"
#include "booking-service/storage/reservations.hpp"
#include "booking-service/storage/seats.hpp"
#include "common/core/ensure.hpp"

namespace frontrow::booking::storage {
namespace {

bool is_complete(domain::Work const& work, domain::Reservation const& reservation) {
    return work.reservations.find(reservation.id) != nullptr &&
           (!reservation.token || work.passes.find(*reservation.token) != nullptr) &&
           std::ranges::all_of(reservation.seats, [&](domain::SeatClaim const& claim) {
               return work.seats.find({.show = reservation.show, .number = claim.seat}) != nullptr;
           });
}

/// Without the reservations that were committed while their seats were looked for: of those we do
/// not have everything.
domain::Work with_the_complete(domain::Work work, std::span<ReservationId const> named) {
    for (auto const& id : named) {
        auto const* const found = work.reservations.find(id);
        if (found != nullptr && !is_complete(work, *found)) {
            work.reservations.leave_out(id);
        }
    }
    return work;
}

}  // namespace

pg::Later<domain::Work> lock(pg::Transaction& tx, Needs needs) {
    auto passes = passes::lock(tx, std::move(needs.tokens), needs.reservations);
    auto seats = seats::lock_of(tx, needs.reservations);
    auto reservations = reservations::lock(tx, needs.reservations);
    return pg::Later<domain::Work>{
        [passes, seats, reservations, named = std::move(needs.reservations)]() mutable {
            return with_the_complete({passes.get(), seats.get(), reservations.get()}, named);
        }};
}

pg::Later<Claimed> claim(pg::Transaction& tx, Wants wants, std::chrono::microseconds hold) {
    auto passes = passes::lock(tx, std::move(wants.tokens));
    auto seats = seats::claim(tx, std::move(wants.seats), hold);
    return pg::Later<Claimed>{[passes, seats]() mutable {
        auto locked = passes.get();
        auto [free, written] = seats.get();
        return Claimed{.work = {std::move(locked), std::move(free), {}},
                       .written = std::move(written)};
    }};
}

void settle(pg::Transaction& tx, Claimed const& claimed) {
    passes::save(tx, claimed.work.passes.changed());
    seats::settle(tx, claimed.work.seats, claimed.written);
}

// Which show, seats and pass a reservation has never changes: it can be read without a lock.
IdleWork lock_idle(pg::Transaction& tx, std::vector<domain::Reservation> const& candidates) {
    auto tokens = std::vector<TokenId>{};
    auto keys = std::vector<domain::SeatKey>{};
    auto ids = std::vector<ReservationId>{};
    for (auto const& reservation : candidates) {
        if (reservation.token) {
            tokens.push_back(*reservation.token);
        }
        for (auto const& claim : reservation.seats) {
            keys.push_back({.show = reservation.show, .number = claim.seat});
        }
        ids.push_back(reservation.id);
    }
    auto passes = passes::lock_idle(tx, std::move(tokens));
    auto seats = seats::lock_idle(tx, std::move(keys));
    auto reservations = reservations::lock_idle(tx, ids);
    auto idle = IdleWork{.work = {passes.get(), seats.get(), reservations.get()}, .complete = {}};
    for (auto const& reservation : candidates) {
        if (is_complete(idle.work, reservation)) {
            idle.complete.push_back(reservation.id);
        }
    }
    return idle;
}

void save(pg::Transaction& tx, domain::Work const& work) {
    passes::save(tx, work.passes.changed());
    seats::save(tx, work.seats.changed());
    reservations::save(tx, work.reservations.changed());
}

}  // namespace frontrow::booking::storage
