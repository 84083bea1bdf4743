// Table reservations: one row each, its seats and their fences inside.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "booking-service/domain/work.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::booking::storage::reservations {

/// A new one: HELD, made at the time of this transaction, no payment asked for yet.
struct Made {
    domain::Reservation const* reservation;
    std::string_view story;  ///< the correlation id of the request that made it
};
void insert(pg::Transaction& tx, std::span<Made const> all);
/// Locks them in order. Ids that do not exist are not in the set.
[[nodiscard]] pg::Later<domain::ReservationSet> lock(pg::Transaction& tx,
                                                     std::vector<ReservationId> const& ids);
/// Locks those that nobody else has locked.
[[nodiscard]] pg::Later<domain::ReservationSet> lock_idle(pg::Transaction& tx,
                                                          std::vector<ReservationId> const& ids);
/// Writes reservations whose rows this transaction has locked.
void save(pg::Transaction& tx, std::vector<domain::Reservation const*> const& reservations);

/// As they stand, without locks, in no order.
[[nodiscard]] std::vector<domain::Reservation> load(pg::Transaction& tx,
                                                    std::span<ReservationId const> ids);
/// Up to 512 that are live and whose time is over by `now`, the longest first. Without locks.
[[nodiscard]] std::vector<domain::Reservation> overdue(pg::Transaction& tx, Instant now);
/// The correlation id of the request that made each; "" if it is not known.
[[nodiscard]] std::unordered_map<ReservationId, std::string> stories(
    pg::Transaction& tx, std::span<ReservationId const> ids);

/// One user's, newest first, from before `before` on.
struct Page {
    UserId user;
    std::optional<ReservationId> before{};
};
/// Up to 101 for each page, so that 100 can be shown and it is known whether there are more.
[[nodiscard]] std::vector<std::vector<domain::Reservation>> pages(pg::Transaction& tx,
                                                                  std::span<Page const> pages);

[[nodiscard]] std::span<pg::Statement const* const> statements();

}  // namespace frontrow::booking::storage::reservations
