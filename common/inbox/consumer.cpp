// The loop: everything that waits is one batch, one transaction, and one commit of offsets.
#include "common/inbox/consumer.hpp"

#include <atomic>
#include <condition_variable>
#include <mutex>

#include "common/deadletter/operations.hpp"
#include "common/inbox/batch.hpp"
#include "common/inbox/progress.hpp"
#include "common/inbox/starts.hpp"
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
            .session_timeout = options.session_timeout,
            .gathering = options.gathering};
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
    void consume(std::span<kafka::Record const> records, std::stop_token const& stop);
    void note_starts_of(std::span<kafka::Record const> records, std::stop_token const& stop);
    void consume_together(std::span<kafka::Record const> records, std::stop_token const& stop);
    void consume_alone(kafka::Record const& record, std::stop_token const& stop);
    [[nodiscard]] std::size_t run_batch(std::span<kafka::Record const> records,
                                        std::optional<Failure> const& killer,
                                        std::stop_token const& stop);
    void in_transaction(std::function<void(pg::Transaction&)> const& work,
                        std::stop_token const& stop);
    void once_if_possible(std::function<void(pg::Transaction&)> const& work);
    [[nodiscard]] std::string topic_of(kafka::Record const& record) const {
        return record.topic.substr(options.topic_prefix.size());
    }
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
    Progress progress;
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
    in_transaction(
        [this](pg::Transaction& tx) {
            pg::ensure_partitions(tx.connection(), options.partitions_ahead_days);
        },
        stop);
    window.reset();
    // Clean-up may wait for the next time: it locks a partition that somebody may be reading.
    once_if_possible([this](pg::Transaction& tx) { drop_partitions(tx, options.inbox_keep_days); });
    window.reset();
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

void Consumer::State::consume(std::span<kafka::Record const> records, std::stop_token const& stop) {
    note_starts_of(records, stop);
    if (progress.is_calm()) {
        return consume_together(records, stop);
    }
    auto together = std::vector<kafka::Record>{};
    auto alone = std::vector<kafka::Record>{};
    for (auto const& record : records) {  // events of one key are of one partition
        (progress.runs_alone(record) ? alone : together).push_back(record);
    }
    consume_together(together, stop);
    for (auto const& record : alone) {
        consume_alone(record, stop);
    }
}

/// Before a process handles anything of a partition it says where it begins: if one before it began
/// there and did not end, one of these records may have killed it.
void Consumer::State::note_starts_of(std::span<kafka::Record const> records,
                                     std::stop_token const& stop) {
    auto firsts = progress.begin(records);
    if (firsts.empty()) {
        return;
    }
    for (auto& place : firsts) {
        place.topic.erase(0, options.topic_prefix.size());
    }
    auto again = std::vector<Place>{};
    in_transaction([&](pg::Transaction& tx) { again = note_starts(tx, options.group, firsts); },
                   stop);
    for (auto& place : again) {
        log::warning("records_started_again", "from here on one by one: they did not end before",
                     {{"frontrow.group", options.group},
                      {"frontrow.topic", place.topic},
                      {"frontrow.partition", std::int64_t{place.partition}},
                      {"frontrow.offset", place.offset}});
        place.topic.insert(0, options.topic_prefix);
        progress.suspect(place, options.batch_records_max);
    }
}

void Consumer::State::consume_together(std::span<kafka::Record const> records,
                                       std::stop_token const& stop) {
    // Slices commit in order, so after a stop the first `done` records are exactly what is durable.
    auto const done = run_batch(records, std::nullopt, stop);
    kafka->commit(records.first(done));
}

void Consumer::State::consume_alone(kafka::Record const& record, std::stop_token const& stop) {
    auto const place = Place{topic_of(record), record.partition, record.offset};
    auto starts = std::int32_t{0};
    in_transaction(
        [&](pg::Transaction& tx) { starts = note_start_alone(tx, options.group, place); }, stop);
    auto killer = std::optional<Failure>{};
    if (starts > options.starts_alone_max) {
        killer = killed_the_process(starts - 1);
    }
    if (run_batch(std::span{&record, 1}, killer, stop) == 1) {
        progress.ended_alone(record);
        kafka->commit(std::span{&record, 1});
    } else if (starts > 0) {
        once_if_possible([&](pg::Transaction& tx) { take_back_start(tx, options.group, place); });
    }
}

/// Answers how many of the records are durable: all, but for a stop.
std::size_t Consumer::State::run_batch(std::span<kafka::Record const> records,
                                       std::optional<Failure> const& killer,
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
        if (killer) {
            batch.condemn(slice.begin, *killer);
        }
        run_guarded(batch, tx, slice);
    };
    runner.run(batch.size(), policy, stop);
    return done;
}

void Consumer::State::in_transaction(std::function<void(pg::Transaction&)> const& work,
                                     std::stop_token const& stop) {
    auto const policy =
        lane::BatchPolicy{.run = [&](pg::Transaction& tx, lane::Slice) { work(tx); },
                          .committed = [](lane::Slice) {},
                          .rejected = [](std::size_t, pg::Error const&) { return false; },
                          .keep_trying = [](lane::Slice, pg::Error const&, bool) { return true; },
                          .halve_on_lock_timeout = false};
    runner.run(1, policy, stop);
}

/// Whether it worked or not; also at a stop.
void Consumer::State::once_if_possible(std::function<void(pg::Transaction&)> const& work) {
    auto const policy =
        lane::BatchPolicy{.run = [&](pg::Transaction& tx, lane::Slice) { work(tx); },
                          .committed = [](lane::Slice) {},
                          .rejected = [](std::size_t, pg::Error const&) { return false; },
                          .keep_trying = [](lane::Slice, pg::Error const&, bool) { return false; },
                          .halve_on_lock_timeout = false};
    runner.run(1, policy, {});
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
    if (options.metrics == nullptr || stop.stop_requested() || SteadyClock::now() < count_at) {
        return;
    }
    count_at = SteadyClock::now() + count_interval;
    auto waiting = std::optional<deadletter::Waiting>{};
    once_if_possible(
        [&](pg::Transaction& tx) { waiting = deadletter::count_waiting(tx, options.group); });
    if (!waiting) {
        return;
    }
    auto const set = [&](char const* name, char const* help, auto value) {
        options.metrics->gauge(name, help, {{"group", options.group}})
            .set(static_cast<double>(value));
    };
    set("frontrow_dlq_open", "Dead letters that wait for an operator", waiting->open);
    set("frontrow_dlq_parked", "Events that wait behind them", waiting->parked);
    set("frontrow_dlq_oldest_age_seconds", "Age of the oldest open dead letter",
        waiting->oldest_age.count());
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
    in_transaction([&](pg::Transaction& tx) { one.note_start(tx); }, stop);
    if (!one.found()) {
        return;
    }
    auto is_done = false;
    auto const policy =
        lane::BatchPolicy{.run = [&](pg::Transaction& tx, lane::Slice) { one.run(tx); },
                          .committed =
                              [&](lane::Slice) {
                                  is_done = true;
                                  drain_at = {};  // perhaps there is more, after the next poll
                                  tell({.applied = one.applied().size()}, one.applied());
                              },
                          .rejected =
                              [&](std::size_t, pg::Error const& error) {
                                  one.condemn(deadletter::printable(error.what()));
                                  return true;
                              },
                          .keep_trying = [](lane::Slice, pg::Error const&, bool) { return true; },
                          .halve_on_lock_timeout = false};
    runner.run(1, policy, stop);
    if (!is_done) {
        once_if_possible([&](pg::Transaction& tx) { one.take_back_start(tx); });
    }
}

}  // namespace frontrow::inbox
