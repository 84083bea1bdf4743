// GET /v1/shows/{id}/availability: the seats that are not free, rendered once for all who ask.
#include "booking-service/http/page.hpp"
#include "booking-service/http/routes.hpp"

namespace frontrow::booking::http {

void get_availability(Request const& request, Responder respond, AvailabilityLane& lane) {
    auto const id = path_id<ShowId>(request);
    auto const unwanted = refuse_query(request);
    if (unwanted || !id) {
        return respond(frontrow::http::problem_response(
            request, unwanted.value_or(frontrow::http::not_found("show"))));
    }
    frontrow::http::submit(
        request, std::move(respond), use_cases::ReadAvailability{*id}, lane,
        [known = std::string{request.header("if-none-match").value_or("")}](
            std::shared_ptr<Tagged const> const& found, std::string const& trace) {
            if (!found) {
                auto problem = frontrow::http::not_found("show");
                problem.trace_id = trace;
                return frontrow::http::response_of(problem);
            }
            auto response =
                Response{.headers = {{"ETag", found->etag}, {"Cache-Control", "no-cache"}}};
            if (is_match(known, found->etag)) {
                response.status = 304;
            } else {
                response.body = found->body;
            }
            return response;
        });
}

std::vector<std::shared_ptr<Tagged const>> run_availability(
    pg::Transaction& tx, std::span<use_cases::ReadAvailability const> batch,
    storage::Layouts& layouts) {
    auto rendered = std::unordered_map<ShowId, std::shared_ptr<Tagged const>>{};
    for (auto const& [show, found] : use_cases::read_availability(tx, batch, layouts)) {
        rendered.emplace(show, std::make_shared<Tagged const>(availability_json(found)));
    }
    auto answers = std::vector<std::shared_ptr<Tagged const>>{};
    for (auto const& query : batch) {
        answers.push_back(rendered[query.show]);
    }
    return answers;
}

}  // namespace frontrow::booking::http
