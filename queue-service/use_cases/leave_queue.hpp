// Leaves lines and places, for many requests in one transaction.
#pragma once

#include <span>
#include <vector>

#include "common/pg/transaction.hpp"
#include "common/tracing/origin.hpp"
#include "queue-service/domain/admission.hpp"

namespace frontrow::queue::use_cases {

struct LeaveQueue {
    TokenId token;
    UserId user;
    Origin origin;
};
enum class LeaveRefusal { no_such_token = 1 };
struct Left {};
/// Left is also the answer if the token's time was over before: leaving twice is leaving.
using LeaveOutcome = Result<Left, LeaveRefusal>;

/// Outcome i belongs to command i. Another user's token is as good as none.
[[nodiscard]] std::vector<LeaveOutcome> leave_queue(pg::Transaction& tx,
                                                    std::span<LeaveQueue const> commands);

}  // namespace frontrow::queue::use_cases
