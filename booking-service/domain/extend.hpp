// HELD, a little longer: the decision behind an extension.
#pragma once

#include <optional>

#include "booking-service/domain/event.hpp"
#include "booking-service/domain/rules.hpp"
#include "booking-service/domain/work.hpp"

namespace frontrow::booking::domain {

enum class ExtendRefusal {
    no_such_reservation = 1,  ///< or another user's, which looks the same
    hold_expired,
    not_held,  ///< it is being paid, was paid or was cancelled
    extended_already,
};

/// Both an event and a refusal: the time was found to be over, and that itself is a change.
struct ExtendOutcome {
    std::optional<ReservationEvent> event{};
    std::optional<ExtendRefusal> refusal{};
};

/// Raises the deadline of a HELD reservation, its seats and its pass, once. Never lowers it.
[[nodiscard]] ExtendOutcome extend(Work& work, ReservationId const& id, UserId const& user,
                                   Instant now, Rules const& rules);

}  // namespace frontrow::booking::domain
