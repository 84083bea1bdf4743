// The pass of a queue token, as booking remembers it.
#pragma once

#include <cstdint>
#include <optional>

#include "common/core/clock.hpp"
#include "common/core/id.hpp"

namespace frontrow::booking::domain {

/// usable -> spent (by a confirmed reservation) | ended (left, revoked, expired, completed). Both
/// are final for new holds; a reservation that is live may still be paid.
enum class PassState { usable = 1, spent, ended };

struct Pass {
    TokenId token;
    PassState state{PassState::usable};
    std::int32_t generation{0};  ///< the newest seen: older ones are refused
    /// The reservation that used it last, and until when that is live.
    std::optional<ReservationId> reservation{};
    std::optional<Instant> held_until{};
};

}  // namespace frontrow::booking::domain
