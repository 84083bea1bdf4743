// Keeps the wallets' sums right while a batch is decided.
#include "payment-service/domain/books.hpp"

#include <utility>

#include "common/core/ensure.hpp"

namespace frontrow::payment::domain {
namespace {

/// The wallet's part that the account is, or nothing: the house's accounts are sums of entries.
Money* part_of(Wallet& wallet, Account account) {
    switch (account) {
        case Account::available:
            return &wallet.available;
        case Account::pending:
            return &wallet.pending;
        case Account::deposits:
        case Account::revenue:
            return nullptr;
    }
    ENSURE(false);
    return nullptr;
}

}  // namespace

Books::Books(std::vector<Wallet> wallets, std::vector<Payment> payments) {
    for (auto& wallet : wallets) {
        auto const user = wallet.user;
        wallets_.emplace(user, WalletEntry{std::move(wallet)});
    }
    for (auto& payment : payments) {
        auto const reservation = payment.reservation;
        auto const version = payment.version;
        payments_.emplace(reservation, PaymentEntry{std::move(payment), version});
    }
}

Wallet const* Books::wallet(UserId const& user) const {
    auto const found = wallets_.find(user);
    return found == wallets_.end() ? nullptr : &found->second.now;
}

Payment const* Books::payment(ReservationId const& reservation) const {
    auto const found = payments_.find(reservation);
    return found == payments_.end() ? nullptr : &found->second.now;
}

Books::WalletEntry& Books::entry_of(UserId const& user) {
    auto const found = wallets_.find(user);
    ENSURE(found != wallets_.end());
    found->second.changed = true;
    return found->second;
}

void Books::move(TransferId id, TransferKind kind, UserId const& user,
                 std::optional<ReservationId> reservation, Money amount) {
    ENSURE(amount.minor_units > 0);
    auto& wallet = entry_of(user).now;
    auto const [from, to] = route_of(kind);
    if (auto* const part = part_of(wallet, from)) {
        *part = *part - amount;
        ENSURE(part->minor_units >= 0);
    }
    if (auto* const part = part_of(wallet, to)) {
        *part = *part + amount;
    }
    transfers_.push_back({.id = id,
                          .kind = kind,
                          .user = user,
                          .reservation = reservation,
                          .amount = amount,
                          .from = from,
                          .to = to});
}

Payment const& Books::put(Payment payment) {
    auto& entry = payments_[payment.reservation];
    payment.version = entry.now.version + 1;
    entry.now = std::move(payment);
    return entry.now;
}

void Books::tell(UserId const& user) {
    ++entry_of(user).now.version;
}

std::vector<Wallet> Books::changed_wallets() const {
    auto changed = std::vector<Wallet>{};
    for (auto const& [user, entry] : wallets_) {
        if (entry.changed) {
            changed.push_back(entry.now);
        }
    }
    return changed;
}

std::vector<Books::ChangedPayment> Books::changed_payments() const {
    auto changed = std::vector<ChangedPayment>{};
    for (auto const& [reservation, entry] : payments_) {
        if (entry.now.version != entry.version_before) {
            changed.push_back({entry.now, entry.version_before});
        }
    }
    return changed;
}

}  // namespace frontrow::payment::domain
