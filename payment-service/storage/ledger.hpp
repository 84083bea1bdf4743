// Tables `transfers` and `entries`: the double-entry ledger, added to and read, never rewritten.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "common/pg/transaction.hpp"
#include "payment-service/domain/wallet.hpp"

namespace frontrow::payment::storage::ledger {

/// Each transfer with its two entries, in the order given.
void append(pg::Transaction& tx, std::span<domain::Transfer const> transfers);

/// One side of a transfer, on an account of a user.
struct Entry {
    std::int64_t id{0};  ///< rises in the order in which the wallet changed
    TransferId transfer;
    domain::TransferKind kind{};
    domain::Account account{};
    Money amount;  ///< signed: what it did to the account
    std::optional<ReservationId> reservation;
    Instant time{};
};
struct PageQuery {
    UserId user;
    std::int64_t before{0};  ///< entries with lower ids only
};
inline constexpr std::size_t page_entries_max = 100;

/// For each query the newest entries before its mark, newest first: one more than a page may have,
/// so that the asker sees whether another page follows.
[[nodiscard]] std::vector<std::vector<Entry>> read_pages(pg::Transaction& tx,
                                                         std::span<PageQuery const> queries);

}  // namespace frontrow::payment::storage::ledger
