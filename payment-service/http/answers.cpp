// JSON of payment's answers.
#include "payment-service/http/answers.hpp"

#include <algorithm>

#include "common/core/bytes.hpp"
#include "common/core/ensure.hpp"
#include "common/json/writer.hpp"

namespace frontrow::payment::http {

std::string wallet_json(UserId const& user, use_cases::MaybeWallet const& wallet) {
    auto const available = wallet ? wallet->available : Money{};
    auto const pending = wallet ? wallet->pending : Money{};
    return json::Writer{}
        .object()
        .member("userId", user)
        .member("available", available)
        .member("pending", pending)
        .member("balance", available + pending)
        .member("version", wallet ? wallet->version : std::int64_t{0})
        .end()
        .text();
}

std::string payment_json(domain::Payment const& payment) {
    return json::Writer{}
        .object()
        .member("id", payment.reservation)
        .member("reservationId", payment.reservation)
        .member("state", domain::to_text(payment.state))
        .member("attempt", payment.attempt)
        .member("amount", payment.amount)
        .member("captured", payment.captured)
        .member("refunded", payment.refunded)
        .member("version", payment.version)
        .end()
        .text();
}

std::string entries_json(use_cases::Entries const& entries, std::size_t limit) {
    auto writer = json::Writer{};
    writer.object().key("items").array();
    auto const shown = std::min(limit, entries.size());
    for (std::size_t i = 0; i < shown; ++i) {
        auto const& entry = entries[i];
        writer.object()
            .member("transferId", entry.transfer)
            .member("kind", domain::to_text(entry.kind))
            .member("amount", entry.amount)
            .member("account", domain::to_text(entry.account))
            .member("reservationId", entry.reservation)
            .member("time", entry.time)
            .end();
    }
    writer.end().key("nextCursor");
    if (entries.size() > limit) {
        writer.value(to_base64url(std::to_string(entries[limit - 1].id)));
    } else {
        writer.null();
    }
    return std::move(writer.end()).text();
}

frontrow::http::Problem problem_of(domain::TopUpRefusal refusal) {
    switch (refusal) {
        case domain::TopUpRefusal::currency_mismatch:
            return {.status = 422,
                    .code = "currency-mismatch",
                    .title = "The wallet holds another currency",
                    .detail =
                        "A wallet's currency is fixed by its first top-up. GET /v1/wallet "
                        "tells which it is; top up in that one."};
        case domain::TopUpRefusal::wallet_full:
            return {.status = 422,
                    .code = "wallet-full",
                    .title = "The wallet would hold too much",
                    .detail = "Spend some of the balance first, or top up by a smaller amount."};
    }
    ENSURE(false);
    return {};
}

idempotency::Answer answer_of(use_cases::TopUpOutcome const& outcome) {
    if (!outcome) {
        return frontrow::http::answer_of(problem_of(outcome.error()));
    }
    auto body = json::Writer{}
                    .object()
                    .member("transferId", outcome->transfer)
                    .key("wallet")
                    .raw(wallet_json(outcome->wallet.user, outcome->wallet))
                    .end()
                    .text();
    return {.status = 201, .location = "/v1/wallet", .body = std::move(body)};
}

}  // namespace frontrow::payment::http
