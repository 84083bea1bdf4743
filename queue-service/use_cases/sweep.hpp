// Cleans up behind time: admissions that are over, and those who wait no longer.
#pragma once

#include <optional>

#include "common/core/clock.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::queue::use_cases {

inline constexpr std::size_t swept_tokens_max = 1'000;

/// Ends up to `swept_tokens_max` admissions that are over by the database's clock; answers how
/// many.
[[nodiscard]] std::size_t expire_overdue(pg::Transaction& tx);

/// Ends up to `swept_tokens_max` tokens that wait and were not heard of since; answers how many.
[[nodiscard]] std::size_t abandon_silent(pg::Transaction& tx, Instant silent_since);

}  // namespace frontrow::queue::use_cases
