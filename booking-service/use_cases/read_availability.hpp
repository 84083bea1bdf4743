// Answers all that waits to know which seats are taken: one query for all of their shows.
#pragma once

#include <memory>
#include <span>
#include <unordered_map>
#include <vector>

#include "booking-service/domain/seat.hpp"
#include "booking-service/storage/layouts.hpp"

namespace frontrow::booking::use_cases {

struct ReadAvailability {
    ShowId show;
};

struct Availability {
    ShowId show;
    Instant as_of{};
    std::int32_t seats{0};            ///< of the show
    std::vector<domain::Seat> taken;  ///< a hold that has run out is not among them
};

/// By show; shows that do not exist are left out.
[[nodiscard]] std::unordered_map<ShowId, Availability> read_availability(
    pg::Transaction& tx, std::span<ReadAvailability const> queries, storage::Layouts& layouts);

}  // namespace frontrow::booking::use_cases
