// What the two answers of payment have in common.
#pragma once

#include "booking-service/consumers/consume.hpp"
#include "booking-service/domain/answer.hpp"

namespace frontrow::booking::consumers {

/// Keeps the event of the decision, or says why there is none. An answer about a reservation that
/// booking never made cannot be one of ours: it is refused.
[[nodiscard]] inbox::Outcome record(Reactions& reactions, events::Envelope const& answer,
                                    domain::AnswerOutcome decided);

}  // namespace frontrow::booking::consumers
