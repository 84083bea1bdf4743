// Answers everything that waits to be read: one query a kind, however many ask.
#pragma once

#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "common/pg/transaction.hpp"
#include "payment-service/domain/payment.hpp"
#include "payment-service/domain/wallet.hpp"
#include "payment-service/storage/ledger.hpp"

namespace frontrow::payment::use_cases {

struct ReadWallet {
    UserId user;
};
struct ReadEntries {
    storage::ledger::PageQuery page;
};
struct ReadPayment {
    UserId user;  ///< another's payment is not found
    ReservationId reservation;
};
using ReadQuery = std::variant<ReadWallet, ReadEntries, ReadPayment>;

using MaybeWallet = std::optional<domain::Wallet>;
using Entries = std::vector<storage::ledger::Entry>;
using MaybePayment = std::optional<domain::Payment>;
/// The alternative at the index of the query's.
using ReadAnswer = std::variant<MaybeWallet, Entries, MaybePayment>;

[[nodiscard]] std::vector<ReadAnswer> read(pg::Transaction& tx, std::span<ReadQuery const> queries);

}  // namespace frontrow::payment::use_cases
