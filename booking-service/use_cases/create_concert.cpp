// New rows only: nobody else can know of them, so nothing is locked and nothing can be refused.
#include "booking-service/use_cases/create_concert.hpp"

#include "booking-service/storage/concerts.hpp"
#include "booking-service/storage/outbox.hpp"
#include "booking-service/storage/seats.hpp"
#include "booking-service/storage/shows.hpp"

namespace frontrow::booking::use_cases {

void create_concerts(pg::Transaction& tx, std::span<CreateConcert const> commands) {
    auto concerts = std::vector<domain::Concert>{};
    auto shows = std::vector<domain::Show>{};
    auto seats = std::vector<storage::seats::NewSeats>{};
    auto told = std::vector<storage::ToldShow>{};
    for (auto const& command : commands) {
        concerts.push_back(command.concert);
        for (auto const& show : command.shows) {
            shows.push_back(show);
            seats.push_back({.show = show.id, .seats = show.layout->seats()});
            told.push_back({command.concert, show, command.origin});
        }
    }
    storage::concerts::insert(tx, concerts);
    storage::shows::insert(tx, shows);
    storage::seats::insert(tx, seats);
    storage::append(tx, told);
}

}  // namespace frontrow::booking::use_cases
