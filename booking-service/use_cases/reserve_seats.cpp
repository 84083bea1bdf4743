// Claim the set, decide each in order, settle the set.
#include "booking-service/use_cases/reserve_seats.hpp"

#include "booking-service/storage/outbox.hpp"
#include "booking-service/storage/reservations.hpp"

namespace frontrow::booking::use_cases {

ToReserve ask_to_reserve(pg::Transaction& tx, std::span<ReserveSeats const> commands,
                         storage::RecentShows& shows, domain::Rules const& rules) {
    auto on_sale = std::vector<ShowId>{};
    auto wants = storage::Wants{};
    for (auto const& [request, origin] : commands) {
        on_sale.push_back(request.show);
        if (request.pass) {
            wants.tokens.push_back(request.pass->token);
        }
        for (auto const seat : request.seats) {
            wants.seats.push_back({{.show = request.show, .number = seat}, request.id});
        }
    }
    auto asked_shows = shows.load(tx, std::move(on_sale));
    return {std::move(asked_shows), storage::claim(tx, std::move(wants), rules.hold)};
}

namespace {

std::vector<storage::reservations::Made> made_of(std::vector<storage::Told> const& told) {
    auto made = std::vector<storage::reservations::Made>{};
    made.reserve(told.size());
    for (auto const& [event, origin] : told) {
        made.push_back({&event.after, origin.correlation_id});
    }
    return made;
}

}  // namespace

std::vector<ReserveSeatsOutcome> reserve_seats(pg::Transaction& tx, ToReserve asked,
                                               std::span<ReserveSeats const> commands,
                                               domain::Rules const& rules) {
    auto const shows = asked.shows.get();
    auto claimed = asked.claimed.get();
    auto outcomes = std::vector<ReserveSeatsOutcome>{};
    auto told = std::vector<storage::Told>{};
    outcomes.reserve(commands.size());
    told.reserve(commands.size());
    for (auto const& [request, origin] : commands) {
        auto const show = shows.find(request.show);
        if (show == shows.end()) {
            outcomes.push_back(domain::ReserveRefusal{domain::ReserveRefusalKind::no_such_show});
            continue;
        }
        auto reserved = domain::reserve(claimed.work, show->second, request, tx.now(), rules);
        if (!reserved) {
            outcomes.push_back(reserved.error());
            continue;
        }
        told.push_back({{domain::Happening::held, *reserved}, origin});
        outcomes.push_back(ReservationView{*std::move(reserved), show->second.layout});
    }
    storage::settle(tx, claimed);
    storage::reservations::insert(tx, made_of(told));
    storage::append(tx, told);  // last, under the locks: the order of ids is that of versions
    return outcomes;
}

}  // namespace frontrow::booking::use_cases
