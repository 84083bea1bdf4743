// What a row of a reservation costs, by the size of its batch and by what is in the tables: the use
// case as the lane runs it, on a connection of its own, without HTTP.
#include <fmt/format.h>
#include <unistd.h>

#include <array>

#include "booking-migrations.hpp"
#include "booking-service/http/lanes.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/bench/figure.hpp"
#include "tests/bench/http_load.hpp"
#include "tests/bench/stage.hpp"

namespace frontrow::bench {
namespace {

using booking::use_cases::ReserveSeats;
using Keyed = idempotency::Keyed<ReserveSeats>;

/// A booking database with one show, and reservations of seats that are far apart.
class Booking {
  public:
    Booking(int seats, std::int64_t old_reservations)
        : seats_{seats},
          url_{support::migrated_database("whole-booking", booking_migrations())},
          session_{options()} {
        auto superuser = patient_session(support::postgres().as_role("postgres", url_));
        say(fmt::format("a database with {} seats and {} old reservations", seats,
                        old_reservations));
        make_show(superuser, seats);
        superuser.run_script(fmt::format(R"sql(
            INSERT INTO reservations (id, show_id, user_id, state, seats, fences, total, currency,
                                      held_until, attempt, decline, version, created_at)
            SELECT ('01800000-0000-7000-8000-' || lpad(to_hex(number), 12, '0'))::uuid, '{}',
                   'buyer-' || number % 100000, 'EXPIRED', ARRAY[1], ARRAY[1::bigint], 9000, 'EUR',
                   now() - interval '1 day', 0, '', 2, now() - interval '1 day'
            FROM generate_series(1, {}) AS number)sql",
                                         made_show, old_reservations));
        settle(superuser);
    }

    /// Microseconds a reservation, over `rows` of them in batches of `batch`.
    double cost(int rows, int batch) {
        auto const sessions_before = cpu_seconds_of_sessions();
        auto const own_before = cpu_seconds(::getpid());
        auto const begin = std::chrono::steady_clock::now();
        for (auto done = 0; done < rows; done += batch) {
            auto tx = pg::Transaction{session_};
            auto const answers = booking::http::run_reserve(tx, next(batch), shows_, {});
            tx.commit();
            for (auto const& answer : answers) {
                if (answer.status != 201) {
                    throw NoRatio{"a reservation was refused: " + answer.body};
                }
            }
        }
        auto const each = 1e6 / rows;
        processor_ = fmt::format("{:.0f} + {:.0f}", each * (cpu_seconds(::getpid()) - own_before),
                                 each * (cpu_seconds_of_sessions() - sessions_before));
        return Seconds{std::chrono::steady_clock::now() - begin}.count() * each;
    }

    /// What each row of the last run cost, here and in the sessions of PostgreSQL, for people.
    [[nodiscard]] std::string const& processor() const { return processor_; }

  private:
    [[nodiscard]] pg::ConnectOptions options() const {
        auto made = support::connect_options(support::postgres().as_role("booking", url_));
        made.statement_timeout = std::chrono::minutes{1};
        made.plan_by_index = true;  // as all sessions of the services
        return made;
    }

    std::vector<Keyed> next(int batch) {
        auto commands = std::vector<Keyed>{};
        for (auto n = 0; n < batch; ++n) {
            // A step that shares no factor with the number of seats visits each once.
            at_ = (at_ + 7'368'787) % seats_;
            auto const user = UserId{"buyer-" + std::to_string(n)};
            auto const trace = TraceContext::start();
            auto request =
                booking::domain::ReservationRequest{.id = ReservationId::draw(),
                                                    .show = ShowId::parse(made_show).value(),
                                                    .user = user,
                                                    .seats = {static_cast<std::int32_t>(at_ + 1)}};
            commands.push_back(
                {idempotency::key_of(user, "POST /v1/reservations", new_uuid().to_string(), "{}"),
                 {std::move(request), {trace.trace_id_hex(), trace.span_id_hex(), trace}}});
        }
        return commands;
    }

    std::int64_t seats_;
    std::string url_;
    pg::Connection session_;
    booking::storage::Layouts layouts_;
    booking::storage::RecentShows shows_{layouts_};
    std::int64_t at_{0};
    std::string processor_;
};

Figure at_most(std::string const& name, double floor, std::vector<double> const& subject,
               std::vector<double> const& reference) {
    auto const runs = ratios(subject, reference);
    return {.name = name,
            .value = median(runs),
            .unit = "x",
            .reference = median(reference),
            .reference_unit = "us/row",
            .floor = floor,
            .lower_is_better = true,
            .runs = runs};
}

}  // namespace

std::vector<Figure> measure_batches(Scale const& scale) {
    constexpr auto sizes = std::array{1, 8, 64, 512};
    auto const rows = scale.of(4'096, 512);
    auto const rows_of = [&](int size) {
        return std::max(rows / size, 1) * size;
    };
    auto booking = Booking{scale.is_full() ? 1'000'003 : 50'021, 0};
    auto costs = std::array<std::vector<double>, sizes.size()>{};
    booking.cost(512, 512);
    for (auto round = 0; round < scale.rounds; ++round) {
        auto line = fmt::format("round {}:", round + 1);
        for (std::size_t n = 0; n < sizes.size(); ++n) {
            costs[n].push_back(booking.cost(rows_of(sizes[n]), sizes[n]));
            line += fmt::format(" {} a batch {:.0f} us/row ({} of processor),", sizes[n],
                                costs[n].back(), booking.processor());
        }
        say(line);
    }
    auto figures = std::vector<Figure>{};
    for (std::size_t n = 1; n < sizes.size(); ++n) {
        figures.push_back(at_most(fmt::format("row_cost_batch_{}_over_{}", sizes[n], sizes[n - 1]),
                                  1, costs[n], costs[n - 1]));
    }
    return figures;
}

std::vector<Figure> measure_growth(Scale const& scale) {
    constexpr auto batch = 64;
    constexpr auto few_seats = 10'007;  // prime, like the others: see next()
    auto const rows = scale.of(1'280, batch);
    auto small = Booking{few_seats, 0};
    auto many_seats = Booking{scale.is_full() ? 5'000'011 : 50'021, 0};
    auto much_history = Booking{few_seats, scale.of(5'000'000, 1)};
    auto of_small = std::vector<double>{};
    auto of_many_seats = std::vector<double>{};
    auto of_much_history = std::vector<double>{};
    for (auto* const each : {&small, &many_seats, &much_history}) {
        each->cost(rows, batch);
    }
    for (auto round = 0; round < scale.rounds; ++round) {
        of_small.push_back(small.cost(rows, batch));
        of_many_seats.push_back(many_seats.cost(rows, batch));
        of_much_history.push_back(much_history.cost(rows, batch));
        say(fmt::format("round {}: {:.1f} us/row; 5 M seats {:.1f}, 5 M old reservations {:.1f}",
                        round + 1, of_small.back(), of_many_seats.back(), of_much_history.back()));
    }
    return {at_most("row_cost_5m_old_reservations_over_0", 1.1, of_much_history, of_small),
            at_most("row_cost_5m_seats_over_10k", 1.5, of_many_seats, of_small)};
}

}  // namespace frontrow::bench
