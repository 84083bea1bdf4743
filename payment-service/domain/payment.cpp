// The names of a payment's states and of the reasons to decline.
#include "payment-service/domain/payment.hpp"

#include "common/core/ensure.hpp"

namespace frontrow::payment::domain {

std::string_view to_text(PaymentState state) {
    switch (state) {
        case PaymentState::declined:
            return "DECLINED";
        case PaymentState::authorized:
            return "AUTHORIZED";
        case PaymentState::captured:
            return "CAPTURED";
        case PaymentState::partly_refunded:
            return "PARTLY_REFUNDED";
        case PaymentState::refunded:
            return "REFUNDED";
        case PaymentState::voided:
            return "VOIDED";
    }
    ENSURE(false);
    return {};
}

std::optional<PaymentState> payment_state_from(std::string_view text) {
    using enum PaymentState;
    for (auto const state : {declined, authorized, captured, partly_refunded, refunded, voided}) {
        if (to_text(state) == text) {
            return state;
        }
    }
    return std::nullopt;
}

std::string_view to_text(DeclineReason reason) {
    switch (reason) {
        case DeclineReason::insufficient_funds:
            return "insufficient_funds";
        case DeclineReason::too_late:
            return "too_late";
        case DeclineReason::no_wallet:
            return "no_wallet";
        case DeclineReason::currency_mismatch:
            return "currency_mismatch";
        case DeclineReason::closed:
            return "closed";
    }
    ENSURE(false);
    return {};
}

}  // namespace frontrow::payment::domain
