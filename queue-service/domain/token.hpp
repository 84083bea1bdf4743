// The waiting room's values: gates with their places, and the tokens of those who wait or are
// inside.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string_view>

#include "common/core/clock.hpp"
#include "common/core/id.hpp"

namespace frontrow::queue::domain {

/// `WAITING -> ADMITTED -> COMPLETED | EXPIRED | LEFT | REVOKED`, `WAITING -> LEFT | ABANDONED`.
enum class TokenState { waiting = 1, admitted, completed, expired, left, revoked, abandoned };
[[nodiscard]] std::string_view to_text(TokenState state);
[[nodiscard]] std::optional<TokenState> token_state_from(std::string_view text);
/// WAITING or ADMITTED: a user has one live token of a show at most.
[[nodiscard]] bool is_live(TokenState state);

struct Token {
    TokenId id;
    ShowId show;
    UserId user;
    std::int64_t number{0};  ///< the place in the order of joining: 1, 2, 3, ... without a gap
    TokenState state{TokenState::waiting};
    std::int32_t generation{1};  ///< of its pass
    Instant heartbeat_at{};      ///< when its holder was last heard of
    std::optional<Instant> admitted_at{};
    std::optional<Instant> expires_at{};         ///< when the admission ends
    std::optional<ReservationId> reservation{};  ///< that completed it
    std::optional<std::int64_t>
        departure{};  ///< 1, 2, ... of those who left the gate's line unadmitted
    std::int64_t version{1};
    bool operator==(Token const&) const = default;
};

struct Gate {
    ShowId show;
    Instant opens_at{};        ///< nobody is admitted before the sale opens
    std::int32_t capacity{0};  ///< places inside
    std::int32_t active{0};    ///< taken: the ADMITTED tokens
    std::int64_t tail{0};      ///< the last number given out
    std::int64_t watermark{
        0};                   ///< the highest number admitted: everyone who waits has a higher one
    std::int64_t waiting{0};  ///< the WAITING tokens
    std::int64_t departures{0};              ///< how many left the line unadmitted, ever
    std::chrono::milliseconds mean_stay{0};  ///< of those admitted, recent ones weighing more
    bool operator==(Gate const&) const = default;
};

}  // namespace frontrow::queue::domain
