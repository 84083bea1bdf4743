// Reads seats that are not free, for each show once however many ask.
#include "booking-service/use_cases/read_availability.hpp"

#include "booking-service/storage/seats.hpp"

namespace frontrow::booking::use_cases {

std::unordered_map<ShowId, Availability> read_availability(
    pg::Transaction& tx, std::span<ReadAvailability const> queries, storage::Layouts& layouts) {
    auto asked = std::vector<ShowId>{};
    for (auto const& query : queries) {
        asked.push_back(query.show);
    }
    auto found = std::unordered_map<ShowId, Availability>{};
    auto shows = std::vector<ShowId>{};
    for (auto const& [show, layout] : layouts.load(tx, asked)) {
        shows.push_back(show);
        found.emplace(
            show,
            Availability{.show = show, .as_of = tx.now(), .seats = layout->seats(), .taken = {}});
    }
    for (auto& seat : storage::seats::taken(tx, shows, tx.now())) {
        found.at(seat.key.show).taken.push_back(std::move(seat));
    }
    return found;
}

}  // namespace frontrow::booking::use_cases
