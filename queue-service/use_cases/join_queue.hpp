// Joins lines, for many requests in one transaction.
#pragma once

#include <span>
#include <vector>

#include "common/pg/transaction.hpp"
#include "common/tracing/origin.hpp"
#include "queue-service/domain/admission.hpp"
#include "queue-service/use_cases/lines.hpp"
#include "queue-service/use_cases/view.hpp"

namespace frontrow::queue::use_cases {

struct JoinQueue {
    ShowId show;
    UserId user;
    Origin origin;
};
struct JoinedQueue {
    TokenView view;
    bool is_new{false};  ///< false: the user was in already
};
using JoinOutcome = Result<JoinedQueue, domain::JoinRefusal>;

/// Outcome i belongs to command i. The gates are locked first, so a batch takes one block of
/// numbers from each, without a gap: a number is given only to someone who gets a token.
[[nodiscard]] std::vector<JoinOutcome> join_queue(pg::Transaction& tx,
                                                  std::span<JoinQueue const> commands,
                                                  Lines& lines);

}  // namespace frontrow::queue::use_cases
