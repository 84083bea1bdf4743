// DELETE /v1/queue-tokens/{id}: leaves the line, or gives the place inside to somebody else.
#include "common/http/submit.hpp"
#include "queue-service/http/answers.hpp"
#include "queue-service/http/routes.hpp"

namespace frontrow::queue::http {

void delete_token(Request const& request, Responder respond, LeaveLane& lane) {
    auto const token = TokenId::parse(request.path_parameter("id"));
    if (!token) {
        return respond(
            frontrow::http::problem_response(request, problem_of(Refusal::no_such_token)));
    }
    auto command =
        use_cases::LeaveQueue{*token, request.principal->user, frontrow::http::origin_of(request)};
    frontrow::http::submit(request, std::move(respond), std::move(command), lane,
                           [](use_cases::LeaveOutcome const& left, std::string const& trace_id) {
                               if (left) {
                                   return frontrow::http::Response{.status = 204};
                               }
                               auto problem = problem_of(Refusal::no_such_token);
                               problem.trace_id = trace_id;
                               return frontrow::http::response_of(problem);
                           });
}

}  // namespace frontrow::queue::http
