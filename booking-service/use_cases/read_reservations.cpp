// Reads reservations in sets, with the layouts of their shows.
#include "booking-service/use_cases/read_reservations.hpp"

#include <unordered_map>

#include "booking-service/storage/reservations.hpp"

namespace frontrow::booking::use_cases {
namespace {

ReservationsRead views(pg::Transaction& tx, std::vector<domain::Reservation> reservations,
                       storage::Layouts& layouts) {
    auto shows = std::vector<ShowId>{};
    for (auto const& reservation : reservations) {
        shows.push_back(reservation.show);
    }
    auto const known = layouts.load(tx, shows);
    auto views = ReservationsRead{};
    for (auto& reservation : reservations) {
        auto const layout = known.at(reservation.show);
        views.push_back({std::move(reservation), layout});
    }
    return views;
}

}  // namespace

std::vector<ReservationsRead> read_reservations(pg::Transaction& tx,
                                                std::span<ReservationQuery const> queries,
                                                storage::Layouts& layouts) {
    auto ids = std::vector<ReservationId>{};
    auto pages = std::vector<storage::reservations::Page>{};
    for (auto const& query : queries) {
        if (auto const* one = std::get_if<ReadReservation>(&query)) {
            ids.push_back(one->id);
        } else if (auto const* page = std::get_if<ListReservations>(&query)) {
            pages.push_back({page->user, page->before});
        }
    }
    auto by_id = std::unordered_map<ReservationId, ReservationView>{};
    for (auto& view : views(tx, storage::reservations::load(tx, ids), layouts)) {
        by_id.emplace(view.reservation.id, view);
    }
    auto of_pages = pages.empty() ? std::vector<std::vector<domain::Reservation>>{}
                                  : storage::reservations::pages(tx, pages);
    auto answers = std::vector<ReservationsRead>{};
    auto next_page = of_pages.begin();
    for (auto const& query : queries) {
        if (auto const* one = std::get_if<ReadReservation>(&query)) {
            auto const found = by_id.find(one->id);
            answers.push_back(found == by_id.end() ? ReservationsRead{}
                                                   : ReservationsRead{found->second});
        } else {
            answers.push_back(views(tx, std::move(*next_page++), layouts));
        }
    }
    return answers;
}

}  // namespace frontrow::booking::use_cases
