// Holds seats for many requests in one transaction.
#pragma once

#include <span>
#include <vector>

#include "booking-service/domain/reserve.hpp"
#include "booking-service/storage/layouts.hpp"
#include "booking-service/use_cases/reservation_view.hpp"
#include "common/tracing/origin.hpp"

namespace frontrow::booking::use_cases {

struct ReserveSeats {
    domain::ReservationRequest request;
    Origin origin;
};

using ReserveSeatsOutcome = Result<ReservationView, domain::ReserveRefusal>;

/// First come, first served, inside the batch as well. Outcome i belongs to command i.
[[nodiscard]] std::vector<ReserveSeatsOutcome> reserve_seats(pg::Transaction& tx,
                                                             std::span<ReserveSeats const> commands,
                                                             storage::Layouts& layouts,
                                                             domain::Rules const& rules);

}  // namespace frontrow::booking::use_cases
