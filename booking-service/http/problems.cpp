// Every refusal as a problem document: status, code, and what to do next.
#include "booking-service/http/problems.hpp"

#include "common/core/ensure.hpp"

namespace frontrow::booking::http {
namespace {

using frontrow::http::Problem;

std::string array_json(std::vector<std::int32_t> const& seats) {
    auto json = std::string{"["};
    for (auto const seat : seats) {
        json += (json.size() > 1 ? "," : "") + std::to_string(seat);
    }
    return json + "]";
}

Problem invalid_pass(std::string detail) {
    return {.status = 403,
            .code = "queue-pass-invalid",
            .title = "The queue pass does not count",
            .detail = std::move(detail)};
}

Problem expired_pass() {
    return {.status = 403,
            .code = "queue-pass-expired",
            .title = "The queue pass has expired",
            .detail = "Join the queue of the show again with POST /v1/shows/{id}/queue-tokens."};
}

Problem closed_show(std::string detail) {
    return {.status = 409,
            .code = "show-closed",
            .title = "The show is not on sale",
            .detail = std::move(detail)};
}

Problem state_conflict(std::string detail) {
    return {.status = 409,
            .code = "state-conflict",
            .title = "The reservation's state does not allow it",
            .detail = std::move(detail)};
}

}  // namespace

Problem problem_of(domain::ReserveRefusal const& refusal) {
    using enum domain::ReserveRefusalKind;
    switch (refusal.kind) {
        case no_such_show:
            return frontrow::http::not_found("show");
        case sale_not_open:
            return closed_show(
                "The sale has not begun; \"saleOpensAt\" of GET /v1/shows/{id} says when it does.");
        case sale_closed:
            return closed_show(
                "The sale has ended; choose another show of GET /v1/concerts/{id}/shows.");
        case no_such_seat:
            return {.status = 422,
                    .code = "unknown-seat",
                    .title = "The show has no such seat",
                    .detail = "Use seat ids of GET /v1/shows/{id}/seats.",
                    .extra = {{"unknownSeats", array_json(refusal.seats)}}};
        case pass_required:
            return {.status = 403,
                    .code = "queue-pass-required",
                    .title = "The show has a queue",
                    .detail =
                        "Join it with POST /v1/shows/{id}/queue-tokens and send the pass "
                        "that it gives in the header Queue-Pass."};
        case pass_expired:
            return expired_pass();
        case pass_superseded:
            return invalid_pass(
                "A newer pass was issued for your place; get it with GET /v1/queue-tokens/{id}.");
        case pass_ended:
            return invalid_pass(
                "Your place in the queue was given up or taken back; join the queue again.");
        case pass_spent:
            return {
                .status = 403,
                .code = "queue-pass-used",
                .title = "The queue pass is spent",
                .detail =
                    "A confirmed reservation has used it; join the queue again for more seats."};
        case pass_in_use:
            return {.status = 409,
                    .code = "pass-in-use",
                    .title = "The queue pass holds other seats",
                    .detail =
                        "Pay for the reservation that it was used for, or wait until that expires.",
                    .retryable = true};
        case seats_taken:
            return {
                .status = 409,
                .code = "seat-unavailable",
                .title = "Somebody else has these seats",
                .detail = "Choose others; GET /v1/shows/{id}/availability says which are taken.",
                .extra = {{"conflictingSeats", array_json(refusal.seats)}}};
    }
    ENSURE(false && "a refusal without a problem");
    return {};
}

Problem problem_of(domain::PayRefusal refusal) {
    switch (refusal) {
        case domain::PayRefusal::no_such_reservation:
            return frontrow::http::not_found("reservation");
        case domain::PayRefusal::hold_expired:
            return {
                .status = 410,
                .code = "hold-expired",
                .title = "The seats are no longer held",
                .detail = "The time to pay is over and nothing was charged; reserve seats again."};
        case domain::PayRefusal::already_paying:
            return state_conflict(
                "A payment runs under another Idempotency-Key; watch GET /v1/reservations/{id}.");
        case domain::PayRefusal::already_confirmed:
            return state_conflict("It is paid and confirmed; there is nothing left to do.");
        case domain::PayRefusal::cancelled:
            return state_conflict("It was cancelled; reserve seats again.");
    }
    ENSURE(false && "a refusal without a problem");
    return {};
}

Problem pass_problem(auth::TokenRefusal refusal) {
    if (refusal == auth::TokenRefusal::expired) {
        return expired_pass();
    }
    return invalid_pass("Send the \"pass\" of GET /v1/queue-tokens/{id} as it came.");
}

Problem foreign_pass() {
    return invalid_pass(
        "The pass was issued for another show or another user; get one of your own.");
}

}  // namespace frontrow::booking::http
