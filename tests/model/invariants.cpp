// The promise, in terms of one state.
#include "tests/model/invariants.hpp"

#include <algorithm>
#include <map>

namespace frontrow::model {
namespace {

using booking::domain::Reservation;
using booking::domain::ReservationState;
using payment::domain::PaymentState;

bool is_sold(Reservation const& r) {
    return r.state == ReservationState::confirmed || r.state == ReservationState::partly_cancelled;
}

/// Of a partly cancelled one some seats went back: it has those that still carry it.
bool may_pay_or_has(Reservation const& r) {
    return r.state == ReservationState::confirmed || (is_live(r.state) && r.held_until > time_zero);
}

bool carries(World const& world, Reservation const& r, booking::domain::SeatClaim const& claim) {
    auto const& seat = world.seats[static_cast<std::size_t>(claim.seat - 1)];
    return seat.reservation == r.id && seat.fence == claim.fence;
}

std::int64_t price_of(Scene const& scene, std::size_t n) {
    return static_cast<std::int64_t>(scene.requests[n].seats.size());
}

std::optional<std::string> broken_seats(World const& world) {
    auto owners = std::map<std::int32_t, ReservationId>{};
    for (auto const& r : world.reservations) {
        if (!r || !may_pay_or_has(*r)) {
            continue;
        }
        for (auto const& claim : r->seats) {
            if (!owners.emplace(claim.seat, r->id).second) {
                return "no seat is sold or validly held for two";
            }
        }
    }
    for (auto const& r : world.reservations) {
        if (!r) {
            continue;
        }
        for (auto const& claim : r->seats) {
            auto const mine = carries(world, *r, claim);
            if (may_pay_or_has(*r) && !mine) {
                return "who may still pay or has paid owns the seat's row";
            }
            auto const& seat = world.seats[static_cast<std::size_t>(claim.seat - 1)];
            if (mine && is_live(r->state) && seat.held_until != r->held_until) {
                return "a reservation and its seats have one deadline";
            }
        }
    }
    for (auto const& r : world.reservations) {
        if (r && r->state == ReservationState::partly_cancelled &&
            std::ranges::count_if(r->seats, [&](auto const& claim) {
                return carries(world, *r, claim);
            }) != r->total.minor_units) {
            return "who gave back a part has paid for the rest and owns it";
        }
    }
    return std::nullopt;
}

std::optional<std::string> broken_payments(Scene const& scene, World const& world) {
    for (std::size_t n = 0; n < world.payments.size(); ++n) {
        auto const& r = world.reservations[n];
        auto const& p = world.payments[n];
        auto const price = price_of(scene, n);
        auto const held = p ? p->held.minor_units : 0;
        auto const captured = p ? p->captured.minor_units : 0;
        auto const refunded = p ? p->refunded.minor_units : 0;
        if ((held != 0 && held != price) || (captured != 0 && captured != price) || refunded < 0 ||
            refunded > captured) {
            return "at most one open authorization and one capture, refunds within it";
        }
        if (r && r->state == ReservationState::held && held != 0) {
            return "HELD means that no money is set aside";
        }
        if (r && r->state == ReservationState::confirmed && held + captured - refunded != price) {
            return "CONFIRMED is covered by money";
        }
    }
    return std::nullopt;
}

std::optional<std::string> broken_wallets(Scene const& scene, World const& world) {
    auto total = world.revenue + world.budget.top_up;
    auto paid_in = std::int64_t{scene.budget.top_up};
    for (std::size_t user = 0; user < world.wallets.size(); ++user) {
        auto const& wallet = world.wallets[user];
        if (wallet.available.minor_units < 0 || wallet.pending.minor_units < 0) {
            return "available and pending are never negative";
        }
        auto open = std::int64_t{0};
        for (std::size_t n = 0; n < world.payments.size(); ++n) {
            if (scene.requests[n].user == user && world.payments[n]) {
                open += world.payments[n]->held.minor_units;
            }
        }
        if (open != wallet.pending.minor_units) {
            return "pending is the sum of open authorizations";
        }
        total += wallet.available.minor_units + wallet.pending.minor_units;
        paid_in += scene.wallets[user];
    }
    return total == paid_in ? std::nullopt : std::optional<std::string>{"money is conserved"};
}

std::optional<std::string> broken_places(Scene const& scene, World const& world) {
    auto const inside = std::ranges::count_if(world.tokens, [](auto const& token) {
        return token && token->state == queue::domain::TokenState::admitted;
    });
    if (world.gate.active > world.gate.capacity || world.gate.active != inside) {
        return "admitted tokens are within capacity and counted right";
    }
    for (std::size_t t = 0; t < world.tokens.size(); ++t) {
        auto sales = 0;
        auto serves = 0;
        for (std::size_t n = 0; n < world.reservations.size(); ++n) {
            auto const& r = world.reservations[n];
            if (r && scene.requests[n].token == t) {
                sales += world.was_confirmed[n] ? 1 : 0;
                serves += world.was_confirmed[n] || may_pay_or_has(*r) ? 1 : 0;
            }
        }
        if (world.freed[t] > 1) {
            return "a place is freed at most once";
        }
        if (world.tokens[t] && sales == 0 &&
            world.tokens[t]->state == queue::domain::TokenState::completed) {
            return "a completed token has its own confirmed reservation";
        }
        if (serves > 1) {
            return "a pass serves one reservation at a time, one sale ever";
        }
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::string> broken_always(Scene const& scene, World const& world) {
    if (auto broken = broken_seats(world)) {
        return broken;
    }
    if (auto broken = broken_payments(scene, world)) {
        return broken;
    }
    if (auto broken = broken_wallets(scene, world)) {
        return broken;
    }
    return broken_places(scene, world);
}

std::optional<std::string> broken_in_the_end(World const& world) {
    for (std::size_t n = 0; n < world.reservations.size(); ++n) {
        auto const& r = world.reservations[n];
        auto const& p = world.payments[n];
        auto const held = p ? p->held.minor_units : 0;
        auto const kept = p ? p->captured.minor_units - p->refunded.minor_units : 0;
        if (r && is_live(r->state)) {
            return "in the end nothing is HELD or PAYING";
        }
        if (held != 0 || kept != (r && is_sold(*r) ? r->total.minor_units : 0)) {
            return "in the end CONFIRMED is captured once and in full, and all else costs nothing";
        }
    }
    for (auto const& seat : world.seats) {
        auto const owner =
            std::ranges::find_if(world.reservations, [&](std::optional<Reservation> const& r) {
                return r && seat.reservation == r->id && is_sold(*r);
            });
        auto const sold = seat.state == booking::domain::SeatState::sold;
        if (sold != (owner != world.reservations.end()) ||
            (!sold && seat.state != booking::domain::SeatState::free)) {
            return "in the end every seat is FREE or SOLD to a confirmed reservation";
        }
    }
    for (std::size_t n = 0; n < world.board.size(); ++n) {
        if ((world.board[n].state == dataplatform::domain::SeatShown::sold) !=
                (world.seats[n].state == booking::domain::SeatState::sold) ||
            world.board[n].state == dataplatform::domain::SeatShown::held) {
            return "in the end the read model shows the truth";
        }
    }
    for (std::size_t t = 0; t < world.tokens.size(); ++t) {
        auto const& token = world.tokens[t];
        auto const was_inside = token && token->admitted_at;
        if ((token && is_live(token->state)) || world.freed[t] != (was_inside ? 1 : 0)) {
            return "in the end each admitted place was freed exactly once";
        }
    }
    return std::nullopt;
}

}  // namespace frontrow::model
