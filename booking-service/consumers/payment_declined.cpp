// payment.declined: held again while time remains.
#include "booking-service/consumers/answers.hpp"

namespace frontrow::booking::consumers {

inbox::Outcome react(Reactions& reactions, events::Envelope const& envelope,
                     events::PaymentDeclined const& event) {
    return record(reactions, envelope,
                  domain::decline(reactions.work, event.reservation, event.attempt, event.reason,
                                  reactions.now));
}

}  // namespace frontrow::booking::consumers
