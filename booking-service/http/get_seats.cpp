// GET /v1/shows/{id}/seats: the layout, which never changes.
#include "booking-service/http/page.hpp"
#include "booking-service/http/routes.hpp"

namespace frontrow::booking::http {

void get_seats(Request const& request, Responder respond, CatalogueLane& lane) {
    auto const id = path_id<ShowId>(request);
    auto const unwanted = refuse_query(request);
    if (unwanted || !id) {
        return respond(frontrow::http::problem_response(
            request, unwanted.value_or(frontrow::http::not_found("show"))));
    }
    frontrow::http::submit(
        request, std::move(respond), use_cases::CatalogueQuery{use_cases::ReadShow{*id}}, lane,
        [known = std::string{request.header("if-none-match").value_or("")}](
            use_cases::CatalogueRead const& found, std::string const& trace) {
            if (found.shows.empty()) {
                auto problem = frontrow::http::not_found("show");
                problem.trace_id = trace;
                return frontrow::http::response_of(problem);
            }
            auto const& show = found.shows.front();
            auto layout = layout_json(show.id, *show.layout);
            auto response = Response{
                .headers = {{"ETag", layout.etag}, {"Cache-Control", "public, max-age=3600"}}};
            if (is_match(known, layout.etag)) {
                response.status = 304;
            } else {
                response.body = std::move(layout.body);
            }
            return response;
        });
}

}  // namespace frontrow::booking::http
