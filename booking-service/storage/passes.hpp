// Table passes: one row for each queue token that was used or heard of.
#pragma once

#include <span>
#include <vector>

#include "booking-service/domain/work.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::booking::storage::passes {

/// Locks them in order; one that was never heard of is made, usable. All are in the set.
[[nodiscard]] pg::Later<domain::PassSet> lock(pg::Transaction& tx, std::vector<TokenId> tokens);
/// The same, and those of these reservations; which pass a reservation has never changes.
[[nodiscard]] pg::Later<domain::PassSet> lock(pg::Transaction& tx, std::vector<TokenId> tokens,
                                              std::span<ReservationId const> of);
/// Locks those that exist and that nobody else has locked.
[[nodiscard]] pg::Later<domain::PassSet> lock_idle(pg::Transaction& tx,
                                                   std::vector<TokenId> tokens);
/// Writes passes whose rows this transaction has locked.
void save(pg::Transaction& tx, std::vector<domain::Pass const*> const& passes);

[[nodiscard]] std::span<pg::Statement const* const> statements();

}  // namespace frontrow::booking::storage::passes
