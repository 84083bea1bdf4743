// The outbox as the relay reads it: windows between two snapshots, and pages of a window.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "common/core/clock.hpp"
#include "common/core/uuid.hpp"
#include "common/pg/connection.hpp"
#include "common/pg/transaction.hpp"
#include "outbox-relay/domain/cursor.hpp"

namespace frontrow::relay::storage {

/// A row as it lies in the answer of the database; valid while that answer lives.
struct OutboxRow {
    std::int64_t id{0};
    Uuid event_id;
    std::string_view aggregate_id;
    std::optional<std::int64_t> version;
    std::string_view type;
    std::string_view topic;
    std::optional<std::string_view> key;
    std::optional<std::string_view> payload;
    Instant time{};
    std::string_view traceparent;
    std::optional<std::string_view> headers;
    std::optional<std::int32_t> partition;
    Instant created_at{};

    [[nodiscard]] std::string_view key_text() const { return key.value_or(std::string_view{}); }
    [[nodiscard]] std::size_t octets() const {
        return (payload ? payload->size() : 0) + (headers ? headers->size() : 0);
    }
};
[[nodiscard]] OutboxRow decode(pg::Row const& row);

/// What this database's transactions are right now.
[[nodiscard]] domain::Snapshot current_snapshot(pg::Connection& connection);

/// The least and the greatest id of the rows that `window` sees and `published` does not.
struct Ends {
    std::int64_t least{0};
    std::int64_t greatest{0};
};
[[nodiscard]] std::optional<Ends> ends_of(pg::Connection& connection,
                                          domain::Snapshot const& published,
                                          domain::Snapshot const& window);

/// A window up to now: a snapshot, and the ends of what it sees and `published` does not, if it
/// sees anything more.
struct WindowUpToNow {
    domain::Snapshot now;
    std::optional<Ends> ends;
};
[[nodiscard]] WindowUpToNow window_up_to_now(pg::Connection& connection,
                                             domain::Snapshot const& published);

/// Pages have one of these sizes, because a LIMIT must be a literal.
enum class PageSize { small = 20, medium = 200, large = 2000 };

/// The window's rows with ids above `last_id`, up to `greatest`, in order; none if the epoch is
/// another's by now.
[[nodiscard]] pg::Rows read_page(pg::Connection& connection, PageSize size, std::int64_t last_id,
                                 std::int64_t greatest, domain::Cursor const& cursor,
                                 std::int64_t epoch);
/// The same without waiting for it.
[[nodiscard]] pg::Answer start_page(pg::Connection& connection, PageSize size, std::int64_t last_id,
                                    std::int64_t greatest, domain::Cursor const& cursor,
                                    std::int64_t epoch);

/// How many rows are committed but not behind the cursor, counted up to `pending_counted_max`, and
/// when the oldest of those was written.
inline constexpr std::int64_t pending_counted_max = 100'000;
struct Pending {
    std::int64_t rows{0};
    std::optional<Instant> oldest;
};
[[nodiscard]] Pending pending(pg::Connection& connection, domain::Cursor const& cursor);

/// Drops the partitions that are older than `retention` and published to the last row; how many.
std::int32_t drop_partitions(pg::Connection& connection, std::chrono::milliseconds retention);

}  // namespace frontrow::relay::storage
