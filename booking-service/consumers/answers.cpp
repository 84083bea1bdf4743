// From a decision about an answer to the outcome that the inbox keeps.
#include "booking-service/consumers/answers.hpp"

#include "common/events/stamp.hpp"

namespace frontrow::booking::consumers {
namespace {

inbox::Outcome outcome_of(domain::Unmoved why) {
    switch (why) {
        case domain::Unmoved::no_such_reservation:
            return inbox::Outcome::refused("booking has no such reservation");
        case domain::Unmoved::not_paying:
            return inbox::Outcome::ignored("the reservation is not PAYING");
        case domain::Unmoved::other_attempt:
            return inbox::Outcome::ignored("answers another attempt");
    }
    return inbox::Outcome::refused("unknown");
}

}  // namespace

inbox::Outcome record(Reactions& reactions, events::Envelope const& answer,
                      domain::AnswerOutcome decided) {
    if (decided.unmoved) {
        return outcome_of(*decided.unmoved);
    }
    reactions.told.push_back({*std::move(decided.event), events::origin_of(answer)});
    return inbox::Outcome::applied();
}

}  // namespace frontrow::booking::consumers
