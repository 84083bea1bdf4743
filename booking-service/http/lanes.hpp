// The lanes of booking: who runs what, each on threads and connections of its own.
#pragma once

#include <memory>
#include <optional>

#include "booking-service/http/render.hpp"
#include "booking-service/use_cases/create_concert.hpp"
#include "booking-service/use_cases/pay_reservation.hpp"
#include "booking-service/use_cases/read_availability.hpp"
#include "booking-service/use_cases/read_catalogue.hpp"
#include "booking-service/use_cases/read_reservations.hpp"
#include "booking-service/use_cases/reserve_seats.hpp"
#include "common/http/idempotent.hpp"
#include "common/http/submit.hpp"

namespace frontrow::booking::http {

using frontrow::http::Request;
using frontrow::http::Responder;
using frontrow::http::Response;

template <class Command>
using KeyedLane = lane::Lane<idempotency::Keyed<Command>, idempotency::Answer>;
using ReserveLane = KeyedLane<use_cases::ReserveSeats>;
using PayLane = KeyedLane<use_cases::PayReservation>;
using ConcertLane = KeyedLane<use_cases::CreateConcert>;
using ReservationLane = lane::Lane<use_cases::ReservationQuery, use_cases::ReservationsRead>;
using CatalogueLane = lane::Lane<use_cases::CatalogueQuery, use_cases::CatalogueRead>;
/// Rendered once for all who asked for the same show; nothing if there is no such show.
using AvailabilityLane = lane::Lane<use_cases::ReadAvailability, std::shared_ptr<Tagged const>>;

// What each lane does with a batch: the use case, its outcomes as answers, kept under their keys.
[[nodiscard]] std::vector<idempotency::Answer> run_reserve(
    pg::Transaction& tx, std::span<idempotency::Keyed<use_cases::ReserveSeats> const> batch,
    storage::RecentShows& shows, domain::Rules const& rules);
[[nodiscard]] std::vector<idempotency::Answer> run_pay(
    pg::Transaction& tx, std::span<idempotency::Keyed<use_cases::PayReservation> const> batch,
    storage::Layouts& layouts, domain::Rules const& rules);
[[nodiscard]] std::vector<idempotency::Answer> run_create_concert(
    pg::Transaction& tx, std::span<idempotency::Keyed<use_cases::CreateConcert> const> batch);
[[nodiscard]] std::vector<std::shared_ptr<Tagged const>> run_availability(
    pg::Transaction& tx, std::span<use_cases::ReadAvailability const> batch,
    storage::Layouts& layouts);

}  // namespace frontrow::booking::http
