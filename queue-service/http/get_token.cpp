// GET /v1/queue-tokens/{id}: where the caller stands, and the pass once he is in.
#include "common/http/submit.hpp"
#include "queue-service/http/answers.hpp"
#include "queue-service/http/routes.hpp"

namespace frontrow::queue::http {

void get_token(Request const& request, Responder respond, ReadLane& lane,
               auth::Signer const& signer) {
    auto const token = TokenId::parse(request.path_parameter("id"));
    if (!token) {
        return respond(
            frontrow::http::problem_response(request, problem_of(Refusal::no_such_token)));
    }
    frontrow::http::submit(
        request, std::move(respond), use_cases::ReadToken{*token, request.principal->user}, lane,
        [&signer](use_cases::MaybeToken const& found, std::string const& trace_id) {
            if (found) {
                auto response = frontrow::http::Response{.body = token_json(*found, &signer)};
                response.headers.emplace_back("Cache-Control", "no-store");
                return response;
            }
            auto problem = problem_of(Refusal::no_such_token);
            problem.trace_id = trace_id;
            return frontrow::http::response_of(problem);
        });
}

}  // namespace frontrow::queue::http
