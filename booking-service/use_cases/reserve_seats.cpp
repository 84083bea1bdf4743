// Load the set, decide each in order, save the set.
#include "booking-service/use_cases/reserve_seats.hpp"

#include "booking-service/storage/outbox.hpp"
#include "booking-service/storage/reservations.hpp"
#include "booking-service/storage/shows.hpp"
#include "booking-service/storage/work.hpp"

namespace frontrow::booking::use_cases {
namespace {

std::vector<ShowId> shows_of(std::span<ReserveSeats const> commands) {
    auto shows = std::vector<ShowId>{};
    for (auto const& command : commands) {
        shows.push_back(command.request.show);
    }
    return shows;
}

storage::Needs needs_of(std::span<ReserveSeats const> commands, storage::shows::ById const& shows) {
    auto needs = storage::Needs{};
    for (auto const& [request, origin] : commands) {
        auto const show = shows.find(request.show);
        if (show == shows.end()) {
            continue;
        }
        if (request.pass && show->second.admission_capacity > 0) {
            needs.tokens.push_back(request.pass->token);
        }
        for (auto const seat : request.seats) {
            needs.seats.push_back({.show = request.show, .number = seat});
        }
    }
    return needs;
}

}  // namespace

std::vector<ReserveSeatsOutcome> reserve_seats(pg::Transaction& tx,
                                               std::span<ReserveSeats const> commands,
                                               storage::Layouts& layouts,
                                               domain::Rules const& rules) {
    auto const shows = storage::shows::load(tx, shows_of(commands), layouts);
    auto work = storage::lock(tx, needs_of(commands, shows));
    auto outcomes = std::vector<ReserveSeatsOutcome>{};
    auto made = std::vector<domain::Reservation>{};
    auto stories = std::vector<std::string>{};
    auto told = std::vector<storage::Told>{};
    for (auto const& [request, origin] : commands) {
        auto const show = shows.find(request.show);
        if (show == shows.end()) {
            outcomes.push_back(domain::ReserveRefusal{domain::ReserveRefusalKind::no_such_show});
            continue;
        }
        auto reserved = domain::reserve(work, show->second, request, tx.now(), rules);
        if (!reserved) {
            outcomes.push_back(reserved.error());
            continue;
        }
        made.push_back(*reserved);
        stories.push_back(origin.correlation_id);
        told.push_back({{domain::Happening::held, *reserved}, origin});
        outcomes.push_back(ReservationView{*std::move(reserved), show->second.layout});
    }
    storage::save(tx, work);
    storage::reservations::insert(tx, made, stories);
    storage::append(tx, told);  // last, under the locks: the order of ids is that of versions
    return outcomes;
}

}  // namespace frontrow::booking::use_cases
