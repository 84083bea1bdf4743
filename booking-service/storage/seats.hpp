// Table seats: one row a seat.
#pragma once

#include <span>
#include <vector>

#include "booking-service/domain/work.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::booking::storage::seats {

/// Whether a row that somebody else has locked is waited for or left out.
enum class IfLocked { wait = 1, skip };

/// Locks them in (show, seat) order, whatever the order and repetition of `keys`. Seats that do not
/// exist are not in the set.
[[nodiscard]] pg::Later<domain::SeatSet> lock(pg::Transaction& tx,
                                              std::vector<domain::SeatKey> keys,
                                              IfLocked if_locked = IfLocked::wait);
/// Those of these reservations, waited for: which seats a reservation has never changes.
[[nodiscard]] pg::Later<domain::SeatSet> lock_of(pg::Transaction& tx,
                                                 std::span<ReservationId const> reservations);
/// Writes seats whose rows this transaction has locked.
void save(pg::Transaction& tx, std::vector<domain::Seat const*> const& seats);

/// `seats` FREE seats for each show, numbered from 1.
struct NewSeats {
    ShowId show;
    std::int32_t seats{0};
};
void insert(pg::Transaction& tx, std::span<NewSeats const> shows);

/// Seats that are not free by `now`, for all of these shows, in order of show and seat. Without
/// locks.
[[nodiscard]] std::vector<domain::Seat> taken(pg::Transaction& tx, std::span<ShowId const> shows,
                                              Instant now);

[[nodiscard]] std::span<pg::Statement const* const> statements();

}  // namespace frontrow::booking::storage::seats
