// How states are spelled in the database and for clients: one spelling for all.
#pragma once

#include <string_view>

#include "booking-service/domain/pass.hpp"
#include "booking-service/domain/reservation.hpp"
#include "booking-service/domain/seat.hpp"

namespace frontrow::booking::domain {

[[nodiscard]] std::string_view to_text(SeatState state);
[[nodiscard]] std::string_view to_text(ReservationState state);
[[nodiscard]] std::string_view to_text(PassState state);

// A spelling that is none is a bug: the tables' checks allow no other.
[[nodiscard]] SeatState seat_state(std::string_view text);
[[nodiscard]] ReservationState reservation_state(std::string_view text);
[[nodiscard]] PassState pass_state(std::string_view text);

}  // namespace frontrow::booking::domain
