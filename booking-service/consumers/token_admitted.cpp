// token.admitted: a pass was issued, perhaps a newer one for the same token.
#include "booking-service/consumers/consume.hpp"
#include "booking-service/domain/tokens.hpp"

namespace frontrow::booking::consumers {

inbox::Outcome react(Reactions& reactions, events::Envelope const&,
                     events::TokenAdmitted const& event) {
    auto const changed = domain::pass_issued(reactions.work.passes, event.token, event.generation);
    return changed ? inbox::Outcome::applied()
                   : inbox::Outcome::ignored("the pass is as new, spent or ended");
}

}  // namespace frontrow::booking::consumers
