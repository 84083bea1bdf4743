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

/// What such commands need: the shows, the passes, and the seats, claimed for them already.
struct ToReserve {
    pg::Later<storage::shows::ById> shows;
    pg::Later<storage::Claimed> claimed;
};

/// Asks for it, and does not wait. `tx` and `shows` must live until it is used, and used it must
/// be: what is claimed here and granted to nobody is given back there.
[[nodiscard]] ToReserve ask_to_reserve(pg::Transaction& tx, std::span<ReserveSeats const> commands,
                                       storage::RecentShows& shows, domain::Rules const& rules);

/// First come, first served, inside the batch as well. Outcome i belongs to command i; each must
/// have been among those that were asked for, under the same rules.
[[nodiscard]] std::vector<ReserveSeatsOutcome> reserve_seats(pg::Transaction& tx, ToReserve asked,
                                                             std::span<ReserveSeats const> commands,
                                                             domain::Rules const& rules);

}  // namespace frontrow::booking::use_cases
