// queue-service: who waits for a show, who may buy now, and the pass that says so.
#include "common/deadletter/http/admin.hpp"
#include "common/inbox/consumer.hpp"
#include "common/log/log.hpp"
#include "common/outbox/outbox.hpp"
#include "common/service/authenticate.hpp"
#include "common/service/process.hpp"
#include "common/service/upkeep.hpp"
#include "queue-migrations.hpp"
#include "queue-service/config.hpp"
#include "queue-service/consumers/consume.hpp"
#include "queue-service/http/routes.hpp"
#include "queue-service/use_cases/chores.hpp"

namespace frontrow::queue {
namespace {

using ChoreLane = lane::Lane<use_cases::Chore, use_cases::ChoreDone>;

/// Heartbeats this much younger than the patience are not written again.
constexpr auto beats_in_silence = 5;
constexpr auto chore_deadline = std::chrono::seconds{5};

lane::LaneOptions lane_options(Config const& config, service::Process& process,
                               std::string const& name, outbox::RelayHint const* relay) {
    auto options = lane::LaneOptions{.name = name,
                                     .database = config.common.database(name),
                                     .queue_items_max = config.lanes_waiting_max,
                                     .metrics = &process.metrics()};
    if (relay != nullptr) {
        options.after_commit = [relay] {
            relay->send();
        };
    }
    return options;
}

inbox::ConsumerOptions consumer_options(Config const& config, service::Process& process,
                                        outbox::RelayHint const& relay) {
    return {.group = config.common.program,
            .topics = {"booking.show.v1", "booking.reservation.v1"},
            .topic_prefix = config.common.kafka.topic_prefix,
            .kafka = config.common.kafka.client(config.common.program, &process.metrics()),
            .database = config.common.database("consumer"),
            .session_timeout = config.common.session_timeout,
            .after_commit =
                [&relay](std::span<events::Event const> applied) {
                    if (!applied.empty()) {
                        relay.send();
                    }
                },
            .metrics = &process.metrics()};
}

deadletter::AdminOptions dead_letter_options(Config const& config, service::Process& process,
                                             outbox::RelayHint const& relay) {
    return {.service = "queue",
            .database = config.common.database("dead-letters"),
            .after_commit = [&relay] { relay.send(); },
            .metrics = &process.metrics()};
}

/// Does chores by the clock, and shows what they found.
class Clockwork {
  public:
    Clockwork(ChoreLane& lane, use_cases::Heartbeats& heartbeats, outbox::RelayHint const& relay,
              metrics::Registry& metrics)
        : lane_{lane},
          heartbeats_{heartbeats},
          relay_{relay},
          waiting_{metrics.gauge("frontrow_queue_waiting", "People who wait, at all gates.")},
          active_{metrics.gauge("frontrow_queue_active", "Places that are taken.")},
          capacity_{metrics.gauge("frontrow_queue_capacity", "Places that there are.")},
          admitted_{metrics.counter("frontrow_queue_admitted_total", "People let in.")},
          outrun_{metrics.counter("frontrow_queue_outrun_total",
                                  "Gates whose free places another admitter gave away first.")} {}

    /// What could not be done now is done at the next tick.
    void submit(use_cases::Chore chore) {
        lane_.submit(chore, std::chrono::steady_clock::now() + chore_deadline,
                     [this, chore](Result<use_cases::ChoreDone, lane::Fault> done) {
                         if (done) {
                             return note(chore, *done);
                         }
                         log::warning("chore_failed", "a chore of the waiting room was not done",
                                      {{"error.message", done.error().detail}});
                     });
    }

  private:
    void note(use_cases::Chore chore, use_cases::ChoreDone const& done) {
        heartbeats_.forget(done.heard);
        admitted_.add(static_cast<double>(done.admission.admitted));
        outrun_.add(static_cast<double>(done.admission.outrun));
        if (done.totals) {
            waiting_.set(static_cast<double>(done.totals->waiting));
            active_.set(static_cast<double>(done.totals->active));
            capacity_.set(static_cast<double>(done.totals->capacity));
        }
        if (done.told) {
            relay_.send();
        }
        if (done.more) {
            submit(chore);
        }
    }

    ChoreLane& lane_;
    use_cases::Heartbeats& heartbeats_;
    outbox::RelayHint const& relay_;
    metrics::Gauge waiting_;
    metrics::Gauge active_;
    metrics::Gauge capacity_;
    metrics::Counter admitted_;
    metrics::Counter outrun_;
};

int run(int argc, char const* const* argv) {
    auto reader = config::Reader{
        config::Sources::from_process("queue-service", "FRONTROW_QUEUE__", argc, argv)};
    auto const config = read_config(reader);
    if (auto const exit_code = reader.finish()) {
        return *exit_code;
    }
    auto process = service::Process{"queue-service", config.common.process};
    auto const relay = outbox::RelayHint{config.common.hint.relay, "queue"};
    auto const clock = SystemClock{};
    auto const signer = auth::Signer::from_file(config.pass_key_file);
    service::keep_up(process, config.common, queue_migrations());

    auto heartbeats = use_cases::Heartbeats{};
    auto lines_of_joins = use_cases::Lines{};
    auto lines_of_reads = use_cases::Lines{};
    auto joins = http::JoinLane{lane_options(config, process, "joins", &relay),
                                [&](pg::Transaction& tx, std::span<http::KeyedJoin const> batch) {
                                    return http::run_joins(tx, batch, lines_of_joins);
                                }};
    auto leaves =
        http::LeaveLane{lane_options(config, process, "leaves", &relay), use_cases::leave_queue};
    auto read_options = lane_options(config, process, "reads", nullptr);
    read_options.database.read_only = true;
    auto const beat = config.silence_max / beats_in_silence;
    auto reads = http::ReadLane{
        std::move(read_options),
        [&, beat](pg::Transaction& tx, std::span<use_cases::ReadToken const> queries) {
            return use_cases::read_tokens(tx, queries, lines_of_reads, heartbeats, beat);
        }};
    auto chores = use_cases::Chores{{config.admission_length, config.silence_max}, heartbeats};
    auto chore_lane = ChoreLane{lane_options(config, process, "chores", nullptr),
                                [&](pg::Transaction& tx, std::span<use_cases::Chore const> batch) {
                                    return chores.run(tx, batch);
                                }};
    auto clockwork = Clockwork{chore_lane, heartbeats, relay, process.metrics()};
    process.ready_when("lanes", [&] {
        return joins.is_ready() && leaves.is_ready() && reads.is_ready() && chore_lane.is_ready();
    });

    auto router = frontrow::http::Router{};
    http::add_routes(router, joins, reads, leaves, signer);
    auto dead_letters = deadletter::Admin{dead_letter_options(config, process, relay)};
    dead_letters.add_routes(router);
    auto server = frontrow::http::Server{config.common.http(process.metrics()), std::move(router),
                                         service::authenticator(config.common.auth, clock)};
    process.on_stop("http", [&] { server.drain(config.common.process.drain_patience); });

    auto consumer =
        inbox::Consumer{consumer_options(config, process, relay),
                        [&](pg::Transaction& tx, std::span<events::Event const> batch) {
                            return consumers::consume(tx, batch, config.admission_length);
                        }};
    process.ready_when("consumer", [&] { return consumer.is_ready(); });
    process.run("consumer", [&](std::stop_token stop) { consumer.run(std::move(stop)); });
    process.every("admission", config.admission_tick,
                  [&] { clockwork.submit(use_cases::Chore::admit); });
    process.every("sweep", config.sweep_interval,
                  [&] { clockwork.submit(use_cases::Chore::sweep); });
    process.on_stop("lanes", [&] {
        joins.stop();
        leaves.stop();
        reads.stop();
        chore_lane.stop();
        dead_letters.stop();
    });
    return process.run_until_signalled();
}

}  // namespace
}  // namespace frontrow::queue

int main(int argc, char** argv) {
    return frontrow::service::guard([&] { return frontrow::queue::run(argc, argv); });
}
