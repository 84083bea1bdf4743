// GET /v1/payments/{id}: the payment of one of the caller's reservations.
#include "common/http/submit.hpp"
#include "payment-service/http/answers.hpp"
#include "payment-service/http/routes.hpp"

namespace frontrow::payment::http {
namespace {

frontrow::http::Response not_found(std::string trace_id) {
    auto problem = frontrow::http::not_found("payment");
    problem.trace_id = std::move(trace_id);
    return frontrow::http::response_of(problem);
}

}  // namespace

void get_payment(Request const& request, Responder respond, ReadLane& lane) {
    auto const reservation = ReservationId::parse(request.path_parameter("id"));
    if (!reservation) {
        return respond(not_found(request.trace.trace_id_hex()));
    }
    auto const query = use_cases::ReadPayment{request.principal->user, *reservation};
    frontrow::http::submit(request, std::move(respond), use_cases::ReadQuery{query}, lane,
                           [](use_cases::ReadAnswer const& answer, std::string const& trace_id) {
                               auto const& payment = std::get<use_cases::MaybePayment>(answer);
                               return payment
                                          ? frontrow::http::Response{.body = payment_json(*payment)}
                                          : not_found(trace_id);
                           });
}

}  // namespace frontrow::payment::http
