// GET /v1/shows/{id}: one evening, and whether it is on sale.
#include "booking-service/http/page.hpp"
#include "booking-service/http/routes.hpp"

namespace frontrow::booking::http {

void get_show(Request const& request, Responder respond, CatalogueLane& lane) {
    auto const id = path_id<ShowId>(request);
    auto const unwanted = refuse_query(request);
    if (unwanted || !id) {
        return respond(frontrow::http::problem_response(
            request, unwanted.value_or(frontrow::http::not_found("show"))));
    }
    frontrow::http::submit(
        request, std::move(respond), use_cases::CatalogueQuery{use_cases::ReadShow{*id}}, lane,
        [](use_cases::CatalogueRead const& found, std::string const& trace) {
            if (found.concerts.empty()) {
                auto problem = frontrow::http::not_found("show");
                problem.trace_id = trace;
                return frontrow::http::response_of(problem);
            }
            return Response{.body =
                                show_json(found.concerts.front(), found.shows.front(), found.now)};
        });
}

}  // namespace frontrow::booking::http
