// Asks payment for the money of many reservations in one transaction.
#pragma once

#include <span>
#include <vector>

#include "booking-service/domain/pay.hpp"
#include "booking-service/storage/layouts.hpp"
#include "booking-service/use_cases/reservation_view.hpp"
#include "common/core/result.hpp"
#include "common/tracing/origin.hpp"

namespace frontrow::booking::use_cases {

struct PayReservation {
    ReservationId reservation;
    UserId user;
    Origin origin;
};

using PayReservationOutcome = Result<ReservationView, domain::PayRefusal>;

/// Asks for what such commands need, passes, seats and reservations, locked, and does not wait.
[[nodiscard]] pg::Later<domain::Work> ask_to_pay(pg::Transaction& tx,
                                                 std::span<PayReservation const> commands);

/// Outcome i belongs to command i; each must have been among those that were asked for.
/// `hold_expired` may have written EXPIRED: it is to be committed too.
[[nodiscard]] std::vector<PayReservationOutcome> pay_reservation(
    pg::Transaction& tx, pg::Later<domain::Work> asked, std::span<PayReservation const> commands,
    storage::Layouts& layouts, domain::Rules const& rules);

}  // namespace frontrow::booking::use_cases
