// A reservation with what its reader wants to know besides: where the seats are and what they cost.
#pragma once

#include <memory>

#include "booking-service/domain/reservation.hpp"
#include "booking-service/domain/show.hpp"

namespace frontrow::booking::use_cases {

struct ReservationView {
    domain::Reservation reservation;
    std::shared_ptr<domain::Layout const> layout;
};

}  // namespace frontrow::booking::use_cases
