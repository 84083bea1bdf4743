// Table seats: one row a seat.
#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "booking-service/domain/work.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::booking::storage::seats {

/// A seat, and the reservation that shall hold it.
struct Claim {
    domain::SeatKey key;
    ReservationId reservation;
};

/// The seats that could be taken, locked. The set has them FREE, as whoever decides shall see them;
/// `written` is what stands in the table already.
struct Claimed {
    domain::SeatSet seats;
    std::vector<domain::Seat> written;
};

/// Makes every seat that can be taken HELD for `hold` by the first claim that names it, in (show,
/// seat) order whatever the order of `claims`. Waits for whoever has one of them locked. A seat
/// that is another's or does not exist is not in the set.
[[nodiscard]] pg::Later<Claimed> claim(pg::Transaction& tx, std::vector<Claim> claims,
                                       std::chrono::microseconds hold);
/// Writes the claimed seats that have come out otherwise than they were `written`: those of refused
/// requests are FREE again.
void settle(pg::Transaction& tx, domain::SeatSet const& seats,
            std::span<domain::Seat const> written);

/// Locks those that nobody else has locked, whatever the order and repetition of `keys`, and leaves
/// out the others.
[[nodiscard]] pg::Later<domain::SeatSet> lock_idle(pg::Transaction& tx,
                                                   std::vector<domain::SeatKey> keys);
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
