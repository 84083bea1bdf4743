// GET /v1/reservations: the caller's own, newest first, by the page.
#include "booking-service/http/page.hpp"
#include "booking-service/http/routes.hpp"

namespace frontrow::booking::http {

void list_reservations(Request const& request, Responder respond, ReservationLane& lane) {
    auto const page = page_of(request);
    if (!page) {
        return respond(frontrow::http::problem_response(request, page.error()));
    }
    auto query = use_cases::ListReservations{.user = request.principal->user};
    if (page->cursor) {
        query.before = ReservationId{*page->cursor};
    }
    frontrow::http::submit(
        request, std::move(respond), use_cases::ReservationQuery{std::move(query)}, lane,
        [limit = page->limit](use_cases::ReservationsRead const& found, std::string const&) {
            return Response{.body = reservations_json(found, limit)};
        });
}

}  // namespace frontrow::booking::http
