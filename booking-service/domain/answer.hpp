// PAYING -> CONFIRMED | HELD | EXPIRED: what an answer of payment leads to.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "booking-service/domain/event.hpp"
#include "booking-service/domain/work.hpp"

namespace frontrow::booking::domain {

enum class Unmoved {
    no_such_reservation = 1,
    not_paying,     ///< it was said before that it expired, was cancelled or is confirmed
    other_attempt,  ///< an answer to an attempt that is no longer the current one
};

/// Either an event, or why nothing happened.
struct AnswerOutcome {
    std::optional<ReservationEvent> event{};
    std::optional<Unmoved> unmoved{};
};

/// The money was set aside. CONFIRMED, the seats SOLD and the pass spent, if it is still in time
/// and all of the seats and the pass are still its own; else EXPIRED.
[[nodiscard]] AnswerOutcome confirm(Work& work, ReservationId const& id, std::int32_t attempt,
                                    Instant now);

/// It was not: HELD again while time remains, else EXPIRED. The deadline stays.
[[nodiscard]] AnswerOutcome decline(Work& work, ReservationId const& id, std::int32_t attempt,
                                    std::string const& reason, Instant now);

}  // namespace frontrow::booking::domain
