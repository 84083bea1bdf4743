// What queue sends: tokens, passes and refusals as JSON.
#pragma once

#include <string>

#include "common/auth/jwt.hpp"
#include "common/http/problem.hpp"
#include "queue-service/use_cases/join_queue.hpp"
#include "queue-service/use_cases/leave_queue.hpp"
#include "queue-service/use_cases/read_token.hpp"

namespace frontrow::queue::http {

/// With the pass while ADMITTED, if there is a signer. What is stored under a key has none: a pass
/// is fetched, not replayed.
[[nodiscard]] std::string token_json(use_cases::TokenView const& view, auth::Signer const* signer);

/// The one switch from queue's refusals to problems.
enum class Refusal { no_gate = 1, no_such_token };
[[nodiscard]] frontrow::http::Problem problem_of(Refusal refusal);

/// What is stored under the request's key.
[[nodiscard]] idempotency::Answer answer_of(use_cases::JoinOutcome const& outcome);

}  // namespace frontrow::queue::http
