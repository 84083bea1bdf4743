// Table shows.
#pragma once

#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "booking-service/domain/show.hpp"
#include "booking-service/storage/layouts.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::booking::storage::shows {

using ById = std::unordered_map<ShowId, domain::Show>;

/// With their sections. The seats come from `seats::insert`.
void insert(pg::Transaction& tx, std::span<domain::Show const> shows);
/// Without repetition; those that do not exist are left out. `tx` must live until they are got.
[[nodiscard]] pg::Later<ById> load(pg::Transaction& tx, std::vector<ShowId> ids, Layouts& layouts);

struct Page {
    ConcertId concert;
    std::optional<ShowId> after{};
};
/// Up to 101 for each page, in the order in which they were made.
[[nodiscard]] std::vector<std::vector<domain::Show>> pages(pg::Transaction& tx,
                                                           std::span<Page const> pages,
                                                           Layouts& layouts);

[[nodiscard]] std::span<pg::Statement const* const> statements();

}  // namespace frontrow::booking::storage::shows
