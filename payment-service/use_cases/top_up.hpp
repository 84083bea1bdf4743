// Puts money into wallets, for many requests in one transaction.
#pragma once

#include <span>
#include <vector>

#include "common/pg/transaction.hpp"
#include "common/tracing/origin.hpp"
#include "payment-service/domain/top_up.hpp"

namespace frontrow::payment::use_cases {

struct TopUp {
    UserId user;
    Money amount;
    Origin origin;
};
struct ToppedUp {
    TransferId transfer;
    domain::Wallet wallet;  ///< after it
};
using TopUpOutcome = Result<ToppedUp, domain::TopUpRefusal>;

/// Outcome i belongs to command i. A user's first top-up opens the wallet, in its currency.
[[nodiscard]] std::vector<TopUpOutcome> top_up(pg::Transaction& tx,
                                               std::span<TopUp const> commands);

}  // namespace frontrow::payment::use_cases
