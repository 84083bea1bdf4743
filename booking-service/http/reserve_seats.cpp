// POST /v1/reservations: holds one to eight seats, all or none.
#include <algorithm>
#include <limits>

#include "booking-service/http/problems.hpp"
#include "booking-service/http/routes.hpp"
#include "common/json/value.hpp"

namespace frontrow::booking::http {
namespace {

using frontrow::http::Problem;

Result<domain::ReservationRequest, Problem> parse_body(Request const& from, std::size_t seats_max) {
    auto const& document = from.json();
    if (!document) {
        return frontrow::http::bad_request(document.error().detail);
    }
    auto reader = json::ObjectReader{*document};
    auto request = domain::ReservationRequest{};
    request.show = reader.id<ShowId>("showId");
    for (auto const seat :
         reader.integers("seatIds", 1, seats_max, 1, std::numeric_limits<std::int32_t>::max())) {
        request.seats.push_back(static_cast<std::int32_t>(seat));
    }
    std::ranges::sort(request.seats);
    if (std::ranges::adjacent_find(request.seats) != request.seats.end()) {
        reader.refuse("seatIds", "must not name a seat twice");
    }
    reader.no_other_members();
    if (auto const* refusal = reader.refusal()) {
        return frontrow::http::bad_request(refusal->detail);
    }
    return request;
}

/// Whether a pass is needed is the show's to say, later; one that is sent must be right.
Result<std::optional<domain::PassClaim>, Problem> read_pass(Request const& request,
                                                            ShowId const& show,
                                                            ReserveChecks const& checks) {
    auto const header = request.header("queue-pass");
    if (!header) {
        return std::optional<domain::PassClaim>{};
    }
    auto const pass = auth::read_pass(checks.pass_keys, *header, checks.clock.now());
    if (!pass) {
        return pass_problem(pass.error());
    }
    if (pass->show != show || pass->user != request.principal->user) {
        return foreign_pass();
    }
    return std::optional{domain::PassClaim{
        .token = pass->token, .generation = pass->generation, .expires_at = pass->expires_at}};
}

idempotency::Answer answer_of(use_cases::ReserveSeatsOutcome const& outcome, Origin const& origin) {
    if (!outcome) {
        auto problem = problem_of(outcome.error());
        problem.trace_id = origin.trace.trace_id_hex();
        return frontrow::http::answer_of(problem);
    }
    return {.status = 201,
            .location = "/v1/reservations/" + outcome->reservation.id.to_string(),
            .body = reservation_json(*outcome)};
}

}  // namespace

void reserve_seats(Request const& request, Responder respond, ReserveLane& lane,
                   ReserveChecks const& checks) {
    auto wanted = parse_body(request, checks.seats_max);
    if (!wanted) {
        return respond(frontrow::http::problem_response(request, wanted.error()));
    }
    auto const pass = read_pass(request, wanted->show, checks);
    if (!pass) {
        return respond(frontrow::http::problem_response(request, pass.error()));
    }
    wanted->id = ReservationId::draw();
    wanted->user = request.principal->user;
    wanted->pass = *pass;
    auto command = use_cases::ReserveSeats{*std::move(wanted), frontrow::http::origin_of(request)};
    frontrow::http::submit_idempotent(request, std::move(respond), std::move(command), lane);
}

std::vector<idempotency::Answer> run_reserve(
    pg::Transaction& tx, std::span<idempotency::Keyed<use_cases::ReserveSeats> const> batch,
    storage::RecentShows& shows, domain::Rules const& rules) {
    return idempotency::with_keys<use_cases::ReserveSeats>(
        tx, batch, [&](pg::Transaction& inside, std::span<use_cases::ReserveSeats const> all) {
            return [&rules, &inside, asked = use_cases::ask_to_reserve(inside, all, shows, rules)](
                       std::span<use_cases::ReserveSeats const> fresh) {
                auto const outcomes = use_cases::reserve_seats(inside, asked, fresh, rules);
                auto answers = std::vector<idempotency::Answer>{};
                answers.reserve(outcomes.size());
                for (std::size_t i = 0; i < fresh.size(); ++i) {
                    answers.push_back(answer_of(outcomes[i], fresh[i].origin));
                }
                return answers;
            };
        });
}

}  // namespace frontrow::booking::http
