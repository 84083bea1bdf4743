// From a request with an Idempotency-Key to a lane, and from the lane's answer to a response.
#pragma once

#include <string_view>

#include "common/core/result.hpp"
#include "common/http/problem.hpp"
#include "common/idempotency/idempotency.hpp"
#include "common/lane/lane.hpp"

namespace frontrow::http {

/// The key of this request: header `Idempotency-Key`, bare or as a quoted string, 1 to 255
/// printable ASCII characters; scope is the principal, the method, and the path as it was sent.
/// Refusals: missing or malformed (400). `request.body` must be JSON that parsed already, or empty.
[[nodiscard]] Result<idempotency::Key, Problem> idempotency_key(Request const& request);

/// Submits the command under its key and answers with what the lane says, faults included.
template <class Command>
void submit_idempotent(Request const& request, Responder respond, Command command,
                       lane::Lane<idempotency::Keyed<Command>, idempotency::Answer>& lane) {
    auto key = idempotency_key(request);
    if (!key) {
        auto problem = key.error();
        problem.trace_id = request.trace.trace_id_hex();
        return respond(response_of(problem));
    }
    lane.submit({*std::move(key), std::move(command)}, request.deadline,
                [respond = std::move(respond), trace = request.trace.trace_id_hex()](
                    Result<idempotency::Answer, lane::Fault> answer) {
                    if (answer) {
                        return respond(response_of(*std::move(answer)));
                    }
                    auto problem = problem_of(answer.error());
                    problem.trace_id = trace;
                    respond(response_of(problem));
                });
}

}  // namespace frontrow::http
