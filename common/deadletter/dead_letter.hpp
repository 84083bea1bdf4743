// Dead letters: what a consumer could not take, kept with its octets until somebody resolves it.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/bytes.hpp"
#include "common/core/clock.hpp"
#include "common/core/uuid.hpp"
#include "common/kafka/record.hpp"
#include "common/outbox/message.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::deadletter {

enum class State {
    open = 1,   ///< dead: its key waits for somebody to replay or discard it
    replaying,  ///< is on its way through the retry topic
    applied,
    duplicate,  ///< a replay of it found that its event had been applied already
    parked,     ///< no failure of its own: waits behind the dead letter of its key
    discarded,
};
[[nodiscard]] std::string_view to_text(State state);
[[nodiscard]] std::optional<State> state_from(std::string_view text);

struct Letter {
    Uuid id;
    std::string consumer;
    kafka::Record record;  ///< as it came; its topic without the configured prefix
    Uuid event_id;
    std::string type;    ///< `ce_type`, or empty
    std::string reason;  ///< "schema", "refused", "too_old", ...: see `class_of`
    std::string detail;  ///< at most 1 KiB of printable text
    State state{State::open};
    Instant failed_at{};
    std::int32_t replay_count{0};
};

/// DESERIALIZE, SCHEMA, RULE or BUG: what `x-dlq-reason` says of a reason.
[[nodiscard]] std::string_view class_of(std::string_view reason);
[[nodiscard]] std::string dlq_topic(std::string_view group, std::string_view topic);
[[nodiscard]] std::string retry_topic(std::string_view group, std::string_view topic);
/// Printable text of at most 1 KiB, whatever the octets were: fit for a text column and a log.
[[nodiscard]] std::string printable(std::string_view octets);

/// Stores the letters, and hands each open one to `dlq.<group>.<topic>` through the outbox with its
/// original key, value and headers, in one set each. A letter that is there already (the same
/// coordinates and event) is left alone. Call it after the inbox claim of their events.
void append(pg::Transaction& tx, std::span<Letter const> letters);

/// How a consumer ended what came from the retry topic, or what it drained.
struct Settlement {
    Uuid id;
    State state{State::applied};
    std::string reason{};  ///< empty: as it was
    std::string detail{};  ///< empty: as it was
};
/// Writes how letters ended. `duplicate` changes only a letter that is being replayed, so that a
/// redelivered replay does not hide how the first one ended.
void settle(pg::Transaction& tx, std::string_view consumer, std::span<Settlement const> ends);

/// The parked letter of the key with the lowest offset, locked.
[[nodiscard]] std::optional<Letter> first_parked(pg::Transaction& tx, std::string_view consumer,
                                                 std::string_view topic, Bytes const& key);

/// Makes the record that replays a letter: the original octets and headers, and ours after them.
[[nodiscard]] outbox::Message replay_message(Letter const& letter, Uuid const& replay_id,
                                             std::string_view replayed_by, Instant now);
/// The dead-letter record itself, as it goes to `dlq.<group>.<topic>`.
[[nodiscard]] outbox::Message dlq_message(Letter const& letter);

/// What a record of a retry topic says of the letter that it replays.
struct Replayed {
    Uuid letter;
    Uuid event_id;
    kafka::Record record;  ///< with the coordinates of the original
};
/// Nothing if its headers are not those of `replay_message`.
[[nodiscard]] std::optional<Replayed> read_replay(kafka::Record const& record);

}  // namespace frontrow::deadletter
