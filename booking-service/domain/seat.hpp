// One seat of one show: who has it, until when, and the how-many-eth holder that is.
#pragma once

#include <compare>
#include <cstdint>
#include <functional>
#include <optional>

#include "common/core/clock.hpp"
#include "common/core/id.hpp"

namespace frontrow::booking::domain {

enum class SeatState { free = 1, held, sold, blocked };

struct SeatKey {
    ShowId show;
    std::int32_t number{0};
    auto operator<=>(SeatKey const&) const = default;
};

struct Seat {
    SeatKey key;
    SeatState state{SeatState::free};
    std::optional<ReservationId> reservation{};
    /// Raised by each claim and by nothing else: two holders never have the same.
    std::int64_t fence{0};
    std::optional<Instant> held_until{};
    bool operator==(Seat const&) const = default;
};

/// A hold that ends exactly now has ended: the next customer may take the seat.
[[nodiscard]] inline bool can_be_taken(Seat const& seat, Instant now) {
    return seat.state == SeatState::free ||
           (seat.state == SeatState::held && *seat.held_until <= now);
}

}  // namespace frontrow::booking::domain

template <>
struct std::hash<frontrow::booking::domain::SeatKey> {
    std::size_t operator()(frontrow::booking::domain::SeatKey const& key) const noexcept {
        return std::hash<frontrow::ShowId>{}(key.show) * 31 +
               static_cast<std::size_t>(key.number) * 0x9e3779b97f4a7c15U;
    }
};
