// GET /v1/concerts/{id}: a concert with its shows.
#include "booking-service/http/page.hpp"
#include "booking-service/http/routes.hpp"

namespace frontrow::booking::http {

void get_concert(Request const& request, Responder respond, CatalogueLane& lane) {
    auto const id = path_id<ConcertId>(request);
    auto const unwanted = refuse_query(request);
    if (unwanted || !id) {
        return respond(frontrow::http::problem_response(
            request, unwanted.value_or(frontrow::http::not_found("concert"))));
    }
    frontrow::http::submit(
        request, std::move(respond), use_cases::CatalogueQuery{use_cases::ReadConcert{*id}}, lane,
        [](use_cases::CatalogueRead const& found, std::string const& trace) {
            if (found.concerts.empty()) {
                auto problem = frontrow::http::not_found("concert");
                problem.trace_id = trace;
                return frontrow::http::response_of(problem);
            }
            return Response{.body = concert_json(found.concerts.front(), found.shows, found.now)};
        });
}

}  // namespace frontrow::booking::http
