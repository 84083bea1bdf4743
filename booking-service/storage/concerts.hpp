// Table concerts.
#pragma once

#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "booking-service/domain/show.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::booking::storage::concerts {

void insert(pg::Transaction& tx, std::span<domain::Concert const> concerts);
[[nodiscard]] std::unordered_map<ConcertId, domain::Concert> load(pg::Transaction& tx,
                                                                  std::span<ConcertId const> ids);
/// Up to 101 after each of these, in the order in which they were made.
[[nodiscard]] std::vector<std::vector<domain::Concert>> pages(
    pg::Transaction& tx, std::span<std::optional<ConcertId> const> after);

[[nodiscard]] std::span<pg::Statement const* const> statements();

}  // namespace frontrow::booking::storage::concerts
