// JSON of queue's answers.
#include "queue-service/http/answers.hpp"

#include "common/core/ensure.hpp"
#include "common/json/writer.hpp"

namespace frontrow::queue::http {
namespace {

void write_pass(json::Writer& writer, domain::Token const& token, auth::Signer const& signer) {
    writer
        .member("pass", auth::sign_pass(signer, {.token = token.id,
                                                 .show = token.show,
                                                 .user = token.user,
                                                 .generation = token.generation,
                                                 .expires_at = *token.expires_at}))
        .member("passExpiresAt", *token.expires_at);
}

}  // namespace

std::string token_json(use_cases::TokenView const& view, auth::Signer const* signer) {
    auto const& token = view.token;
    auto const ahead = view.position ? std::optional{*view.position - 1} : std::nullopt;
    auto const wait =
        view.wait ? std::optional{std::int64_t{view.wait->count()}} : std::optional<std::int64_t>{};
    auto writer = json::Writer{};
    writer.object()
        .member("id", token.id)
        .member("showId", token.show)
        .member("state", domain::to_text(token.state))
        .member("position", view.position)
        .member("ahead", ahead)
        .member("etaSeconds", wait)
        .member("pollAfterMs", std::int64_t{view.poll_after.count()});
    if (signer != nullptr && token.state == domain::TokenState::admitted) {
        write_pass(writer, token, *signer);
    }
    return std::move(writer.end()).text();
}

frontrow::http::Problem problem_of(Refusal refusal) {
    switch (refusal) {
        case Refusal::no_gate:
            return frontrow::http::not_found("show with a queue");
        case Refusal::no_such_token:
            return frontrow::http::not_found("queue token");
    }
    ENSURE(false);
    return {};
}

idempotency::Answer answer_of(use_cases::JoinOutcome const& outcome) {
    if (!outcome) {
        return frontrow::http::answer_of(problem_of(Refusal::no_gate));
    }
    return {.status = outcome->is_new ? 201 : 200,
            .location = "/v1/queue-tokens/" + outcome->view.token.id.to_string(),
            .body = token_json(outcome->view, nullptr)};
}

}  // namespace frontrow::queue::http
