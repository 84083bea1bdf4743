// GET /v1/payments?reservationId=: the payments of one of the caller's reservations.
#include "common/http/submit.hpp"
#include "payment-service/http/answers.hpp"
#include "payment-service/http/routes.hpp"

namespace frontrow::payment::http {

void list_payments(Request const& request, Responder respond, ReadLane& lane) {
    auto const asked = request.query.find("reservationId");
    auto const reservation = asked == request.query.end() || request.query.size() != 1
                                 ? std::nullopt
                                 : ReservationId::parse(asked->second);
    if (!reservation) {
        return respond(frontrow::http::problem_response(
            request, frontrow::http::bad_request(
                         "Say whose payments: ?reservationId= and the UUID of a reservation.")));
    }
    auto const query = use_cases::ReadPayment{request.principal->user, *reservation};
    frontrow::http::submit(
        request, std::move(respond), use_cases::ReadQuery{query}, lane,
        [](use_cases::ReadAnswer const& answer, std::string const&) {
            auto const& payment = std::get<use_cases::MaybePayment>(answer);
            auto const items = payment ? payment_json(*payment) : std::string{};
            return frontrow::http::Response{.body = R"({"items":[)" + items + "]}"};
        });
}

}  // namespace frontrow::payment::http
