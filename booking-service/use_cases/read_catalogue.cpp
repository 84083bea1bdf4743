// Collects what all questions need, reads each table once, and deals the answers out.
#include "booking-service/use_cases/read_catalogue.hpp"

#include "booking-service/storage/concerts.hpp"
#include "booking-service/storage/shows.hpp"

namespace frontrow::booking::use_cases {
namespace {

struct Wanted {
    std::vector<std::optional<ConcertId>> concert_pages;
    std::vector<storage::shows::Page> show_pages;
    std::vector<ShowId> shows;
    std::vector<ConcertId> concerts;
};

Wanted wanted_by(std::span<CatalogueQuery const> queries) {
    auto wanted = Wanted{};
    for (auto const& query : queries) {
        if (auto const* list = std::get_if<ListConcerts>(&query)) {
            wanted.concert_pages.push_back(list->after);
        } else if (auto const* concert = std::get_if<ReadConcert>(&query)) {
            wanted.concerts.push_back(concert->id);
            wanted.show_pages.push_back({.concert = concert->id});
        } else if (auto const* shows = std::get_if<ListShows>(&query)) {
            wanted.concerts.push_back(shows->concert);
            wanted.show_pages.push_back({.concert = shows->concert, .after = shows->after});
        } else if (auto const* show = std::get_if<ReadShow>(&query)) {
            wanted.shows.push_back(show->id);
        }
    }
    return wanted;
}

}  // namespace

std::vector<CatalogueRead> read_catalogue(pg::Transaction& tx,
                                          std::span<CatalogueQuery const> queries,
                                          storage::Layouts& layouts) {
    auto wanted = wanted_by(queries);
    auto const shows = storage::shows::load(tx, wanted.shows, layouts).get();
    for (auto const& [id, show] : shows) {
        wanted.concerts.push_back(show.concert);
    }
    auto const concerts = storage::concerts::load(tx, wanted.concerts);
    auto const concert_pages = storage::concerts::pages(tx, wanted.concert_pages);
    auto const show_pages = storage::shows::pages(tx, wanted.show_pages, layouts);
    auto next_concert_page = concert_pages.begin();
    auto next_show_page = show_pages.begin();
    auto const add_concert = [&](CatalogueRead& read, ConcertId const& id) {
        if (auto const found = concerts.find(id); found != concerts.end()) {
            read.concerts.push_back(found->second);
        }
    };
    auto answers = std::vector<CatalogueRead>{};
    for (auto const& query : queries) {
        auto read = CatalogueRead{.now = tx.now()};
        if (std::holds_alternative<ListConcerts>(query)) {
            read.concerts = *next_concert_page++;
        } else if (auto const* show = std::get_if<ReadShow>(&query)) {
            if (auto const found = shows.find(show->id); found != shows.end()) {
                read.shows.push_back(found->second);
                add_concert(read, found->second.concert);
            }
        } else {
            auto const* concert = std::get_if<ReadConcert>(&query);
            add_concert(read, concert ? concert->id : std::get<ListShows>(query).concert);
            read.shows = *next_show_page++;
        }
        answers.push_back(std::move(read));
    }
    return answers;
}

}  // namespace frontrow::booking::use_cases
