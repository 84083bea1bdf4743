// Answers all that waits to read reservations: one query for those by id, one for the pages.
#pragma once

#include <optional>
#include <span>
#include <variant>
#include <vector>

#include "booking-service/storage/layouts.hpp"
#include "booking-service/use_cases/reservation_view.hpp"

namespace frontrow::booking::use_cases {

struct ReadReservation {
    ReservationId id;
};
/// One user's, newest first, older than `before`.
struct ListReservations {
    UserId user;
    std::optional<ReservationId> before{};
};
using ReservationQuery = std::variant<ReadReservation, ListReservations>;

/// By id: one or none. A page: up to 101, one more than is shown.
using ReservationsRead = std::vector<ReservationView>;

[[nodiscard]] std::vector<ReservationsRead> read_reservations(
    pg::Transaction& tx, std::span<ReservationQuery const> queries, storage::Layouts& layouts);

}  // namespace frontrow::booking::use_cases
