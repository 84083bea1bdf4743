// Table `payments`: one row a reservation that asked for money, or ended without.
#pragma once

#include <span>
#include <vector>

#include "common/pg/transaction.hpp"
#include "payment-service/domain/books.hpp"

namespace frontrow::payment::storage::payments {

/// Locks those that exist, in the order of their reservations. After the wallets.
[[nodiscard]] pg::Later<std::vector<domain::Payment>> lock(
    pg::Transaction& tx, std::span<ReservationId const> reservations);

/// Updates those that this transaction has locked and inserts the new. What did not exist could not
/// be locked: if another transaction made it meanwhile, throws a transient pg::Error, and the batch
/// is decided anew. Before the ledger, whose own rules would find an event at fault.
void save(pg::Transaction& tx, std::span<domain::Books::ChangedPayment const> payments);

/// Those that exist, as committed.
[[nodiscard]] std::vector<domain::Payment> read(pg::Transaction& tx,
                                                std::span<ReservationId const> reservations);

}  // namespace frontrow::payment::storage::payments
