// The arithmetic of seat numbers, and when a show is on sale.
#include "booking-service/domain/show.hpp"

#include <algorithm>

namespace frontrow::booking::domain {

std::int32_t Layout::seats() const {
    return sections.empty() ? 0 : sections.back().first_seat + sections.back().seats() - 1;
}

std::optional<Place> Layout::place_of(std::int32_t seat) const {
    if (seat < 1 || seat > seats()) {
        return std::nullopt;
    }
    auto const after = std::ranges::upper_bound(sections, seat, {}, &Section::first_seat);
    auto const& section = *std::prev(after);
    auto const offset = seat - section.first_seat;
    return Place{.section = &section,
                 .row = offset / section.seats_per_row + 1,
                 .number = offset % section.seats_per_row + 1};
}

void number_seats(std::vector<Section>& sections) {
    auto next = std::int32_t{1};
    for (auto& section : sections) {
        section.first_seat = next;
        next += section.seats();
    }
}

SaleState sale_state(Show const& show, Instant now) {
    if (show.closed || now >= show.sale_closes_at) {
        return SaleState::closed;
    }
    return now < show.sale_opens_at ? SaleState::not_yet_open : SaleState::open;
}

}  // namespace frontrow::booking::domain
