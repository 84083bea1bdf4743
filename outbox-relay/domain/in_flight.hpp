// Which rows may be with the producer at once, and how far the cursor may move: no I/O.
#pragma once

#include <cstdint>
#include <deque>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace frontrow::relay::domain {

/// What keeps its order: the rows of one key in one topic.
struct Key {
    std::string topic;
    std::string key;
    auto operator<=>(Key const&) const = default;
};

/// A row in hand. The texts are the caller's and must stay until the row is forgotten.
struct Row {
    std::int64_t id{0};
    std::string_view topic;
    std::string_view key;
};

/// A row that will not be sent, for outbox_stopped.
struct StoppedRow {
    std::int64_t id{0};
    Key key;
    std::string reason;
    auto operator<=>(StoppedRow const&) const = default;
};

/// How many rows, from the oldest in hand, are over; what the cursor may move behind.
struct Settled {
    std::size_t rows{0};
    std::int64_t last_id{0};
    std::vector<StoppedRow> stopped;
};

/// The rows in hand in the order of their ids. Of a key, at most one is with the producer: its next
/// one is handed over after the acknowledgement, while other keys go on. So whatever the broker, a
/// retry or a dead process does, the first occurrences of a key are in order.
class InFlight {
  public:
    using Tag = std::uint64_t;

    /// `stopped`: the keys that have rows in outbox_stopped.
    explicit InFlight(std::set<Key> stopped = {})
        : newest_of_lane_(lanes, none), stopped_keys_{std::move(stopped)} {}

    /// The next row of the window; ids rise. A row of a stopped key joins it, unsent.
    Tag add(Row const& row);
    /// The next row to hand over, which counts as handed over from now on; nothing if none may go.
    [[nodiscard]] std::optional<Tag> next();
    /// The row was not taken (the producer is full): `next` answers it again.
    void put_back(Tag tag);
    void acknowledged(Tag tag);
    /// The row can never be sent: it stops its key, and the rows of the key that are in hand join.
    /// If a whole batch of records was refused, the row need not be the culprit: it is sent again
    /// alone, with nothing else on the way, and only a second refusal is believed.
    void refused(Tag tag, std::string reason, bool refused_as_batch);

    [[nodiscard]] Settled settled() const;
    /// The cursor is durably behind the first `rows` rows.
    void forget(std::size_t rows);
    /// The last stopped row of the key went out: its rows may be sent again. Only if none of its
    /// rows waits in hand to join, see `joins_waiting`.
    void free(Key const& key);

    [[nodiscard]] bool joins_waiting(Key const& key) const;
    [[nodiscard]] bool is_stopped(Key const& key) const { return stopped_keys_.contains(key); }
    [[nodiscard]] Row const& row(Tag tag) const { return entry(tag).row; }
    [[nodiscard]] std::size_t stopped_keys() const { return stopped_keys_.size(); }
    [[nodiscard]] std::size_t size() const { return entries_.size(); }
    [[nodiscard]] std::size_t handed_over() const { return handed_over_; }
    /// The tag of the oldest row in hand; rows before it are forgotten.
    [[nodiscard]] Tag first() const { return first_; }

  private:
    enum class Stage : std::uint8_t {
        waiting = 1,
        ready,
        handed,
        suspected,
        alone,
        acked,
        stopped
    };
    static constexpr Tag none = ~Tag{0};
    /// Of 9,000 rows in hand one in fourteen meets another key in its lane.
    static constexpr std::size_t lanes = 131'072;
    struct Entry {
        Row row;
        std::size_t lane;  ///< of topic and key: two keys that share one merely take turns
        Tag follower{none};
        Stage stage{Stage::waiting};
    };

    [[nodiscard]] Entry& entry(Tag tag) { return entries_[static_cast<std::size_t>(tag - first_)]; }
    [[nodiscard]] Entry const& entry(Tag tag) const {
        return entries_[static_cast<std::size_t>(tag - first_)];
    }
    void release(Entry const& done);
    void stop(Tag tag, std::string reason);

    std::deque<Entry> entries_;
    Tag first_{0};
    std::deque<Tag> ready_;
    std::deque<Tag> suspected_;
    std::vector<Tag> newest_of_lane_;  ///< none: nothing of that lane is in hand and unfinished
    std::unordered_map<Tag, std::string> reasons_;
    std::set<Key> stopped_keys_;
    std::size_t handed_over_{0};
    bool alone_{false};  ///< a suspected row is on the way, so nothing else may be
};

}  // namespace frontrow::relay::domain
