// The payment of a reservation: one row, one version sequence, from the first request to the last
// refund.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/core/id.hpp"
#include "common/core/money.hpp"

namespace frontrow::payment::domain {

/// `AUTHORIZED -> CAPTURED -> PARTLY_REFUNDED -> REFUNDED`, `AUTHORIZED -> VOIDED`,
/// `DECLINED -> AUTHORIZED | DECLINED` by attempt. VOIDED is also the tombstone of a reservation
/// that ended before any money was set aside: final, whatever comes later.
enum class PaymentState { declined = 1, authorized, captured, partly_refunded, refunded, voided };
[[nodiscard]] std::string_view to_text(PaymentState state);
[[nodiscard]] std::optional<PaymentState> payment_state_from(std::string_view text);

struct Payment {
    ReservationId reservation;
    UserId user;
    PaymentState state{};
    std::int32_t attempt{0};  ///< the last one decided; 0: the reservation ended before any
    Money amount;             ///< of that attempt
    Money held;  ///< set aside in the wallet: the amount while AUTHORIZED, else nothing
    Money captured;
    Money refunded;           ///< never more than captured
    std::int64_t version{0};  ///< raised by each of its events; 0: not stored yet
    bool operator==(Payment const&) const = default;
};

enum class DeclineReason { insufficient_funds = 1, too_late, no_wallet, currency_mismatch, closed };
[[nodiscard]] std::string_view to_text(DeclineReason reason);

}  // namespace frontrow::payment::domain
