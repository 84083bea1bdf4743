// GET /v1/reservations/{id}: one of the caller's own; another user's is 404.
#include "booking-service/http/page.hpp"
#include "booking-service/http/routes.hpp"

namespace frontrow::booking::http {

void get_reservation(Request const& request, Responder respond, ReservationLane& lane) {
    auto const id = path_id<ReservationId>(request);
    auto const unwanted = refuse_query(request);
    if (unwanted || !id) {
        return respond(frontrow::http::problem_response(
            request, unwanted.value_or(frontrow::http::not_found("reservation"))));
    }
    frontrow::http::submit(request, std::move(respond),
                           use_cases::ReservationQuery{use_cases::ReadReservation{*id}}, lane,
                           [user = request.principal->user](
                               use_cases::ReservationsRead const& found, std::string const& trace) {
                               if (found.empty() || found.front().reservation.user != user) {
                                   auto problem = frontrow::http::not_found("reservation");
                                   problem.trace_id = trace;
                                   return frontrow::http::response_of(problem);
                               }
                               return Response{.body = reservation_json(found.front())};
                           });
}

}  // namespace frontrow::booking::http
