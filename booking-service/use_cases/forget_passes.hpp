// The upkeep of passes: those whose time is long over are forgotten.
#pragma once

#include <chrono>

#include "common/pg/transaction.hpp"

namespace frontrow::booking::use_cases {

/// Forgets passes whose tokens are older than `kept` and that no live reservation uses. `kept` must
/// be longer than a pass is valid: a forgotten pass would be fresh again. Answers whether there may
/// be more.
[[nodiscard]] bool forget_passes(pg::Transaction& tx, std::chrono::milliseconds kept);

}  // namespace frontrow::booking::use_cases
