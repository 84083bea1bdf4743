// The working set of a batch: wallets and payments as they stand, and what was done to them.
#pragma once

#include <map>
#include <span>
#include <vector>

#include "payment-service/domain/payment.hpp"
#include "payment-service/domain/wallet.hpp"

namespace frontrow::payment::domain {

/// All that a batch needs was loaded before; each decision reads and changes it here, in turn, so
/// that two debits of one wallet see one another, and each row is saved once.
class Books {
  public:
    Books(std::vector<Wallet> wallets, std::vector<Payment> payments);

    /// Nothing if the user has no wallet.
    [[nodiscard]] Wallet const* wallet(UserId const& user) const;
    /// Nothing if the reservation has no payment yet.
    [[nodiscard]] Payment const* payment(ReservationId const& reservation) const;

    /// Moves the money in the wallet and notes the transfer. The amount is above zero and covered:
    /// whoever decided has looked.
    void move(TransferId id, TransferKind kind, UserId const& user,
              std::optional<ReservationId> reservation, Money amount);
    /// Notes the payment as it is after a change and raises its version; answers it.
    Payment const& put(Payment payment);
    /// Raises the wallet's version, for an event of its own.
    void tell(UserId const& user);

    /// A payment as it is now, and the version under which it was loaded (0: it is new).
    struct ChangedPayment {
        Payment payment;
        std::int64_t version_before;
    };
    [[nodiscard]] std::vector<Wallet> changed_wallets() const;
    [[nodiscard]] std::vector<ChangedPayment> changed_payments() const;
    [[nodiscard]] std::span<Transfer const> transfers() const { return transfers_; }

  private:
    struct WalletEntry {
        Wallet now;
        bool changed{false};
    };
    struct PaymentEntry {
        Payment now;
        std::int64_t version_before{0};
    };
    WalletEntry& entry_of(UserId const& user);

    std::map<UserId, WalletEntry> wallets_;
    std::map<ReservationId, PaymentEntry> payments_;
    std::vector<Transfer> transfers_;
};

}  // namespace frontrow::payment::domain
