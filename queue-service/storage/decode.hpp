// Rows of gates and tokens as values. What the database holds and no program can have written is a
// bug, and aborts.
#pragma once

#include "common/core/ensure.hpp"
#include "common/pg/rows.hpp"
#include "queue-service/domain/token.hpp"

namespace frontrow::queue::storage {

/// From nine columns, the first of which is `at`: show_id, opens_at, capacity, active, tail,
/// watermark, waiting, departures, mean_stay_ms.
[[nodiscard]] inline domain::Gate gate_from(pg::Row const& row, int at) {
    return {.show = row.id<ShowId>(at),
            .opens_at = row.instant(at + 1),
            .capacity = row.int32(at + 2),
            .active = row.int32(at + 3),
            .tail = row.int64(at + 4),
            .watermark = row.int64(at + 5),
            .waiting = row.int64(at + 6),
            .departures = row.int64(at + 7),
            .mean_stay = std::chrono::milliseconds{row.int64(at + 8)}};
}

/// From twelve columns: id, show_id, user_id, number, state, generation, heartbeat_at, admitted_at,
/// expires_at, reservation_id, departure, version.
[[nodiscard]] inline domain::Token token_from(pg::Row const& row) {
    auto const state = domain::token_state_from(row.text(4));
    ENSURE(state.has_value());
    return {.id = row.id<TokenId>(0),
            .show = row.id<ShowId>(1),
            .user = row.user(2),
            .number = row.int64(3),
            .state = *state,
            .generation = row.int32(5),
            .heartbeat_at = row.instant(6),
            .admitted_at = row.optional(7, &pg::Row::instant),
            .expires_at = row.optional(8, &pg::Row::instant),
            .reservation = row.optional_id<ReservationId>(9),
            .departure = row.optional(10, &pg::Row::int64),
            .version = row.int64(11)};
}

}  // namespace frontrow::queue::storage
