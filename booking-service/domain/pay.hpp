// HELD -> PAYING: the decision behind POST /v1/reservations/{id}/payment.
#pragma once

#include <optional>

#include "booking-service/domain/event.hpp"
#include "booking-service/domain/rules.hpp"
#include "booking-service/domain/work.hpp"

namespace frontrow::booking::domain {

enum class PayRefusal {
    no_such_reservation = 1,  ///< or another user's, which looks the same
    hold_expired,
    already_paying,
    already_confirmed,
    cancelled,
};

/// Both an event and a refusal: the time was found to be over, and that itself is a change.
struct PayOutcome {
    std::optional<ReservationEvent> event{};
    std::optional<PayRefusal> refusal{};
};

/// Begins the next attempt. The first leaves at least `payment_minimum`; later ones do not, or
/// declines would prolong a hold for ever.
[[nodiscard]] PayOutcome pay(Work& work, ReservationId const& id, UserId const& user, Instant now,
                             Rules const& rules);

}  // namespace frontrow::booking::domain
