// Table `gates`: one row a show that is sold through the queue.
#pragma once

#include <span>
#include <vector>

#include "common/pg/transaction.hpp"
#include "queue-service/domain/token.hpp"

namespace frontrow::queue::storage::gates {

/// Locks those that exist, in the order of their shows. Before any of their tokens.
[[nodiscard]] std::vector<domain::Gate> lock(pg::Transaction& tx, std::span<ShowId const> shows);

/// Makes those that are missing.
void insert(pg::Transaction& tx, std::span<domain::Gate const> gates);

/// Writes gates that this transaction has locked.
void save(pg::Transaction& tx, std::span<domain::Gate const> gates);

/// Shows whose gate is open, has a free place, and has someone waiting for it. Not locked: look
/// again once they are.
[[nodiscard]] std::vector<ShowId> with_free_places(pg::Transaction& tx);

/// What all gates hold together, for the metrics.
struct Totals {
    std::int64_t waiting{0};
    std::int64_t active{0};
    std::int64_t capacity{0};
};
[[nodiscard]] Totals totals(pg::Transaction& tx);

}  // namespace frontrow::queue::storage::gates
