// A show: one evening of a concert, with its own seats, prices and time of sale.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "common/core/clock.hpp"
#include "common/core/id.hpp"
#include "common/core/money.hpp"

namespace frontrow::booking::domain {

/// Rows of equally many seats at one price. Its seats are numbered on from `first_seat`, row by
/// row.
struct Section {
    std::string name;
    std::int32_t rows{0};
    std::int32_t seats_per_row{0};
    std::int64_t price{0};  ///< minor units of the concert's currency
    std::int32_t first_seat{1};

    [[nodiscard]] std::int32_t seats() const { return rows * seats_per_row; }
};

/// Where a seat is, in the words on a ticket.
struct Place {
    Section const* section;
    std::int32_t row;
    std::int32_t number;
};

/// Which seats a show has and what they cost. Never changes once the show was made, so it can be
/// kept in memory for ever.
struct Layout {
    Currency currency{};
    std::vector<Section> sections;  ///< in the order of their first seats

    [[nodiscard]] std::int32_t seats() const;
    /// Nothing if the show has no such seat.
    [[nodiscard]] std::optional<Place> place_of(std::int32_t seat) const;
};

/// Numbers the seats: each section begins where the one before it ended.
void number_seats(std::vector<Section>& sections);

struct Concert {
    ConcertId id;
    std::string title;
    std::string artist;
    std::string venue;
    Currency currency{};
};

struct Show {
    ShowId id;
    ConcertId concert;
    Instant starts_at{};
    Instant sale_opens_at{};
    Instant sale_closes_at{};
    bool closed{false};  ///< by hand, whatever the time
    std::int32_t admission_capacity{0};
    std::shared_ptr<Layout const> layout;
};

enum class SaleState { open = 1, not_yet_open, closed };

/// A sale that opens exactly now is open; one that closes exactly now is closed.
[[nodiscard]] SaleState sale_state(Show const& show, Instant now);

}  // namespace frontrow::booking::domain
