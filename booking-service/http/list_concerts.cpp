// GET /v1/concerts: all of them, by the page.
#include "booking-service/http/page.hpp"
#include "booking-service/http/routes.hpp"

namespace frontrow::booking::http {

void list_concerts(Request const& request, Responder respond, CatalogueLane& lane) {
    auto const page = page_of(request);
    if (!page) {
        return respond(frontrow::http::problem_response(request, page.error()));
    }
    auto query = use_cases::ListConcerts{};
    if (page->cursor) {
        query.after = ConcertId{*page->cursor};
    }
    frontrow::http::submit(
        request, std::move(respond), use_cases::CatalogueQuery{query}, lane,
        [limit = page->limit](use_cases::CatalogueRead const& found, std::string const&) {
            return Response{.body = concerts_json(found.concerts, limit)};
        });
}

}  // namespace frontrow::booking::http
