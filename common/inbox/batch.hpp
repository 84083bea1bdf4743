// One polled batch on its way through its transaction: claimed, reacted to, and settled.
#pragma once

#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_set>
#include <vector>

#include "common/deadletter/dead_letter.hpp"
#include "common/inbox/claims.hpp"
#include "common/inbox/consumer.hpp"
#include "common/lane/runner.hpp"

namespace frontrow::inbox {

/// Why a record cannot be taken.
struct Failure {
    std::string reason;  ///< a code: schema, refused, too_old, rejected_by_database, ...
    std::string detail;
};
[[nodiscard]] Failure killed_the_process(std::int32_t starts);

/// What happened to how many, for the metrics; counted when the transaction is durable.
struct Tally {
    std::size_t applied{0};
    std::size_t ignored{0};
    std::size_t duplicates{0};
    std::size_t parked{0};
    std::vector<std::string> dead{};     ///< reasons
    std::vector<std::string> replays{};  ///< outcomes
};

/// Thrown instead of dead-lettering when most of a batch fails: that is an outage of ours. As a
/// pg::Error of kind `outage`, so that the runner treats it as every other outage.
inline constexpr auto most_fail = "FR001";
/// Thrown to run the slice again, now knowing whom the handler refuses.
inline constexpr auto run_again = "FR002";

class Batch {
  public:
    /// The records must outlive it. `handler` gets the events with the records that told them.
    Batch(ConsumerOptions const& options, RecordHandler const& handler,
          std::optional<Window>& window, std::span<kafka::Record const> records);

    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    /// All of it in the given transaction; may be called again for what failed.
    void run(pg::Transaction& tx, lane::Slice slice);
    /// The slice is durable: what `run` did last counts. Answers the events that were applied.
    [[nodiscard]] std::vector<events::Event> committed(Tally& tally);
    /// The item alone was rejected by the database: the next `run` makes it a dead letter.
    void condemn(std::size_t item, std::string detail);
    /// It shall not be tried at all. Holds for the next `run` only.
    void condemn(std::size_t item, Failure failure);

  private:
    /// One record, and what is known of it before its transaction.
    struct Entry {
        kafka::Record const* record{nullptr};  ///< with the coordinates of the original
        std::string topic;                     ///< of the original, without prefix
        Uuid event_id;
        std::optional<Uuid> letter;        ///< it is a replay of that letter
        std::optional<std::size_t> event;  ///< its place in `events_`
        std::optional<Failure> unreadable;
        std::optional<Failure> condemned;
        bool is_ignored{false};  ///< a type that is not this program's business
        bool is_foreign{false};  ///< on a retry topic, but no replay of ours
        bool is_committed{false};
    };
    /// What one run of a slice decides.
    struct Pass {
        std::vector<std::size_t> fresh;
        std::set<TopicKey> blocked;    ///< keys whose further events park
        std::set<TopicKey> made_dead;  ///< keys that this pass blocks
        std::set<TopicKey> resolved;   ///< keys whose head this pass resolves
        std::vector<std::size_t> handled;
        std::vector<std::size_t> applied;
        std::vector<Ending> endings;
        std::vector<deadletter::Letter> letters;
        std::vector<deadletter::Settlement> settlements;
        std::size_t failures{0};
        Tally tally;
    };

    void add(kafka::Record const& record);
    void read(Entry& entry);
    [[nodiscard]] std::optional<TopicKey> key_of(Entry const& entry) const;
    [[nodiscard]] std::set<TopicKey> keys_of(lane::Slice slice) const;
    [[nodiscard]] Claimed claim_arrivals(pg::Transaction& tx, lane::Slice slice) const;
    [[nodiscard]] Claimed claim_replays(pg::Transaction& tx, lane::Slice slice) const;
    void keep_fresh_arrivals(lane::Slice slice, std::unordered_set<Uuid> fresh, Pass& pass) const;
    void keep_fresh_replays(lane::Slice slice, std::unordered_set<Uuid> fresh, Pass& pass) const;
    void sort_out(pg::Transaction& tx, Pass& pass);
    void judge(Pass& pass, std::vector<Outcome> const& outcomes, Instant now);
    void fail(Pass& pass, std::size_t index, Failure const& failure, Instant now);
    void park(Pass& pass, std::size_t index, Instant now);
    void run_once(pg::Transaction& tx, lane::Slice slice);
    void stop_if_most_fail(Pass const& pass);
    void stop_if_most_would_fail(pg::Transaction& tx);
    [[nodiscard]] std::size_t failures_one_by_one(pg::Transaction& tx);
    [[nodiscard]] std::vector<Outcome> call(pg::Transaction& tx,
                                            std::span<std::size_t const> entries);
    void forget();
    void store(pg::Transaction& tx, Pass const& pass);
    [[nodiscard]] deadletter::Letter letter_of(Entry const& entry, Failure const& failure,
                                               deadletter::State state, Instant now) const;

    ConsumerOptions const& options_;
    RecordHandler const& handler_;
    std::optional<Window>& window_;
    std::vector<Entry> entries_;
    std::vector<events::Event> events_;
    std::deque<kafka::Record> originals_;  ///< of replays
    bool tried_each_{false};
    lane::Slice last_slice_{0, 0};
    Pass last_;
};

/// How a runner treats the batch: whole and in order again after a fault of the world, one by one
/// after a fault of an event, which then becomes a dead letter.
[[nodiscard]] lane::BatchPolicy policy_of(Batch& batch, std::function<void(lane::Slice)> committed);

/// Applies the first parked event of one draining key, or forgets a key for which nobody waits.
/// One event in two transactions: the first only counts its start, because it may kill the process.
class Drain {
  public:
    Drain(ConsumerOptions const& options, RecordHandler const& handler);
    void note_start(pg::Transaction& tx);
    /// Does nothing if `note_start` found nothing to drain.
    void run(pg::Transaction& tx);
    /// It was not run to its end, but the process lives.
    void take_back_start(pg::Transaction& tx);
    void condemn(std::string detail) { condemned_ = Failure{"rejected_by_database", detail}; }
    /// Whether there is, or was, something to drain.
    [[nodiscard]] bool found() const { return found_; }
    [[nodiscard]] std::vector<events::Event> const& applied() const { return applied_; }

  private:
    void settle(pg::Transaction& tx, deadletter::Letter const& letter, TopicKey const& key);
    void record_one(pg::Transaction& tx, Ending const& ending);

    ConsumerOptions const& options_;
    RecordHandler const& handler_;
    std::optional<Failure> condemned_;
    bool found_{false};
    std::optional<Uuid> noted_;  ///< the letter whose start was counted
    std::optional<Failure> killer_;
    std::vector<events::Event> applied_;
};

/// The reason's code: "schema", "not_json", ...
[[nodiscard]] std::string_view reason_of(events::Unreadable why);
/// The id under which an unreadable record is claimed: the same whenever it is read again.
[[nodiscard]] Uuid id_of_unreadable(kafka::Record const& record);

}  // namespace frontrow::inbox
