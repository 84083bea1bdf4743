// The working set of a batch: locked once, in the order that all keep, and written back once.
#pragma once

#include <vector>

#include "booking-service/domain/work.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::booking::storage {

/// What a batch may write. The seats and the pass of a named reservation need not be named.
struct Needs {
    std::vector<TokenId> tokens{};
    std::vector<domain::SeatKey> seats{};
    std::vector<ReservationId> reservations{};
};

/// Waits for every row, in the order passes, seats, reservations, each sorted.
[[nodiscard]] pg::Later<domain::Work> lock(pg::Transaction& tx, Needs needs);

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
