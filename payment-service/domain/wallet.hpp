// Wallets, and the transfers that move money between their parts and the house's accounts.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/core/id.hpp"
#include "common/core/money.hpp"

namespace frontrow::payment::domain {

/// No wallet holds more, so that no sum of a wallet's can overflow.
inline constexpr std::int64_t wallet_minor_units_max = 1'000 * minor_units_max;

/// A user's prepaid money. Neither part is ever negative; their sum is the balance.
struct Wallet {
    UserId user;
    Money available;          ///< free to spend
    Money pending;            ///< set aside for payments that were authorized and not yet settled
    std::int64_t version{0};  ///< of its events: raised by top-ups only, as only they are told
    bool operator==(Wallet const&) const = default;
};

/// Two accounts of each wallet, and two of the house, which have no balance row: a row of revenue
/// that every capture must lock would be the hottest of all.
enum class Account { available = 1, pending, deposits, revenue };
enum class TransferKind { top_up = 1, authorize, capture, release, refund };

[[nodiscard]] std::string_view to_text(Account account);
[[nodiscard]] std::string_view to_text(TransferKind kind);
[[nodiscard]] std::optional<Account> account_from(std::string_view text);
[[nodiscard]] std::optional<TransferKind> transfer_kind_from(std::string_view text);

/// Money that moves from one account to another: it cannot but sum to zero.
struct Transfer {
    TransferId id;
    TransferKind kind{};
    UserId user;                               ///< whose wallet is on one side or both
    std::optional<ReservationId> reservation;  ///< none for a top-up
    Money amount;                              ///< above zero
    Account from{};
    Account to{};
};

/// The accounts between which a transfer of this kind moves money.
struct Route {
    Account from;
    Account to;
};
[[nodiscard]] Route route_of(TransferKind kind);

}  // namespace frontrow::payment::domain
