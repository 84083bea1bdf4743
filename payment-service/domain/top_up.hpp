// Putting money into a wallet.
#pragma once

#include "common/core/result.hpp"
#include "payment-service/domain/books.hpp"

namespace frontrow::payment::domain {

struct TopUp {
    UserId user;
    Money amount;  ///< 1 to `minor_units_max`
    TransferId transfer;
};

enum class TopUpRefusal {
    currency_mismatch = 1,  ///< the wallet's currency was fixed by its first top-up
    wallet_full,            ///< it would hold more than `wallet_minor_units_max`
};

/// The wallet after it. The wallet exists: its first top-up opens it.
[[nodiscard]] Result<Wallet, TopUpRefusal> top_up(Books& books, TopUp const& command);

}  // namespace frontrow::payment::domain
