// Anything live or sold -> CANCELLED | PARTLY_CANCELLED: the decisions behind a cancellation.
#pragma once

#include <cstdint>
#include <optional>
#include <span>

#include "booking-service/domain/event.hpp"
#include "booking-service/domain/show.hpp"
#include "booking-service/domain/work.hpp"

namespace frontrow::booking::domain {

enum class CancelRefusal {
    no_such_reservation = 1,  ///< or another user's, which looks the same
    hold_expired,
    cancelled_already,  ///< answered from its row: nothing is told twice
    not_sold_yet,       ///< a part can be given back only of what was paid
    no_such_seat,       ///< not one of those that it keeps, or none at all
};

/// Both an event and a refusal: the time was found to be over, and that itself is a change.
struct CancelOutcome {
    std::optional<ReservationEvent> event{};
    std::optional<CancelRefusal> refusal{};
};

/// Ends it and frees its seats. Money that was set aside or taken goes back when payment hears it.
[[nodiscard]] CancelOutcome cancel(Work& work, ReservationId const& id, UserId const& user,
                                   Instant now);

/// Gives back some of the seats of a paid reservation; `show` is its show. All that it still keeps
/// is a whole cancellation. `seats` names none twice.
[[nodiscard]] CancelOutcome cancel_part(Work& work, Show const& show, ReservationId const& id,
                                        UserId const& user, std::span<std::int32_t const> seats,
                                        Instant now);

}  // namespace frontrow::booking::domain
