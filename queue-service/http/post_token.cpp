// POST /v1/shows/{id}/queue-tokens: joins the line of a show.
#include "common/http/submit.hpp"
#include "common/json/value.hpp"
#include "queue-service/http/answers.hpp"
#include "queue-service/http/routes.hpp"

namespace frontrow::queue::http {
namespace {

/// There is nothing to say: no body, or an object without members.
std::optional<json::Refusal> refusal_of_body(Request const& request) {
    if (request.body.empty()) {
        return std::nullopt;
    }
    auto const& document = request.json();
    if (!document) {
        return document.error();
    }
    auto reader = json::ObjectReader{*document};
    reader.no_other_members();
    return reader.refusal() != nullptr ? std::optional{*reader.refusal()} : std::nullopt;
}

}  // namespace

void post_token(Request const& request, Responder respond, JoinLane& lane) {
    if (auto const refusal = refusal_of_body(request)) {
        return respond(frontrow::http::problem_response(
            request, frontrow::http::bad_request(refusal->detail)));
    }
    auto const show = ShowId::parse(request.path_parameter("id"));
    if (!show) {
        return respond(frontrow::http::problem_response(request, problem_of(Refusal::no_gate)));
    }
    frontrow::http::submit_idempotent(
        request, std::move(respond),
        use_cases::JoinQueue{*show, request.principal->user, frontrow::http::origin_of(request)},
        lane);
}

std::vector<idempotency::Answer> run_joins(pg::Transaction& tx, std::span<KeyedJoin const> batch,
                                           use_cases::Lines& lines) {
    auto const join = [&lines](pg::Transaction& transaction,
                               std::span<use_cases::JoinQueue const> commands) {
        auto answers = std::vector<idempotency::Answer>{};
        for (auto const& outcome : use_cases::join_queue(transaction, commands, lines)) {
            answers.push_back(answer_of(outcome));
        }
        return answers;
    };
    return idempotency::with_keys<use_cases::JoinQueue>(tx, batch, join);
}

}  // namespace frontrow::queue::http
