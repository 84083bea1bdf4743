// outbox_stopped and outbox_resumed: rows that can never be sent, and keys that may try again.
#pragma once

#include <cstdint>
#include <optional>
#include <set>
#include <span>
#include <vector>

#include "common/pg/transaction.hpp"
#include "outbox-relay/domain/in_flight.hpp"

namespace frontrow::relay::storage {

/// Keeps the rows; one that is there already stays as it is.
void insert_stopped(pg::Transaction& tx, std::span<domain::StoppedRow const> rows);
[[nodiscard]] std::set<domain::Key> stopped_keys(pg::Connection& connection);

/// Keys that an operator told to go on.
[[nodiscard]] std::vector<domain::Key> resumed_keys(pg::Connection& connection);
/// The whole of the key's first stopped row, in the columns of a page; empty if there is none.
[[nodiscard]] pg::Rows first_stopped(pg::Connection& connection, domain::Key const& key);
/// The row went out. Removes it, and the mark with the key's last row; answers whether that was the
/// last. With `keep_last` the last one stays (rows of the key in memory are still to join it).
/// Throws Fenced if the epoch is another's.
enum class Unstopped { more_left = 1, was_last, kept };
[[nodiscard]] Unstopped remove_stopped(pg::Connection& connection, std::int64_t epoch,
                                       domain::Key const& key, std::int64_t id, bool keep_last);
/// The key was refused again, or has nothing stopped: the mark goes. Throws Fenced like the above.
void clear_resumed(pg::Connection& connection, std::int64_t epoch, domain::Key const& key);

}  // namespace frontrow::relay::storage
