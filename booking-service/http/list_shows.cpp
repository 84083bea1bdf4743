// GET /v1/concerts/{id}/shows: the shows of a concert, by the page.
#include "booking-service/http/page.hpp"
#include "booking-service/http/routes.hpp"

namespace frontrow::booking::http {

void list_shows(Request const& request, Responder respond, CatalogueLane& lane) {
    auto const page = page_of(request);
    if (!page) {
        return respond(frontrow::http::problem_response(request, page.error()));
    }
    auto const id = path_id<ConcertId>(request);
    if (!id) {
        return respond(
            frontrow::http::problem_response(request, frontrow::http::not_found("concert")));
    }
    auto query = use_cases::ListShows{.concert = *id};
    if (page->cursor) {
        query.after = ShowId{*page->cursor};
    }
    frontrow::http::submit(
        request, std::move(respond), use_cases::CatalogueQuery{query}, lane,
        [limit = page->limit](use_cases::CatalogueRead const& found, std::string const& trace) {
            if (found.concerts.empty()) {
                auto problem = frontrow::http::not_found("concert");
                problem.trace_id = trace;
                return frontrow::http::response_of(problem);
            }
            return Response{.body =
                                shows_json(found.concerts.front(), found.shows, limit, found.now)};
        });
}

}  // namespace frontrow::booking::http
