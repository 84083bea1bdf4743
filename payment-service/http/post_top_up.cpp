// POST /v1/wallet/top-ups: puts money into the caller's wallet.
#include "common/http/submit.hpp"
#include "common/json/value.hpp"
#include "payment-service/http/answers.hpp"
#include "payment-service/http/routes.hpp"

namespace frontrow::payment::http {
namespace {

Result<Money, json::Refusal> parse_top_up(Request const& request) {
    auto const& document = request.json();
    if (!document) {
        return document.error();
    }
    auto reader = json::ObjectReader{*document};
    auto const amount = reader.member("amount");
    reader.no_other_members();
    if (auto const* const refusal = reader.refusal()) {
        return *refusal;
    }
    auto parts = json::ObjectReader{amount, "amount"};
    auto const minor_units = parts.integer("amount", 1, minor_units_max);
    auto const currency =
        parts.parsed("currency", "must be three upper-case letters (ISO 4217)", Currency::parse);
    parts.no_other_members();
    if (auto const* const refusal = parts.refusal()) {
        return *refusal;
    }
    return Money{.minor_units = minor_units, .currency = currency};
}

}  // namespace

void post_top_up(Request const& request, Responder respond, TopUpLane& lane) {
    auto const amount = parse_top_up(request);
    if (!amount) {
        return respond(frontrow::http::problem_response(
            request, frontrow::http::bad_request(amount.error().detail)));
    }
    frontrow::http::submit_idempotent(
        request, std::move(respond),
        use_cases::TopUp{request.principal->user, *amount, frontrow::http::origin_of(request)},
        lane);
}

std::vector<idempotency::Answer> run_top_ups(pg::Transaction& tx,
                                             std::span<KeyedTopUp const> batch) {
    return idempotency::with_keys<use_cases::TopUp>(
        tx, batch, [](pg::Transaction& transaction, std::span<use_cases::TopUp const> commands) {
            auto answers = std::vector<idempotency::Answer>{};
            for (auto const& outcome : use_cases::top_up(transaction, commands)) {
                answers.push_back(answer_of(outcome));
            }
            return answers;
        });
}

}  // namespace frontrow::payment::http
