// Granted reservations a second over HTTP, against pgbench writing the same rows one at a time.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <numeric>
#include <optional>
#include <random>

#include "booking-migrations.hpp"
#include "common/core/uuid.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/bench/figure.hpp"
#include "tests/bench/http_load.hpp"
#include "tests/bench/pgbench.hpp"
#include "tests/bench/stage.hpp"

namespace frontrow::bench {
namespace {

using support::WholeStack;

constexpr auto connections_of_load = std::size_t{64};
constexpr auto client_counts = {1, 8, 32, 64};
/// Before the first that counts. The first time that a session touches a page costs it a page
/// fault, and the first change of a page puts all of it into the log: so that few are left.
constexpr auto uncounted_rounds_of_holds = 6;
constexpr auto others = {"relay", "payment", "queue", "dataplatform"};

/// In the order in which both sides write them.
Countables const& rows_of_a_hold() {
    static auto const all = Countables{
        {"seats held", "SELECT count(*) FROM seats WHERE state = 'HELD'"},
        {"reservations", "SELECT count(*) FROM reservations"},
        {"idempotency_keys with answers",
         "SELECT count(*) FROM idempotency_keys WHERE body IS NOT NULL"},
        {"outbox", "SELECT count(*) FROM outbox"},
    };
    return all;
}

std::vector<int> shuffled_seats(int seats) {
    auto all = std::vector<int>(static_cast<std::size_t>(seats));
    std::iota(all.begin(), all.end(), 1);
    std::ranges::shuffle(all, std::mt19937{42});
    return all;
}

/// Everything that both sides need, and one run of each.
class Contest {
  public:
    explicit Contest(Scale const& scale)
        : requests_{scale.of(16'000, 64)},
          seats_{requests_ * (4 * scale.rounds + uncounted_rounds_of_holds)},
          order_{shuffled_seats(seats_)},
          stack_{{.partitions = 12, .settings = {{"booking", {{"HOLD__DURATION", "2h"}}}}}},
          reference_url_{postgres_url()},
          subject_{patient_session(superuser(stack_.database("booking").options().url))},
          reference_{patient_session(superuser(reference_url_))} {
        // The figure is about reservations: nobody publishes or hears of them meanwhile, on either
        // side.
        for (auto const* const other : others) {
            stack_.kill(other);
        }
        say(fmt::format("making {} seats, twice", seats_));
        for (auto* const side : {&subject_, &reference_}) {
            make_show(*side, seats_);
            settle(*side);
            keep_autovacuum_out(*side);
        }
        broker_stands_still_.emplace();
        for (std::size_t n = 0; n < connections_of_load; ++n) {
            tokens_.push_back(stack_.as("buyer-" + std::to_string(n)).at("Authorization"));
        }
    }

    /// Granted reservations a second.
    double serve() {
        auto const before = count(subject_, rows_of_a_hold());
        auto const requests = next_requests();
        auto granted = 0;
        auto const service = process_of("booking");
        auto const service_before = cpu_seconds(service);
        auto const sessions_before = cpu_seconds_of_sessions();
        auto const load_before = cpu_seconds(::getpid());
        auto const took = send_all(http_port_of(stack_, "booking"), connections_of_load, requests,
                                   [&](std::size_t, HttpLoad::Answer const& answer) {
                                       granted += answer.status == 201 ? 1 : 0;
                                   });
        auto const each = 1e6 / requests_;
        processor_ = fmt::format("processor us each: service {:.0f}, database {:.0f}, load {:.0f}",
                                 each * (cpu_seconds(service) - service_before),
                                 each * (cpu_seconds_of_sessions() - sessions_before),
                                 each * (cpu_seconds(::getpid()) - load_before));
        if (granted < requests_ * (1 - refused_max)) {
            throw NoRatio{fmt::format("only {} of {} were granted", granted, requests_)};
        }
        written_ = count(subject_, rows_of_a_hold()) - before;
        return granted / took.count();
    }

    /// The same number of rows by pgbench.
    double serve_by_pgbench(int clients) {
        auto const before = count(reference_, rows_of_a_hold());
        auto const result = pgbench({.url = reference_url_,
                                     .scripts = {"hold"},
                                     .clients = clients,
                                     .transactions = requests_,
                                     .variables = {{"i", "0"},
                                                   {"first", std::to_string(reference_at_)},
                                                   {"seats", std::to_string(seats_)},
                                                   {"show", made_show}}});
        reference_at_ += requests_;
        require_same(written_, count(reference_, rows_of_a_hold()) - before);
        return result.per_second;
    }

    /// Rows must be as long on both sides as well, by and large.
    void require_same_size() {
        auto const sizes = [](pg::Connection& side) {
            return std::stod(
                support::ask(side,
                             "SELECT (SELECT avg(octet_length(body)) FROM idempotency_keys) + "
                             "(SELECT avg(octet_length(payload)) FROM outbox)"));
        };
        auto const subject = sizes(subject_);
        auto const reference = sizes(reference_);
        if (std::abs(subject / reference - 1) > 0.1) {
            throw NoRatio{fmt::format("a row of the subject has {} octets, of the reference {}",
                                      subject, reference)};
        }
    }

    /// What each reservation of the last run cost, for people.
    [[nodiscard]] std::string const& processor() const { return processor_; }

    void audit(Scale const& scale) {
        broker_stands_still_.reset();
        for (auto const* const other : others) {
            stack_.start(other);
        }
        require_clean_audit(stack_, std::chrono::seconds{scale.is_full() ? 240 : 60});
    }

  private:
    static std::string superuser(std::string const& url) {
        return support::postgres().as_role("postgres", url);
    }
    static std::string postgres_url() {
        return support::postgres().as_role(
            "booking", support::migrated_database("whole-booking", booking_migrations()));
    }
    std::vector<std::string> next_requests() {
        auto requests = std::vector<std::string>{};
        for (auto n = 0; n < requests_; ++n) {
            auto const seat = order_.at(subject_at_++);
            requests.push_back(request_octets(
                "POST", "/v1/reservations",
                {{"Authorization", tokens_[static_cast<std::size_t>(n) % tokens_.size()]},
                 {"Idempotency-Key", new_uuid().to_string()}},
                fmt::format(R"({{"showId":"{}","seatIds":[{}]}})", made_show, seat)));
        }
        return requests;
    }

    int requests_;
    int seats_;
    std::vector<int> order_;
    WholeStack stack_;
    std::optional<BrokerStandsStill> broker_stands_still_;
    std::string reference_url_;
    pg::Connection subject_;
    pg::Connection reference_;
    std::vector<std::string> tokens_;
    std::size_t subject_at_{0};
    int reference_at_{0};
    Counts written_;
    std::string processor_;
};

}  // namespace

std::vector<Figure> measure_reservations(Scale const& scale) {
    auto contest = Contest{scale};
    auto served = std::vector<double>{};
    auto by_pgbench = std::map<int, std::vector<double>>{};
    for (auto round = 0; round < uncounted_rounds_of_holds; ++round) {
        contest.serve();
        contest.serve_by_pgbench(1);
    }
    for (auto round = 0; round < scale.rounds; ++round) {
        served.push_back(contest.serve());
        auto line = fmt::format("round {}: {:.0f}/s ({}); pgbench", round + 1, served.back(),
                                contest.processor());
        for (auto const clients : client_counts) {
            by_pgbench[clients].push_back(contest.serve_by_pgbench(clients));
            line += fmt::format(" c={} {:.0f}/s", clients, by_pgbench[clients].back());
        }
        say(line);
    }
    contest.require_same_size();
    contest.audit(scale);
    auto best = 1;
    for (auto const& [clients, rates] : by_pgbench) {
        best = median(rates) > median(by_pgbench.at(best)) ? clients : best;
    }
    auto const against = [&](std::string const& name, int clients, double floor) {
        auto const runs = ratios(served, by_pgbench.at(clients));
        return Figure{.name = name,
                      .value = median(runs),
                      .unit = "x",
                      .reference = median(by_pgbench.at(clients)),
                      .reference_unit = "/s",
                      .floor = floor,
                      .runs = runs};
    };
    return {against("reservations_over_one_client", 1, 8),
            against("reservations_over_best_clients", best, 3)};
}

}  // namespace frontrow::bench
