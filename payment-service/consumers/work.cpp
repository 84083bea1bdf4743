// From a decision to the event that tells it and the outcome in the inbox.
#include "payment-service/consumers/work.hpp"

#include "common/core/ensure.hpp"
#include "common/events/stamp.hpp"

namespace frontrow::payment::consumers {
namespace {

events::Body body_of(domain::Changed const& changed) {
    auto const& payment = changed.payment;
    auto const facts = events::PaymentFacts{.reservation = payment.reservation,
                                            .user = payment.user,
                                            .attempt = payment.attempt,
                                            .amount = payment.amount,
                                            .captured = payment.captured,
                                            .refunded = payment.refunded};
    switch (changed.what) {
        case domain::Change::authorized:
            return events::PaymentAuthorized{facts};
        case domain::Change::declined:
            ENSURE(changed.reason.has_value());
            return events::PaymentDeclined{facts, std::string{domain::to_text(*changed.reason)}};
        case domain::Change::captured:
            return events::PaymentCaptured{facts};
        case domain::Change::voided:
            return events::PaymentVoided{facts};
        case domain::Change::refunded:
            return events::PaymentRefunded{facts, changed.refund};
    }
    ENSURE(false);
    return events::PaymentVoided{facts};
}

}  // namespace

inbox::Outcome Work::record(Envelope const& cause, domain::Decision const& decision) {
    if (!decision) {
        auto why = std::string{domain::to_text(decision.error())};
        return domain::must_be_looked_at(decision.error())
                   ? inbox::Outcome::refused(std::move(why))
                   : inbox::Outcome::ignored(std::move(why));
    }
    told_.push_back(
        {.envelope = events::stamp(events::origin_of(cause), now_, decision->payment.version),
         .body = body_of(*decision)});
    return inbox::Outcome::applied();
}

}  // namespace frontrow::payment::consumers
