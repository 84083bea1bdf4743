// token.expired: the admission ran out, so its pass holds no more seats.
#include "booking-service/consumers/consume.hpp"
#include "booking-service/domain/tokens.hpp"

namespace frontrow::booking::consumers {

inbox::Outcome react(Reactions& reactions, events::Envelope const&,
                     events::TokenExpired const& event) {
    auto const changed = domain::pass_ended(reactions.work.passes, event.token);
    return changed ? inbox::Outcome::applied()
                   : inbox::Outcome::ignored("the pass is spent or ended already");
}

}  // namespace frontrow::booking::consumers
