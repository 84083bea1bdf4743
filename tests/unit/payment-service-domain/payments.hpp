// Short words for tests of payment's decisions.
#pragma once

#include "payment-service/domain/pay.hpp"
#include "payment-service/domain/top_up.hpp"

namespace frontrow::payment::domain {

inline Money euros(std::int64_t cents) {
    return {.minor_units = cents, .currency = {}};
}
inline Money dollars(std::int64_t cents) {
    return {.minor_units = cents, .currency = *Currency::parse("USD")};
}

inline auto const noon = Instant{std::chrono::seconds{1'800'000'000}};
inline auto const ann = UserId{"ann"};
inline auto const bob = UserId{"bob"};
inline auto const seats = ReservationId{new_uuid()};

inline Wallet wallet_of(UserId const& user, std::int64_t available, std::int64_t pending = 0) {
    return {.user = user, .available = euros(available), .pending = euros(pending), .version = 1};
}

/// A payment of 100 by ann in that state, as it is stored.
inline Payment paid(PaymentState state, std::int32_t attempt = 1) {
    auto const captured = state == PaymentState::captured ||
                          state == PaymentState::partly_refunded || state == PaymentState::refunded;
    auto const refunded = state == PaymentState::refunded          ? 100
                          : state == PaymentState::partly_refunded ? 40
                                                                   : 0;
    return {.reservation = seats,
            .user = ann,
            .state = state,
            .attempt = attempt,
            .amount = euros(100),
            .held = euros(state == PaymentState::authorized ? 100 : 0),
            .captured = euros(captured ? 100 : 0),
            .refunded = euros(refunded),
            .version = 3};
}

/// ann has 500 to spend, and what her payment holds.
inline Books books_with(std::optional<Payment> payment) {
    auto const held = payment ? payment->held.minor_units : 0;
    return {{wallet_of(ann, 500, held)},
            payment ? std::vector<Payment>{*payment} : std::vector<Payment>{}};
}

inline PaymentRequest request_of(std::int32_t attempt = 1, Money amount = euros(100)) {
    return {.reservation = seats,
            .user = ann,
            .attempt = attempt,
            .amount = amount,
            .held_until = noon + std::chrono::minutes{1},
            .transfer = TransferId::draw()};
}
inline Confirmation confirmation_of(Money total = euros(100)) {
    return {.reservation = seats, .user = ann, .total = total, .transfer = TransferId::draw()};
}
inline Ending ending() {
    return {.reservation = seats, .user = ann, .currency = {}, .transfer = TransferId::draw()};
}
inline PartCancellation part_of(std::int64_t kept, std::int64_t refund) {
    return {.reservation = seats,
            .user = ann,
            .total = euros(kept),
            .refund = euros(refund),
            .transfer = TransferId::draw()};
}

}  // namespace frontrow::payment::domain
