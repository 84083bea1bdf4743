// Tells holders where they stand: one query for all who ask.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "common/pg/transaction.hpp"
#include "queue-service/use_cases/heartbeats.hpp"
#include "queue-service/use_cases/lines.hpp"
#include "queue-service/use_cases/view.hpp"

namespace frontrow::queue::use_cases {

struct ReadToken {
    TokenId token;
    UserId user;
};
using MaybeToken = std::optional<TokenView>;

/// Answer i belongs to query i; another user's token is not found. Whoever waits and was last
/// heard of longer than `beat` ago is noted as heard of.
[[nodiscard]] std::vector<MaybeToken> read_tokens(pg::Transaction& tx,
                                                  std::span<ReadToken const> queries, Lines& lines,
                                                  Heartbeats& heartbeats,
                                                  std::chrono::milliseconds beat);

}  // namespace frontrow::queue::use_cases
