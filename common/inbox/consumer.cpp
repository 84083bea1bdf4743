// The loop: everything that waits is one batch, one transaction, and one commit of offsets.
#include "common/inbox/consumer.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "common/deadletter/operations.hpp"
#include "common/inbox/batch.hpp"
#include "common/kafka/consumer.hpp"
#include "common/lane/runner.hpp"
#include "common/log/log.hpp"
#include "common/metrics/metrics.hpp"
#include "common/pg/partitions.hpp"

namespace frontrow::inbox {
namespace {

using SteadyClock = std::chrono::steady_clock;

constexpr auto count_interval = std::chrono::seconds{5};
constexpr auto poll_wait = std::chrono::milliseconds{100};

/// Sleeps, but not through a stop.
void pause(std::stop_token const& stop, std::chrono::milliseconds time) {
    auto mutex = std::mutex{};
    auto wake = std::condition_variable_any{};
    auto lock = std::unique_lock{mutex};
    wake.wait_for(lock, stop, time, [] { return false; });
}

RecordHandler without_records(Handler handler) {
    return
        [handler = std::move(handler)](pg::Transaction& tx, std::span<events::Event const> events,
                                       std::span<kafka::Record const* const>) {
            return handler(tx, events);
        };
}

kafka::ConsumerOptions kafka_options(ConsumerOptions const& options) {
    auto topics = std::vector<std::string>{};
    for (auto const& topic : options.topics) {
        topics.push_back(options.topic_prefix + topic);
        topics.push_back(options.topic_prefix + deadletter::retry_topic(options.group, topic));
    }
    return {.client = options.kafka,
            .group = options.topic_prefix + options.group,
            .topics = std::move(topics),
            .session_timeout = options.session_timeout};
}

void count(metrics::Registry& metrics, std::string const& group, Tally const& tally) {
    auto const events = [&](char const* outcome, std::size_t number) {
        if (number > 0) {
            metrics
                .counter("frontrow_consumer_events_total", "Events by what was done with them",
                         {{"group", group}, {"outcome", outcome}})
                .add(static_cast<double>(number));
        }
    };
    events("applied", tally.applied);
    events("ignored", tally.ignored);
    events("duplicate", tally.duplicates);
    events("parked", tally.parked);
    events("dead", tally.dead.size());
    for (auto const& reason : tally.dead) {
        metrics
            .counter("frontrow_dlq_messages_total", "Dead letters by reason",
                     {{"group", group}, {"reason", reason}})
            .add();
    }
    for (auto const& outcome : tally.replays) {
        metrics
            .counter("frontrow_dlq_replayed_total", "Replays by what the consumer did",
                     {{"group", group}, {"outcome", outcome}})
            .add();
    }
}

}  // namespace

struct Consumer::State {
    State(ConsumerOptions given, RecordHandler handle)
        : options{std::move(given)},
          handler{std::move(handle)},
          runner{{.database = options.database,
                  .name = options.group,
                  .backoff_min = options.backoff_min,
                  .backoff_max = options.backoff_max}} {}

    void maintain(std::stop_token const& stop);
    void poll(std::stop_token const& stop);
    void consume(std::vector<kafka::Record> const& records, std::stop_token const& stop);
    void drain(std::stop_token const& stop);
    void count_dead_letters(std::stop_token const& stop);
    void observe_age(kafka::Record const& record);
    void tell(Tally const& tally, std::vector<events::Event> const& applied);
    void run_guarded(Batch& batch, pg::Transaction& tx, lane::Slice slice);

    ConsumerOptions options;
    RecordHandler handler;
    lane::Runner runner;
    std::unique_ptr<kafka::Consumer> kafka;
    std::optional<Window> window;
    SteadyClock::time_point maintain_at{};
    SteadyClock::time_point drain_at{};
    SteadyClock::time_point count_at{};
    std::atomic<bool> is_connected{false};
    std::atomic<bool> is_paused{false};
};

Consumer::Consumer(ConsumerOptions options, Handler handler)
    : Consumer{std::move(options), without_records(std::move(handler))} {}

Consumer::Consumer(ConsumerOptions options, RecordHandler handler)
    : state_{std::make_unique<State>(std::move(options), std::move(handler))} {}

Consumer::~Consumer() = default;

bool Consumer::is_ready() const {
    return state_->is_connected && !state_->is_paused && state_->runner.is_ready();
}

void Consumer::run(std::stop_token stop) {
    auto& state = *state_;
    auto backoff = state.options.backoff_min;
    while (!stop.stop_requested()) {
        try {
            state.maintain(stop);
            state.poll(stop);
            state.drain(stop);
            state.count_dead_letters(stop);
            backoff = state.options.backoff_min;
        } catch (kafka::Error const& error) {
            state.is_connected = false;
            log::warning("consumer_broker_fault", "Kafka failed; the consumer is made anew",
                         {{"error.message", std::string{error.what()}},
                          {"frontrow.group", state.options.group}});
            state.kafka.reset();
            pause(stop, backoff);
            backoff = std::min(2 * backoff, state.options.backoff_max);
        }
    }
    state.is_connected = false;
    state.kafka.reset();
}

void Consumer::State::maintain(std::stop_token const& stop) {
    if (SteadyClock::now() < maintain_at) {
        return;
    }
    auto policy = lane::BatchPolicy{
        .run =
            [this](pg::Transaction& tx, lane::Slice) {
                pg::ensure_partitions(tx.connection(), options.partitions_ahead_days);
            },
        .committed = [this](lane::Slice) { window.reset(); },
        .rejected = [](std::size_t, pg::Error const&) { return false; },
        .keep_trying = [](lane::Slice, pg::Error const&, bool) { return true; },
        .halve_on_lock_timeout = false};
    runner.run(1, policy, stop);
    // Clean-up may wait for the next time: it locks a partition that somebody may be reading.
    policy.run = [this](pg::Transaction& tx, lane::Slice) {
        drop_partitions(tx, options.inbox_keep_days);
    };
    policy.keep_trying = [](lane::Slice, pg::Error const&, bool) {
        return false;
    };
    runner.run(1, policy, stop);
    maintain_at = SteadyClock::now() + options.maintenance_interval;
}

void Consumer::State::poll(std::stop_token const& stop) {
    if (!kafka) {
        kafka = std::make_unique<kafka::Consumer>(kafka_options(options));
    }
    auto const records = kafka->poll(options.batch_records_max, poll_wait);
    is_connected = true;
    if (!records.empty()) {
        consume(records, stop);
    }
}

void Consumer::State::consume(std::vector<kafka::Record> const& records,
                              std::stop_token const& stop) {
    auto batch = Batch{options, handler, window, records};
    auto done = std::size_t{0};
    auto policy = policy_of(batch, [&](lane::Slice slice) {
        auto tally = Tally{};
        auto const applied = batch.committed(tally);
        done = slice.end;
        observe_age(records[slice.begin]);
        tell(tally, applied);
    });
    policy.run = [&](pg::Transaction& tx, lane::Slice slice) {
        run_guarded(batch, tx, slice);
    };
    runner.run(batch.size(), policy, stop);
    // Slices commit in order, so after a stop the first `done` records are exactly what is durable.
    kafka->commit(std::span{records}.first(done));
}

void Consumer::State::observe_age(kafka::Record const& record) {
    if (options.metrics != nullptr) {
        auto const age = std::chrono::duration<double>(SystemClock{}.now() - record.timestamp);
        options.metrics
            ->histogram("frontrow_consumer_record_age_seconds",
                        "How old the first record of a batch was when the batch was committed",
                        {{"group", options.group}})
            .observe(std::max(age.count(), 0.0));
    }
}

void Consumer::State::count_dead_letters(std::stop_token const& stop) {
    if (options.metrics == nullptr || SteadyClock::now() < count_at) {
        return;
    }
    count_at = SteadyClock::now() + count_interval;
    auto waiting = deadletter::Waiting{};
    auto const policy = lane::BatchPolicy{
        .run = [&](pg::Transaction& tx,
                   lane::Slice) { waiting = deadletter::count_waiting(tx, options.group); },
        .committed =
            [&](lane::Slice) {
                auto const set = [&](char const* name, char const* help, auto value) {
                    options.metrics->gauge(name, help, {{"group", options.group}})
                        .set(static_cast<double>(value));
                };
                set("frontrow_dlq_open", "Dead letters that wait for an operator", waiting.open);
                set("frontrow_dlq_parked", "Events that wait behind them", waiting.parked);
                set("frontrow_dlq_oldest_age_seconds", "Age of the oldest open dead letter",
                    waiting.oldest_age.count());
            },
        .rejected = [](std::size_t, pg::Error const&) { return false; },
        .keep_trying = [](lane::Slice, pg::Error const&, bool) { return false; },
        .halve_on_lock_timeout = false};
    runner.run(1, policy, stop);
}

void Consumer::State::run_guarded(Batch& batch, pg::Transaction& tx, lane::Slice slice) {
    try {
        batch.run(tx, slice);
    } catch (pg::Error const& error) {
        if (error.sqlstate() == most_fail) {
            is_paused = true;
            log::error(
                "consumer_paused", "Most of a batch fails, which is no poison but an outage",
                {{"error.message", std::string{error.what()}}, {"frontrow.group", options.group}});
        }
        throw;
    }
}

void Consumer::State::tell(Tally const& tally, std::vector<events::Event> const& applied) {
    is_paused = false;
    if (!tally.replays.empty()) {
        drain_at = {};
    }
    if (options.metrics != nullptr) {
        count(*options.metrics, options.group, tally);
    }
    if (options.after_commit) {
        options.after_commit(applied);
    }
}

void Consumer::State::drain(std::stop_token const& stop) {
    if (SteadyClock::now() < drain_at) {
        return;
    }
    drain_at = SteadyClock::now() + options.drain_interval;
    auto one = Drain{options, handler};
    auto const policy =
        lane::BatchPolicy{.run = [&](pg::Transaction& tx, lane::Slice) { one.run(tx); },
                          .committed =
                              [&](lane::Slice) {
                                  if (one.found()) {
                                      drain_at = {};  // perhaps there is more, after the next poll
                                      tell({.applied = one.applied().size()}, one.applied());
                                  }
                              },
                          .rejected =
                              [&](std::size_t, pg::Error const& error) {
                                  one.condemn(deadletter::printable(error.what()));
                                  return true;
                              },
                          .keep_trying = [](lane::Slice, pg::Error const&, bool) { return true; },
                          .halve_on_lock_timeout = false};
    runner.run(1, policy, stop);
}

}  // namespace frontrow::inbox
