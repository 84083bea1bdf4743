// The working set of a batch: locked once, in the order that all keep, and written back once.
#pragma once

#include <chrono>
#include <vector>

#include "booking-service/domain/work.hpp"
#include "booking-service/storage/seats.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::booking::storage {

/// The passes, and the reservations with their seats and passes, that a batch may write.
struct Needs {
    std::vector<TokenId> tokens{};
    std::vector<ReservationId> reservations{};
};

/// Waits for every row, in the order passes, seats, reservations, each sorted.
[[nodiscard]] pg::Later<domain::Work> lock(pg::Transaction& tx, Needs needs);

/// What new reservations want.
struct Wants {
    std::vector<TokenId> tokens{};
    std::vector<seats::Claim> seats{};
};

/// The passes, and the seats that could be taken: FREE in `work` until somebody decides, HELD for
/// whoever wants them in the table.
struct Claimed {
    domain::Work work;
    std::vector<domain::Seat> written;
};

/// Locks the passes, then claims the seats for `hold` before anybody has decided: most get what
/// they want, and then nothing is left to write. Waits for every row, in the order of `lock`.
[[nodiscard]] pg::Later<Claimed> claim(pg::Transaction& tx, Wants wants,
                                       std::chrono::microseconds hold);
/// Writes what came out otherwise than it was claimed. Not to be left out: what nobody was granted
/// is given back here.
void settle(pg::Transaction& tx, Claimed const& claimed);

/// Of `candidates`, those whose every row nobody else has locked; waits for none, so it cannot be
/// part of a deadlock.
struct IdleWork {
    domain::Work work;
    std::vector<ReservationId> complete;
};
[[nodiscard]] IdleWork lock_idle(pg::Transaction& tx,
                                 std::vector<domain::Reservation> const& candidates);

/// Writes what was changed.
void save(pg::Transaction& tx, domain::Work const& work);

}  // namespace frontrow::booking::storage
