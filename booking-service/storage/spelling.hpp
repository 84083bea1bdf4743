// How states are spelled in the database, in events and for clients: one spelling for all.
#pragma once

#include <string_view>

#include "booking-service/domain/pass.hpp"
#include "booking-service/domain/reservation.hpp"
#include "booking-service/domain/seat.hpp"

namespace frontrow::booking::storage {

[[nodiscard]] std::string_view to_text(domain::SeatState state);
[[nodiscard]] std::string_view to_text(domain::ReservationState state);
[[nodiscard]] std::string_view to_text(domain::PassState state);

// A spelling that is none is a bug: the tables' checks allow no other.
[[nodiscard]] domain::SeatState seat_state(std::string_view text);
[[nodiscard]] domain::ReservationState reservation_state(std::string_view text);
[[nodiscard]] domain::PassState pass_state(std::string_view text);

}  // namespace frontrow::booking::storage
