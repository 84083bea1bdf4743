// What happened to a reservation: the facts that others are told.
#pragma once

#include "booking-service/domain/reservation.hpp"

namespace frontrow::booking::domain {

enum class Happening { held = 1, payment_requested, returned, confirmed, expired };

struct ReservationEvent {
    Happening happening;
    Reservation after;  ///< as it is after the change, its version included
};

}  // namespace frontrow::booking::domain
