// Holds seats for many requests in one transaction.
#pragma once

#include <span>
#include <vector>

#include "booking-service/domain/reserve.hpp"
#include "booking-service/storage/recent_shows.hpp"
#include "booking-service/storage/work.hpp"
#include "booking-service/use_cases/reservation_view.hpp"
#include "common/tracing/origin.hpp"

namespace frontrow::booking::use_cases {

struct ReserveSeats {
    domain::ReservationRequest request;
    Origin origin;
};

using ReserveSeatsOutcome = Result<ReservationView, domain::ReserveRefusal>;

/// What such commands need: the shows, and the passes and seats, locked in this order.
struct ToReserve {
    pg::Later<storage::shows::ById> shows;
    pg::Later<domain::Work> work;
};

/// Asks for it, and does not wait. `tx` and `shows` must live until it is used.
[[nodiscard]] ToReserve ask_to_reserve(pg::Transaction& tx, std::span<ReserveSeats const> commands,
                                       storage::RecentShows& shows);

/// First come, first served, inside the batch as well. Outcome i belongs to command i; each must
/// have been among those that were asked for.
[[nodiscard]] std::vector<ReserveSeatsOutcome> reserve_seats(pg::Transaction& tx, ToReserve asked,
                                                             std::span<ReserveSeats const> commands,
                                                             domain::Rules const& rules);

}  // namespace frontrow::booking::use_cases
