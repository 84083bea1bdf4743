// Every state by every event: what moves, and what is a fact of the past.
#include "payment-service/domain/pay.hpp"

#include "common/core/ensure.hpp"

namespace frontrow::payment::domain {
namespace {

Money nothing_of(Money amount) {
    return {.minor_units = 0, .currency = amount.currency};
}

bool is_price(Money amount) {
    return amount.minor_units > 0 && amount.minor_units <= minor_units_max;
}

/// Why the wallet cannot pay the request, or nothing: it can.
std::optional<DeclineReason> reason_to_decline(Wallet const* wallet, PaymentRequest const& request,
                                               Instant now) {
    if (now >= request.held_until) {
        return DeclineReason::too_late;
    }
    if (wallet == nullptr) {
        return DeclineReason::no_wallet;
    }
    if (wallet->available.currency != request.amount.currency) {
        return DeclineReason::currency_mismatch;
    }
    if (wallet->available.minor_units < request.amount.minor_units) {
        return DeclineReason::insufficient_funds;
    }
    return std::nullopt;
}

/// The tombstone answers and stays as it is, but for the version that its answer needs.
Decision decline_closed(Books& books, PaymentRequest const& request) {
    auto told = books.put(*books.payment(request.reservation));
    told.attempt = request.attempt;
    told.amount = request.amount;
    told.captured = nothing_of(request.amount);
    told.refunded = nothing_of(request.amount);
    return Changed{.what = Change::declined, .payment = told, .reason = DeclineReason::closed};
}

Decision refund(Books& books, Payment payment, TransferId transfer, Money amount) {
    books.move(transfer, TransferKind::refund, payment.user, payment.reservation, amount);
    payment.refunded = payment.refunded + amount;
    payment.state = payment.refunded == payment.captured ? PaymentState::refunded
                                                         : PaymentState::partly_refunded;
    return Changed{.what = Change::refunded, .payment = books.put(payment), .refund = amount};
}

Decision release(Books& books, Payment payment, TransferId transfer) {
    books.move(transfer, TransferKind::release, payment.user, payment.reservation, payment.held);
    payment.held = nothing_of(payment.held);
    payment.state = PaymentState::voided;
    return Changed{.what = Change::voided, .payment = books.put(payment)};
}

}  // namespace

bool must_be_looked_at(Objection objection) {
    switch (objection) {
        case Objection::attempt_decided:
        case Objection::already_settled:
        case Objection::nothing_to_capture:
        case Objection::nothing_to_refund:
            return false;
        case Objection::capture_outstanding:
        case Objection::another_user:
        case Objection::another_amount:
        case Objection::impossible_amount:
            return true;
    }
    ENSURE(false);
    return true;
}

std::string_view to_text(Objection objection) {
    switch (objection) {
        case Objection::attempt_decided:
            return "this attempt, or a later one, was decided already";
        case Objection::already_settled:
            return "the payment is settled already";
        case Objection::nothing_to_capture:
            return "no authorization is open";
        case Objection::nothing_to_refund:
            return "what is owed went back already";
        case Objection::capture_outstanding:
            return "a part comes back before the whole was captured";
        case Objection::another_user:
            return "the payment is another user's";
        case Objection::another_amount:
            return "the amount is not what was authorized";
        case Objection::impossible_amount:
            return "the amount is impossible";
    }
    ENSURE(false);
    return {};
}

Decision request(Books& books, PaymentRequest const& request, Instant now) {
    if (!is_price(request.amount)) {
        return Objection::impossible_amount;
    }
    auto const* const before = books.payment(request.reservation);
    if (before != nullptr && before->user != request.user) {
        return Objection::another_user;
    }
    if (before != nullptr && before->state == PaymentState::voided) {
        return decline_closed(books, request);
    }
    if (before != nullptr &&
        (before->state != PaymentState::declined || request.attempt <= before->attempt)) {
        return Objection::attempt_decided;
    }
    auto const reason = reason_to_decline(books.wallet(request.user), request, now);
    auto const none = nothing_of(request.amount);
    if (!reason) {
        books.move(request.transfer, TransferKind::authorize, request.user, request.reservation,
                   request.amount);
    }
    auto const& after =
        books.put({.reservation = request.reservation,
                   .user = request.user,
                   .state = reason ? PaymentState::declined : PaymentState::authorized,
                   .attempt = request.attempt,
                   .amount = request.amount,
                   .held = reason ? none : request.amount,
                   .captured = none,
                   .refunded = none});
    return Changed{
        .what = reason ? Change::declined : Change::authorized, .payment = after, .reason = reason};
}

Decision capture(Books& books, Confirmation const& confirmation) {
    auto const* const before = books.payment(confirmation.reservation);
    if (before == nullptr || before->state != PaymentState::authorized) {
        return Objection::nothing_to_capture;
    }
    if (before->user != confirmation.user) {
        return Objection::another_user;
    }
    if (before->held != confirmation.total) {
        return Objection::another_amount;
    }
    auto payment = *before;
    books.move(confirmation.transfer, TransferKind::capture, payment.user, payment.reservation,
               payment.held);
    payment.captured = payment.held;
    payment.held = nothing_of(payment.held);
    payment.state = PaymentState::captured;
    return Changed{.what = Change::captured, .payment = books.put(payment)};
}

Decision give_back(Books& books, Ending const& ending) {
    auto const none = Money{.minor_units = 0, .currency = ending.currency};
    auto const* const before = books.payment(ending.reservation);
    if (before == nullptr) {
        auto const& tombstone = books.put({.reservation = ending.reservation,
                                           .user = ending.user,
                                           .state = PaymentState::voided,
                                           .attempt = 0,
                                           .amount = none,
                                           .held = none,
                                           .captured = none,
                                           .refunded = none});
        return Changed{.what = Change::voided, .payment = tombstone};
    }
    if (before->user != ending.user) {
        return Objection::another_user;
    }
    switch (before->state) {
        case PaymentState::declined: {
            auto closed = *before;
            closed.state = PaymentState::voided;
            return Changed{.what = Change::voided, .payment = books.put(closed)};
        }
        case PaymentState::authorized:
            return release(books, *before, ending.transfer);
        case PaymentState::captured:
        case PaymentState::partly_refunded:
            return refund(books, *before, ending.transfer, before->captured - before->refunded);
        case PaymentState::refunded:
        case PaymentState::voided:
            return Objection::already_settled;
    }
    ENSURE(false);
    return Objection::already_settled;
}

Decision refund_part(Books& books, PartCancellation const& cancellation) {
    auto const* const before = books.payment(cancellation.reservation);
    if (before == nullptr || before->state == PaymentState::authorized ||
        before->state == PaymentState::declined) {
        return Objection::capture_outstanding;
    }
    if (before->user != cancellation.user) {
        return Objection::another_user;
    }
    if (before->state == PaymentState::voided || before->state == PaymentState::refunded) {
        return Objection::already_settled;
    }
    auto const kept = cancellation.total;
    auto const owed = cancellation.refund;
    auto const whole = before->captured;
    if (kept.currency != whole.currency || owed.currency != whole.currency || !is_price(owed) ||
        kept.minor_units < 0 || kept.minor_units > whole.minor_units - owed.minor_units) {
        return Objection::impossible_amount;
    }
    auto const due = whole - kept - before->refunded;
    if (due.minor_units <= 0) {
        return Objection::nothing_to_refund;
    }
    return refund(books, *before, cancellation.transfer, due);
}

}  // namespace frontrow::payment::domain
