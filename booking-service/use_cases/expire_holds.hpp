// Cleans up after holds that ran out: frees what is still theirs and says so.
#pragma once

#include <vector>

#include "common/core/id.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::booking::use_cases {

struct Expired {
    std::vector<ReservationId> reservations;
    std::size_t passed_by{0};   ///< overdue, but somebody else worked on them
    bool is_there_more{false};  ///< as many were overdue as one call looks at
};

/// Up to 512, the longest overdue first. Leaves out what somebody else is working on, so any number
/// of sweepers may run; correctness does not need even one.
[[nodiscard]] Expired expire_holds(pg::Transaction& tx);

}  // namespace frontrow::booking::use_cases
