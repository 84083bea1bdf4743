// SQL of the outbox. `tx` is the writer's transaction id; never `xmin`, which a savepoint changes.
#include "outbox-relay/storage/outbox.hpp"

#include <string>

#include "common/core/ensure.hpp"

namespace frontrow::relay::storage {
namespace {

constexpr auto snapshot_now = pg::Statement{"relay_snapshot", R"sql(
    SELECT pg_current_snapshot()::text
)sql"};

// Two branches, because one condition with OR would walk an index from its start; `id + 0`, because
// for a plain min(id) the planner walks the index of ids and meets all that was published before.
constexpr auto window_ends = pg::Statement{"relay_window_ends", R"sql(
    SELECT min(least), max(greatest)
    FROM (
        SELECT min(id + 0) AS least, max(id + 0) AS greatest
        FROM public.outbox
        WHERE tx >= (SELECT pg_snapshot_xmax($1::text::pg_snapshot))
          AND tx < (SELECT pg_snapshot_xmax($2::text::pg_snapshot))
          AND pg_visible_in_snapshot(tx, (SELECT $2::text::pg_snapshot))
        UNION ALL
        SELECT min(id + 0), max(id + 0)
        FROM public.outbox
        WHERE tx = ANY (ARRAY(SELECT pg_snapshot_xip($1::text::pg_snapshot)))
          AND pg_visible_in_snapshot(tx, (SELECT $2::text::pg_snapshot))
    ) AS branches
)sql"};

// The statement's own snapshot is the window: what it sees needs no comparing with it.
constexpr auto window_now = pg::Statement{"relay_window_now", R"sql(
    SELECT min(least), max(greatest), (SELECT pg_current_snapshot()::text)
    FROM (
        SELECT min(id + 0) AS least, max(id + 0) AS greatest
        FROM public.outbox
        WHERE tx >= (SELECT pg_snapshot_xmax($1::text::pg_snapshot))
        UNION ALL
        SELECT min(id + 0), max(id + 0)
        FROM public.outbox
        WHERE tx = ANY (ARRAY(SELECT pg_snapshot_xip($1::text::pg_snapshot)))
    ) AS branches
)sql"};

constexpr auto page_sql = R"sql(
    SELECT id, event_id, aggregateid, version, type, topic, key, payload, time, traceparent,
           headers, partition, created_at
    FROM public.outbox
    WHERE id > $1::bigint AND id <= $2::bigint
      AND pg_visible_in_snapshot(tx, (SELECT $3::text::pg_snapshot))
      AND NOT pg_visible_in_snapshot(tx, (SELECT $4::text::pg_snapshot))
      AND (SELECT epoch FROM public.relay_cursor) = $5::bigint
    ORDER BY id
    LIMIT )sql";

// The limit is a literal: with a parameter it would be planned for a tenth of the table.
pg::Statement page_of(PageSize size) {
    static auto const small = page_sql + std::to_string(static_cast<int>(PageSize::small));
    static auto const medium = page_sql + std::to_string(static_cast<int>(PageSize::medium));
    static auto const large = page_sql + std::to_string(static_cast<int>(PageSize::large));
    switch (size) {
        case PageSize::small:
            return {"relay_page_small", small.c_str()};
        case PageSize::medium:
            return {"relay_page_medium", medium.c_str()};
        case PageSize::large:
            return {"relay_page_large", large.c_str()};
    }
    ENSURE(false);
}

// While a window is open nearly all rows above its last id are pending, so the count ends soon.
constexpr auto pending_in_window = pg::Statement{"relay_pending_in_window", R"sql(
    SELECT count(*), min(created_at)
    FROM (SELECT created_at FROM public.outbox
          WHERE id > $2::bigint
            AND NOT pg_visible_in_snapshot(tx, (SELECT $1::text::pg_snapshot))
          LIMIT 100000) AS counted
)sql"};

constexpr auto pending_after = pg::Statement{"relay_pending_after", R"sql(
    SELECT count(*), min(created_at)
    FROM (SELECT created_at FROM public.outbox
          WHERE tx >= (SELECT pg_snapshot_xmax($1::text::pg_snapshot))
          UNION ALL
          SELECT created_at FROM public.outbox
          WHERE tx = ANY (ARRAY(SELECT pg_snapshot_xip($1::text::pg_snapshot)))
          LIMIT 100000) AS counted
)sql"};
static_assert(pending_counted_max == 100'000);

constexpr auto drop = pg::Statement{"relay_drop_partitions", R"sql(
    SELECT public.drop_outbox_partitions($1::bigint * interval '1 millisecond')
)sql"};

std::optional<Ends> ends_in(pg::Row const& row) {
    return row.is_null(0) ? std::nullopt : std::optional{Ends{row.int64(0), row.int64(1)}};
}

std::string const& required_text_of(std::optional<domain::Snapshot> const& snapshot) {
    ENSURE(snapshot.has_value());
    return snapshot->text;
}

}  // namespace

OutboxRow decode(pg::Row const& row) {
    return {.id = row.int64(0),
            .event_id = row.uuid(1),
            .aggregate_id = row.text(2),
            .version = row.optional(3, &pg::Row::int64),
            .type = row.text(4),
            .topic = row.text(5),
            .key = row.optional(6, &pg::Row::octets),
            .payload = row.optional(7, &pg::Row::octets),
            .time = row.instant(8),
            .traceparent = row.text(9),
            .headers = row.optional(10, &pg::Row::octets),
            .partition = row.optional(11, &pg::Row::int32),
            .created_at = row.instant(12)};
}

domain::Snapshot current_snapshot(pg::Connection& connection) {
    return {connection.query(snapshot_now)[0].string(0)};
}

std::optional<Ends> ends_of(pg::Connection& connection, domain::Snapshot const& published,
                            domain::Snapshot const& window) {
    return ends_in(connection.query(window_ends, published.text, window.text)[0]);
}

WindowUpToNow window_up_to_now(pg::Connection& connection, domain::Snapshot const& published) {
    auto const rows = connection.query(window_now, published.text);
    return {.now = {rows[0].string(2)}, .ends = ends_in(rows[0])};
}

pg::Rows read_page(pg::Connection& connection, PageSize size, std::int64_t last_id,
                   std::int64_t greatest, domain::Cursor const& cursor, std::int64_t epoch) {
    return connection.query(page_of(size), last_id, greatest, required_text_of(cursor.window),
                            required_text_of(cursor.published), epoch);
}

pg::Answer start_page(pg::Connection& connection, PageSize size, std::int64_t last_id,
                      std::int64_t greatest, domain::Cursor const& cursor, std::int64_t epoch) {
    return connection.start(page_of(size), last_id, greatest, required_text_of(cursor.window),
                            required_text_of(cursor.published), epoch);
}

Pending pending(pg::Connection& connection, domain::Cursor const& cursor) {
    auto const rows = cursor.window
                          ? connection.query(pending_in_window, required_text_of(cursor.published),
                                             cursor.last_id)
                          : connection.query(pending_after, required_text_of(cursor.published));
    return {rows[0].int64(0), rows[0].optional(1, &pg::Row::instant)};
}

std::int32_t drop_partitions(pg::Connection& connection, std::chrono::milliseconds retention) {
    return connection.query(drop, std::int64_t{retention.count()})[0].int32(0);
}

}  // namespace frontrow::relay::storage
