// Passes that nobody can present any more are deleted.
#pragma once

#include <span>

#include "common/core/clock.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::booking::storage::old_passes {

inline constexpr std::int64_t forgotten_at_once_max = 1000;

/// Deletes passes whose tokens were made before that time and that no live reservation uses, the
/// oldest first, but those that somebody has locked. Answers how many.
[[nodiscard]] std::int64_t forget(pg::Transaction& tx, Instant before);

[[nodiscard]] std::span<pg::Statement const* const> statements();

}  // namespace frontrow::booking::storage::old_passes
