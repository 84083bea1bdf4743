// From a request to a lane, and from the lane's answer to a response: what has no idempotency key.
#pragma once

#include <utility>

#include "common/http/problem.hpp"
#include "common/lane/lane.hpp"
#include "common/tracing/origin.hpp"

namespace frontrow::http {

/// What events that this request leads to must carry of it.
[[nodiscard]] inline Origin origin_of(Request const& request) {
    return {.correlation_id = request.correlation_id,
            .causation_id = request.trace.span_id_hex(),
            .trace = request.trace};
}

/// The problem with this request's trace id in it.
[[nodiscard]] inline Response problem_response(Request const& request, Problem problem) {
    problem.trace_id = request.trace.trace_id_hex();
    return response_of(problem);
}

/// Submits the command and responds with `render(answer, trace_id)`, or with the lane's fault.
template <class Command, class Answer, class Render>
void submit(Request const& request, Responder respond, Command command,
            lane::Lane<Command, Answer>& lane, Render render) {
    lane.submit(std::move(command), request.deadline,
                [respond = std::move(respond), render = std::move(render),
                 trace = request.trace.trace_id_hex()](Result<Answer, lane::Fault> answer) {
                    if (answer) {
                        return respond(render(*answer, trace));
                    }
                    auto problem = problem_of(answer.error());
                    problem.trace_id = trace;
                    respond(response_of(problem));
                });
}

}  // namespace frontrow::http
