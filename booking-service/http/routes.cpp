// The table of booking's endpoints.
#include "booking-service/http/routes.hpp"

namespace frontrow::booking::http {
namespace {

/// A creating document may name many shows and sections.
constexpr std::size_t concert_octets_max = 256 * 1024;

}  // namespace

void add_routes(frontrow::http::Router& router, Endpoints const& endpoints) {
    using enum frontrow::http::Access;
    using enum frontrow::http::Method;
    auto const add = [&](frontrow::http::Method method, std::string pattern,
                         frontrow::http::Access access, auto handler, auto&... parts) {
        router.add({.method = method,
                    .pattern = std::move(pattern),
                    .access = access,
                    .handler = [handler, &parts...](Request const& request, Responder respond) {
                        handler(request, std::move(respond), parts...);
                    }});
    };
    auto& to = endpoints;
    add(get, "/v1/concerts", anyone, list_concerts, to.catalogue);
    add(get, "/v1/concerts/{id}", anyone, get_concert, to.catalogue);
    add(get, "/v1/concerts/{id}/shows", anyone, list_shows, to.catalogue);
    add(get, "/v1/shows/{id}", anyone, get_show, to.catalogue);
    add(get, "/v1/shows/{id}/seats", anyone, get_seats, to.catalogue);
    add(get, "/v1/shows/{id}/availability", anyone, get_availability, to.availability);
    add(get, "/v1/reservations", user, list_reservations, to.reservations);
    add(get, "/v1/reservations/{id}", user, get_reservation, to.reservations);
    add(post, "/v1/reservations/{id}/payment", user, pay_reservation, to.pay, to.waiters);
    router.add({.method = post,
                .pattern = "/v1/reservations",
                .access = user,
                .handler = [&lane = to.reserve, checks = to.checks](Request const& request,
                                                                    Responder respond) {
                    reserve_seats(request, std::move(respond), lane, checks);
                }});
    router.add({.method = post,
                .pattern = "/v1/admin/booking/concerts",
                .access = ops,
                .handler =
                    [&lane = to.concerts](Request const& request, Responder respond) {
                        create_concert(request, std::move(respond), lane);
                    },
                .body_octets_max = concert_octets_max});
}

}  // namespace frontrow::booking::http
