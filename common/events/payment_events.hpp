// payment.payment.v1 (key: reservationId) and payment.wallet.v1 (key: userId). Producer:
// payment-service.
#pragma once

#include <string>

#include "common/core/id.hpp"
#include "common/core/money.hpp"

namespace frontrow::events {

/// The payment of a reservation as it is after the change.
struct PaymentFacts {
    ReservationId reservation;
    UserId user;
    std::int32_t attempt{
        0};        ///< echoed from the request; booking ignores any other than its current
    Money amount;  ///< asked for
    Money captured;
    Money refunded;
};

struct PaymentAuthorized : PaymentFacts {};
struct PaymentDeclined : PaymentFacts {
    std::string reason;  ///< insufficient_funds, too_late, no_wallet, currency_mismatch, closed
};
struct PaymentCaptured : PaymentFacts {};
struct PaymentVoided : PaymentFacts {};
/// `refund` went back now; all of `captured` did when `refunded` equals it.
struct PaymentRefunded : PaymentFacts {
    Money refund;
};

struct WalletToppedUp {
    UserId user;
    TransferId transfer;
    Money amount;
    Money available;  ///< after it
    Money pending;
};

}  // namespace frontrow::events
