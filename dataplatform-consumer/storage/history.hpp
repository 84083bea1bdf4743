// The table history: what happened, in the words of those who told it.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/core/clock.hpp"
#include "common/core/id.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::dataplatform::storage::history {

struct Entry {
    Uuid event_id;
    std::string type;
    std::string topic;
    std::int32_t partition{0};
    std::int64_t offset{0};
    std::string key;
    std::string aggregate;
    std::int64_t version{0};
    Instant time{};
    std::string correlation_id;
    std::string causation_id;
    std::string trace_id;
    std::optional<UserId> user;
    std::optional<ReservationId> reservation;
    std::optional<TokenId> token;
    std::string value;  ///< JSON as it came; of a story read back: only its `data`
};

using TopicKey = std::pair<std::string, std::string>;

/// The highest version of each aggregate that is there; nothing for one that is new.
[[nodiscard]] std::map<TopicKey, std::int64_t> heads(pg::Transaction& tx,
                                                     std::span<Entry const> of);
/// Appends in one statement. An event that is there already, or another of the same version of its
/// aggregate, is a fault of class 23.
void append(pg::Transaction& tx, std::span<Entry const> entries);

/// What may be seen: all (ops), or what belongs to one user.
using Viewer = std::optional<UserId>;

/// Events of a reservation, and of the queue token that it used, in the order of time.
[[nodiscard]] std::vector<Entry> of_reservation(pg::Transaction& tx, ReservationId const& id,
                                                Viewer const& viewer);
[[nodiscard]] std::vector<Entry> of_trace(pg::Transaction& tx, std::string const& trace_id,
                                          Viewer const& viewer);
/// Events of one aggregate.
[[nodiscard]] std::vector<Entry> of_key(pg::Transaction& tx, std::string const& topic,
                                        std::string const& key, Viewer const& viewer);
[[nodiscard]] std::optional<Entry> find(pg::Transaction& tx, Uuid const& event_id,
                                        Viewer const& viewer);

}  // namespace frontrow::dataplatform::storage::history
