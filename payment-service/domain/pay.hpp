// What a payment does when its reservation moves: set aside, take, give back, each exactly once.
#pragma once

#include <optional>
#include <string_view>

#include "common/core/clock.hpp"
#include "common/core/result.hpp"
#include "payment-service/domain/books.hpp"

namespace frontrow::payment::domain {

enum class Change { authorized = 1, declined, captured, voided, refunded };

/// A payment as it is after the change: what its event tells.
struct Changed {
    Change what{};
    Payment payment;
    std::optional<DeclineReason> reason{};  ///< of a decline
    Money refund{};                         ///< what went back now
};

/// Why nothing was changed.
enum class Objection {
    attempt_decided = 1,  ///< a request that comes again, or late
    already_settled,      ///< the state answers already
    nothing_to_capture,   ///< confirmed without an open authorization
    nothing_to_refund,    ///< what is asked for went back already
    capture_outstanding,  ///< a part comes back before the whole was taken: its capture is missing
    another_user,         ///< the payment is not this user's
    another_amount,       ///< not what was authorized
    impossible_amount,    ///< zero, negative, above the maximum, or a refund above the capture
};
/// Some are facts that came too late to matter; the others cannot be right, and somebody must look.
[[nodiscard]] bool must_be_looked_at(Objection objection);
[[nodiscard]] std::string_view to_text(Objection objection);

using Decision = Result<Changed, Objection>;

struct PaymentRequest {
    ReservationId reservation;
    UserId user;
    std::int32_t attempt{0};
    Money amount;
    Instant held_until{};
    TransferId transfer;  ///< of the transfer, should money move
};
/// Sets the amount aside, or declines. A hold that ends exactly now has ended.
[[nodiscard]] Decision request(Books& books, PaymentRequest const& request, Instant now);

struct Confirmation {
    ReservationId reservation;
    UserId user;
    Money total;
    TransferId transfer;
};
/// Takes what was set aside. Acts on AUTHORIZED only.
[[nodiscard]] Decision capture(Books& books, Confirmation const& confirmation);

struct Ending {
    ReservationId reservation;
    UserId user;
    Currency currency;  ///< of the tombstone, if there is no payment yet
    TransferId transfer;
};
/// The reservation expired or was cancelled: what was set aside or taken goes back, and no later
/// request finds an open payment.
[[nodiscard]] Decision give_back(Books& books, Ending const& ending);

struct PartCancellation {
    ReservationId reservation;
    UserId user;
    Money total;   ///< of what the reservation keeps
    Money refund;  ///< owed for what it gave back
    TransferId transfer;
};
/// Gives back until what remains taken is the price of what the reservation keeps: so one that
/// comes twice, or after a later one, moves no money twice.
[[nodiscard]] Decision refund_part(Books& books, PartCancellation const& cancellation);

}  // namespace frontrow::payment::domain
