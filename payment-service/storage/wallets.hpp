// Table `wallets`: one row a user who ever topped up.
#pragma once

#include <span>
#include <vector>

#include "common/pg/transaction.hpp"
#include "payment-service/domain/wallet.hpp"

namespace frontrow::payment::storage::wallets {

/// What opens a wallet, if there is none: its currency is fixed then.
struct Opening {
    UserId user;
    Currency currency;
};
/// Makes the missing ones, empty. At most one opening a user.
void open(pg::Transaction& tx, std::span<Opening const> openings);

/// Locks those that exist, in the order of their users.
[[nodiscard]] pg::Later<std::vector<domain::Wallet>> lock(pg::Transaction& tx,
                                                          std::span<UserId const> users);

/// Writes the parts and the version of wallets that this transaction has locked.
void save(pg::Transaction& tx, std::span<domain::Wallet const> wallets);

/// Those that exist, as committed.
[[nodiscard]] std::vector<domain::Wallet> read(pg::Transaction& tx, std::span<UserId const> users);

}  // namespace frontrow::payment::storage::wallets
