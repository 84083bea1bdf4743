// What payment sends: wallets, entries, payments and refusals as JSON.
#pragma once

#include <string>

#include "common/http/problem.hpp"
#include "payment-service/use_cases/read.hpp"
#include "payment-service/use_cases/top_up.hpp"

namespace frontrow::payment::http {

/// A user without a wallet has an empty one, in EUR, of version 0.
[[nodiscard]] std::string wallet_json(UserId const& user, use_cases::MaybeWallet const& wallet);
[[nodiscard]] std::string payment_json(domain::Payment const& payment);
/// `entries` may hold one more than `limit`: then another page follows.
[[nodiscard]] std::string entries_json(use_cases::Entries const& entries, std::size_t limit);

/// The one switch from payment's refusals to problems.
[[nodiscard]] frontrow::http::Problem problem_of(domain::TopUpRefusal refusal);

/// What is stored under the request's key.
[[nodiscard]] idempotency::Answer answer_of(use_cases::TopUpOutcome const& outcome);

}  // namespace frontrow::payment::http
