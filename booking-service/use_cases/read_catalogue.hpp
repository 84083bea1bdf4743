// Answers all that waits to read concerts and shows: one query for each kind of question.
#pragma once

#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "booking-service/domain/show.hpp"
#include "booking-service/storage/layouts.hpp"

namespace frontrow::booking::use_cases {

struct ListConcerts {
    std::optional<ConcertId> after{};
};
struct ReadConcert {
    ConcertId id;
};
struct ListShows {
    ConcertId concert;
    std::optional<ShowId> after{};
};
struct ReadShow {
    ShowId id;
};
using CatalogueQuery = std::variant<ListConcerts, ReadConcert, ListShows, ReadShow>;

/// ListConcerts: up to 101 concerts. ReadConcert and ListShows: the concert, and up to 101 of its
/// shows. ReadShow: the show and its concert. Without concert: there is none.
struct CatalogueRead {
    std::vector<domain::Concert> concerts{};
    std::vector<domain::Show> shows{};
    Instant now{};
};

[[nodiscard]] std::vector<CatalogueRead> read_catalogue(pg::Transaction& tx,
                                                        std::span<CatalogueQuery const> queries,
                                                        storage::Layouts& layouts);

}  // namespace frontrow::booking::use_cases
