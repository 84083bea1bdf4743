// payment.authorized: the money is set aside, so the seats are sold, if they are still ours.
#include "booking-service/consumers/answers.hpp"

namespace frontrow::booking::consumers {

inbox::Outcome react(Reactions& reactions, events::Envelope const& envelope,
                     events::PaymentAuthorized const& event) {
    return record(reactions, envelope,
                  domain::confirm(reactions.work, event.reservation, event.attempt, reactions.now));
}

}  // namespace frontrow::booking::consumers
