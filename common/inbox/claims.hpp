// The tables inbox and blocked_keys: who has done what with which event, and which keys must wait.
#pragma once

#include <compare>
#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <unordered_set>
#include <vector>

#include "common/core/bytes.hpp"
#include "common/core/uuid.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::inbox {

struct Claim {
    Uuid event_id;
    std::string topic;
    std::int32_t partition{0};
    std::int64_t offset{0};
};

/// The ids that are claimed now: asked with the next statement.
using Claimed = pg::Later<std::unordered_set<Uuid>>;

/// Inserts in the order of ids, each as `applied`; claimed are those that nobody had claimed
/// before. Two claims of one id in the span are folded: it is claimed once.
[[nodiscard]] Claimed claim(pg::Transaction& tx, std::string_view consumer,
                            std::span<Claim const> claims);

/// Claims events that were `dead` (for a replay) or `parked` (for the drain) as `applied`: those
/// that still were. The lock is held to the end of the transaction.
[[nodiscard]] Claimed claim_again(pg::Transaction& tx, std::string_view consumer,
                                  std::span<Uuid const> ids, std::string_view outcome_before);

/// How a claimed event ended, if not by being applied.
struct Ending {
    Uuid event_id;
    std::string outcome;  ///< ignored, dead, parked, discarded
    std::string reason;
};
void record(pg::Transaction& tx, std::string_view consumer, std::span<Ending const> endings);

/// The least id that the inbox can tell from a duplicate, and the least that it cannot take yet.
struct Window {
    Uuid oldest;
    Uuid end;
    [[nodiscard]] bool holds(Uuid const& id) const { return oldest <= id && id < end; }
};
[[nodiscard]] Window window(pg::Transaction& tx);
/// Drops partitions older than `keep_days` that nothing needs any more.
void drop_partitions(pg::Transaction& tx, std::int32_t keep_days);

struct TopicKey {
    std::string topic;
    Bytes key;
    auto operator<=>(TopicKey const&) const = default;
};

/// Those of the keys that are blocked or draining, locked. Call it after the claim: before it, or
/// in one statement with it, a follower would overtake.
[[nodiscard]] std::set<TopicKey> lock_blocked(pg::Transaction& tx, std::string_view consumer,
                                              std::set<TopicKey> const& keys);
/// A dead letter was made: what follows of its key parks.
void block(pg::Transaction& tx, std::string_view consumer, std::set<TopicKey> const& keys);
/// The heads are resolved: their followers may be drained.
void start_draining(pg::Transaction& tx, std::string_view consumer, std::set<TopicKey> const& keys);
/// A draining key that no other instance works at, locked.
[[nodiscard]] std::optional<TopicKey> next_draining(pg::Transaction& tx, std::string_view consumer);
/// Nobody waits any more.
void unblock(pg::Transaction& tx, std::string_view consumer, TopicKey const& key);

}  // namespace frontrow::inbox
