// How fast the relay works off a backlog, against the least that could.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <fstream>
#include <sstream>
#include <thread>

#include "booking-migrations.hpp"
#include "common/kafka/admin.hpp"
#include "common/kafka/reader.hpp"
#include "frontrowctl/local/layout.hpp"
#include "frontrowctl/local/ports.hpp"
#include "tests/bench/bare_loop.hpp"
#include "tests/bench/cpu.hpp"
#include "tests/bench/figure.hpp"
#include "tests/bench/stage.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/test_folder.hpp"

namespace frontrow::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto backlog_topic = "booking.reservation.v1";

std::string backlog_sql(int rows) {
    auto text = std::ostringstream{};
    text << std::ifstream{local::Layout::of_this_build().root / "tests/bench/backlog.sql"}.rdbuf();
    auto sql = text.str();
    sql.replace(sql.find("@rows@"), 6, std::to_string(rows));
    return sql;
}

/// The value of a line of `/metrics`, or 0.
double metric(support::HttpClient& http, std::string const& url, std::string const& line) {
    auto const body = http.request("GET", url + "/metrics").body;
    auto const found = body.find("\n" + line + " ");
    return found == std::string::npos ? 0 : std::stod(body.substr(found + line.size() + 2));
}

class Backlog {
  public:
    explicit Backlog(int rows)
        : rows_{rows},
          url_{support::migrated_database("whole-booking", booking_migrations())},
          session_{patient_session(support::postgres().as_role("postgres", url_))} {
        say(fmt::format("writing {} rows into the outbox", rows));
        session_.run_script(backlog_sql(rows));
        settle(session_);
    }

    /// Records that Kafka acknowledged a second, by the relay as it runs in production: from its
    /// first to its last, so without the time to start.
    double by_relay() {
        session_.run_script(
            "UPDATE relay_cursor SET old_snapshot = NULL, window_snapshot = NULL, last_id = 0, "
            "lease_until = NULL; DELETE FROM relay_topics");
        auto const prefix = fresh_topic();
        auto relay = service(prefix);
        relay.start();
        relay.wait_until_ready();
        auto const rate = measure(relay.admin_url());
        auto const process =
            local::Process::find(support::TestFolder::shared().path() / "relay.pid");
        relay_us_per_row_ = cpu_seconds(process.value().id()) * 1e6 / rows_;
        relay.stop();
        require_all_in(prefix, "relay");
        return rate;
    }

    double by_bare_loop() {
        auto const prefix = fresh_topic();
        auto const before = cpu_seconds(::getpid());
        auto const rate = run_bare_loop({.database_url = support::postgres().as_role("relay", url_),
                                         .bootstrap_servers = support::kafka().bootstrap_servers(),
                                         .topic_prefix = prefix});
        loop_us_per_row_ = (cpu_seconds(::getpid()) - before) * 1e6 / rows_;
        require_all_in(prefix, "bare loop");
        return rate;
    }

    /// What each record of the last runs cost, for people.
    [[nodiscard]] std::string processor() const {
        return fmt::format("processor us each: relay {:.1f}, loop {:.1f}", relay_us_per_row_,
                           loop_us_per_row_);
    }

  private:
    std::string fresh_topic() {
        auto const prefix = fmt::format("{}{}-", support::topic_prefix(), ++runs_);
        kafka::Admin{client()}.create(
            {{.name = prefix + backlog_topic, .partitions = 12, .config = {}}}, 60s);
        return prefix;
    }

    static kafka::ClientOptions client() {
        return {.bootstrap_servers = support::kafka().bootstrap_servers(), .client_id = "bench"};
    }

    local::Service service(std::string const& prefix) const {
        auto const& folder = support::TestFolder::shared().path();
        auto const port = local::free_port();
        return local::Service{
            {.name = {"relay", "outbox-relay", "FRONTROW_RELAY__"},
             .program = local::Layout::of_this_build().binaries / "outbox-relay",
             .settings = {{"ADMIN__PORT", std::to_string(port)},
                          {"KAFKA__BOOTSTRAP_SERVERS", support::kafka().bootstrap_servers()},
                          {"TOPICS__PREFIX", prefix},
                          {"BOOKING__URL", support::postgres().as_role("relay", url_)}},
             .log_file = folder / "relay.log",
             .pid_file = folder / "relay.pid",
             .admin_port = port,
             .death_signal = SIGKILL}};
    }

    double measure(std::string const& admin_url) const {
        auto const line = std::string{"frontrow_outbox_published_total{database=\"booking\"}"};
        auto http = support::HttpClient{};
        auto const deadline = std::chrono::steady_clock::now() + 10min;
        auto first = 0.0;
        auto first_at = std::chrono::steady_clock::now();
        for (;;) {
            auto const published = metric(http, admin_url, line);
            auto const now = std::chrono::steady_clock::now();
            if (published >= rows_) {
                return (published - first) / std::chrono::duration<double>(now - first_at).count();
            }
            if (now > deadline) {
                throw NoRatio{fmt::format("the relay published {} of {} rows", published, rows_)};
            }
            if (first == 0) {
                first = published;
                first_at = now;
            }
            std::this_thread::sleep_for(10ms);
        }
    }

    /// Each row once: nothing was lost, and nothing was sent twice.
    void require_all_in(std::string const& prefix, std::string const& side) const {
        auto const [records, digest] = content_of(prefix + backlog_topic);
        if (digest_ == 0) {
            digest_ = digest;
        }
        if (records != rows_ || digest != digest_) {
            throw NoRatio{fmt::format("{}: {} records in the topic for {} rows{}", side, records,
                                      rows_, digest == digest_ ? "" : ", and not the same ones")};
        }
        kafka::Admin{client()}.remove({prefix + backlog_topic}, 30s);
    }

    struct Content {
        std::int64_t records{0};
        std::uint64_t digest{0};  ///< of all records, whatever their order
    };

    static Content content_of(std::string const& topic) {
        auto reader = kafka::Reader{client(), {topic}, kafka::Reader::From::start, 30s};
        auto const deadline = std::chrono::steady_clock::now() + 10min;
        auto content = Content{};
        while (!reader.is_at_the_end()) {
            for (auto const& record : reader.poll(10'000, 100ms)) {
                ++content.records;
                content.digest += std::hash<std::string>{}(record.value.value_or("")) ^
                                  std::hash<std::string>{}(record.key.value_or("")) * 31;
            }
            if (std::chrono::steady_clock::now() > deadline) {
                throw NoRatio{fmt::format("{} records of {} could be read, and no more came",
                                          content.records, topic)};
            }
        }
        return content;
    }

    int rows_;
    std::string url_;
    pg::Connection session_;
    int runs_{0};
    double relay_us_per_row_{0};
    double loop_us_per_row_{0};
    mutable std::uint64_t digest_{0};  ///< of what the first run left
};

}  // namespace

std::vector<Figure> measure_relay(Scale const& scale) {
    auto backlog = Backlog{scale.of(1'000'000, 1000)};
    auto by_relay = std::vector<double>{};
    auto by_loop = std::vector<double>{};
    for (auto round = 0; round < scale.rounds; ++round) {
        by_loop.push_back(backlog.by_bare_loop());
        by_relay.push_back(backlog.by_relay());
        say(fmt::format("round {}: relay {:.0f}/s, bare loop {:.0f}/s ({})", round + 1,
                        by_relay.back(), by_loop.back(), backlog.processor()));
    }
    auto const runs = ratios(by_relay, by_loop);
    return {{.name = "relay_over_bare_loop",
             .value = median(runs),
             .unit = "x",
             .reference = median(by_loop),
             .reference_unit = "/s",
             .floor = 0.7,
             .runs = runs}};
}

}  // namespace frontrow::bench
