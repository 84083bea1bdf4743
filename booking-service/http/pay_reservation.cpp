// POST /v1/reservations/{id}/payment: asks payment for the money; 202, or 200 within Prefer: wait.
#include <charconv>
#include <optional>

#include "booking-service/http/page.hpp"
#include "booking-service/http/problems.hpp"
#include "booking-service/http/routes.hpp"
#include "common/json/value.hpp"

namespace frontrow::booking::http {
namespace {

constexpr auto wait_seconds_max = std::int64_t{10};

std::optional<frontrow::http::Problem> refuse_body(Request const& request) {
    if (request.body.empty()) {
        return std::nullopt;
    }
    auto const& document = request.json();
    if (!document) {
        return frontrow::http::bad_request(document.error().detail);
    }
    auto reader = json::ObjectReader{*document};
    reader.no_other_members();
    if (auto const* refusal = reader.refusal()) {
        return frontrow::http::bad_request(refusal->detail);
    }
    return std::nullopt;
}

/// The N of `wait=N` in a Prefer header (RFC 7240), at most 10. A preference that cannot be read is
/// ignored, as that standard wants it.
std::optional<std::int64_t> wait_seconds(Request const& request) {
    auto preferences = request.header("prefer").value_or("");
    while (!preferences.empty()) {
        auto const comma = std::min(preferences.find_first_of(",;"), preferences.size());
        auto one = preferences.substr(0, comma);
        preferences.remove_prefix(std::min(comma + 1, preferences.size()));
        one.remove_prefix(std::min(one.find_first_not_of(" \t"), one.size()));
        one = one.substr(0, one.find_last_not_of(" \t") + 1);
        if (!one.starts_with("wait=")) {
            continue;
        }
        one.remove_prefix(5);
        auto seconds = std::int64_t{0};
        auto const [end, error] = std::from_chars(one.data(), one.data() + one.size(), seconds);
        if (error == std::errc{} && end == one.data() + one.size() && seconds >= 0) {
            return std::min(seconds, wait_seconds_max);
        }
    }
    return std::nullopt;
}

std::string applied(std::int64_t seconds) {
    return "wait=" + std::to_string(seconds);
}

Response accepted(idempotency::Answer const& answer, std::optional<std::int64_t> seconds) {
    auto response = frontrow::http::response_of(answer);
    if (answer.status == 202) {
        response.headers.emplace_back("Retry-After", "1");
        if (seconds) {
            response.headers.emplace_back("Preference-Applied", applied(*seconds));
        }
    }
    return response;
}

Response settled(use_cases::ReservationView const& view, std::int64_t seconds) {
    return {.status = 200,
            .headers = {{"Preference-Applied", applied(seconds)}},
            .body = reservation_json(view)};
}

idempotency::Answer answer_of(use_cases::PayReservationOutcome const& outcome,
                              Origin const& origin) {
    if (!outcome) {
        auto problem = problem_of(outcome.error());
        problem.trace_id = origin.trace.trace_id_hex();
        return frontrow::http::answer_of(problem);
    }
    return {.status = 202,
            .location = "/v1/reservations/" + outcome->reservation.id.to_string(),
            .body = reservation_json(*outcome)};
}

/// Answers now, or when the reservation has left PAYING, or when the time to wait is over. The 202
/// is what is stored; that it was waited for changes only what is sent.
struct Finish {
    Responder respond;
    PaymentWaiters& waiters;
    ReservationId reservation;
    std::optional<std::int64_t> seconds;
    lane::Deadline until;
    std::string trace;

    void operator()(Result<idempotency::Answer, lane::Fault> const& answer) const {
        if (!answer) {
            auto problem = frontrow::http::problem_of(answer.error());
            problem.trace_id = trace;
            return respond(frontrow::http::response_of(problem));
        }
        if (answer->status != 202 || seconds.value_or(0) == 0) {
            return respond(accepted(*answer, seconds));
        }
        waiters.wait(reservation, until,
                     [sender = respond, n = *seconds, fallback = *answer](auto const& view) {
                         sender(view ? settled(*view, n) : accepted(fallback, n));
                     });
    }
};

}  // namespace

void pay_reservation(Request const& request, Responder respond, PayLane& lane,
                     PaymentWaiters& waiters) {
    if (auto problem = refuse_body(request)) {
        return respond(frontrow::http::problem_response(request, *std::move(problem)));
    }
    auto const key = frontrow::http::idempotency_key(request);
    if (!key) {
        return respond(frontrow::http::problem_response(request, key.error()));
    }
    auto const id = path_id<ReservationId>(request);
    if (!id) {
        return respond(frontrow::http::problem_response(
            request, problem_of(domain::PayRefusal::no_such_reservation)));
    }
    auto const seconds = wait_seconds(request);
    auto const wished =
        std::chrono::steady_clock::now() + std::chrono::seconds{seconds.value_or(0)};
    // A moment before the session gives up, so that the 202 still reaches the client.
    auto const until = std::min(wished, request.deadline - std::chrono::milliseconds{500});
    auto command =
        use_cases::PayReservation{*id, request.principal->user, frontrow::http::origin_of(request)};
    lane.submit(
        {*key, std::move(command)}, request.deadline,
        Finish{std::move(respond), waiters, *id, seconds, until, request.trace.trace_id_hex()});
}

std::vector<idempotency::Answer> run_pay(
    pg::Transaction& tx, std::span<idempotency::Keyed<use_cases::PayReservation> const> batch,
    storage::Layouts& layouts, domain::Rules const& rules) {
    return idempotency::with_keys<use_cases::PayReservation>(
        tx, batch, [&](pg::Transaction& inside, std::span<use_cases::PayReservation const> all) {
            return [&, work = use_cases::ask_to_pay(inside, all)](
                       std::span<use_cases::PayReservation const> fresh) {
                auto const outcomes =
                    use_cases::pay_reservation(inside, work, fresh, layouts, rules);
                auto answers = std::vector<idempotency::Answer>{};
                for (std::size_t i = 0; i < fresh.size(); ++i) {
                    answers.push_back(answer_of(outcomes[i], fresh[i].origin));
                }
                return answers;
            };
        });
}

}  // namespace frontrow::booking::http
