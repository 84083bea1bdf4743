// The loop of every consumer: poll, claim, react, commit, then store offsets.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "common/events/event.hpp"
#include "common/kafka/options.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::metrics {
class Registry;
}

namespace frontrow::inbox {

enum class Verdict { applied = 1, ignored, refused };

/// What a reaction says of one event. `ignored` is a fact (it came too late to matter) and is
/// recorded; `refused` becomes a dead letter.
struct Outcome {
    Verdict verdict{Verdict::applied};
    std::string reason{};
    static Outcome applied() { return {}; }
    static Outcome ignored(std::string why) { return {Verdict::ignored, std::move(why)}; }
    static Outcome refused(std::string why) { return {Verdict::refused, std::move(why)}; }
};

/// Reacts to fresh events, in the order of their partitions, in the transaction that claimed them.
/// Outcome i belongs to event i. An event that is refused must have changed nothing.
using Handler =
    std::function<std::vector<Outcome>(pg::Transaction&, std::span<events::Event const>)>;

/// As Handler, with the record that told each event: what came, octet by octet. A record that was
/// replayed has the coordinates of the original; its topic may have a prefix.
using RecordHandler = std::function<std::vector<Outcome>(
    pg::Transaction&, std::span<events::Event const>, std::span<kafka::Record const* const>)>;

struct ConsumerOptions {
    std::string group;                ///< the program's name
    std::vector<std::string> topics;  ///< without prefix; `retry.<group>.<topic>` are read as well
    std::string topic_prefix{};
    kafka::ClientOptions kafka;
    pg::ConnectOptions database;
    std::size_t batch_records_max{512};
    /// How long a broker may keep records back so that a batch is larger: for whom nobody waits.
    std::chrono::milliseconds gathering{0};
    std::chrono::milliseconds session_timeout{10'000};
    /// Events that this program does not know are not its business: recorded `ignored`, not dead.
    bool ignore_unknown_types{true};
    /// How often to look for keys whose dead letter was resolved, so that what waits behind it goes
    /// on.
    std::chrono::milliseconds drain_interval{250};
    /// How often to make partitions ahead and drop old ones.
    std::chrono::milliseconds maintenance_interval{std::chrono::hours{1}};
    std::int32_t partitions_ahead_days{14};
    std::int32_t inbox_keep_days{30};
    /// A record that was started alone so often, and whose process ended each time before it had
    /// done with it, becomes a dead letter: its handler kills the process.
    std::int32_t starts_alone_max{3};
    std::chrono::milliseconds backoff_min{5};
    std::chrono::milliseconds backoff_max{1000};
    /// Runs after each commit, on the loop's thread, with what was applied. Must not block or
    /// throw.
    std::function<void(std::span<events::Event const>)> after_commit{};
    metrics::Registry* metrics{nullptr};
};

class Consumer {
  public:
    Consumer(ConsumerOptions options, Handler handler);
    Consumer(ConsumerOptions options, RecordHandler handler);
    ~Consumer();
    /// Consumes until stopped. Faults are tried again with back-off without end; returns only at a
    /// stop, after the running batch.
    void run(std::stop_token stop);
    /// Connected to both sides and not paused by an outage.
    [[nodiscard]] bool is_ready() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace frontrow::inbox
