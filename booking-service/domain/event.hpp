// What happened to a reservation: the facts that others are told.
#pragma once

#include <vector>

#include "booking-service/domain/reservation.hpp"

namespace frontrow::booking::domain {

enum class Happening {
    held = 1,
    extended,
    payment_requested,
    returned,
    confirmed,
    expired,
    partly_cancelled,
    cancelled,
};

struct ReservationEvent {
    Happening happening;
    Reservation after;                    ///< as it is after the change, its version included
    std::vector<SeatClaim> given_back{};  ///< of partly_cancelled: the seats that are free again
    Money refund{};                       ///< of partly_cancelled: what is owed for them
};

}  // namespace frontrow::booking::domain
