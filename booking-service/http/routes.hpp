// The endpoints of booking: which path leads to which file.
#pragma once

#include "booking-service/http/lanes.hpp"
#include "booking-service/http/payment_waiters.hpp"
#include "common/auth/jwt.hpp"
#include "common/http/router.hpp"

namespace frontrow::booking::http {

/// What POST /v1/reservations checks before a lane is asked.
struct ReserveChecks {
    auth::KeySet const& pass_keys;
    Clock const& clock;
    std::size_t seats_max{8};
};

void reserve_seats(Request const& request, Responder respond, ReserveLane& lane,
                   ReserveChecks const& checks);
void pay_reservation(Request const& request, Responder respond, PayLane& lane,
                     PaymentWaiters& waiters);
void create_concert(Request const& request, Responder respond, ConcertLane& lane);
void list_reservations(Request const& request, Responder respond, ReservationLane& lane);
void get_reservation(Request const& request, Responder respond, ReservationLane& lane);
void list_concerts(Request const& request, Responder respond, CatalogueLane& lane);
void get_concert(Request const& request, Responder respond, CatalogueLane& lane);
void list_shows(Request const& request, Responder respond, CatalogueLane& lane);
void get_show(Request const& request, Responder respond, CatalogueLane& lane);
void get_seats(Request const& request, Responder respond, CatalogueLane& lane);
void get_availability(Request const& request, Responder respond, AvailabilityLane& lane);

/// All of it must outlive the router.
struct Endpoints {
    ReserveLane& reserve;
    PayLane& pay;
    ConcertLane& concerts;
    ReservationLane& reservations;
    CatalogueLane& catalogue;
    AvailabilityLane& availability;
    PaymentWaiters& waiters;
    ReserveChecks checks;
};
void add_routes(frontrow::http::Router& router, Endpoints const& endpoints);

}  // namespace frontrow::booking::http
