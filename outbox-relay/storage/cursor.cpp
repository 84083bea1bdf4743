// SQL of relay_cursor.
#include "outbox-relay/storage/cursor.hpp"

#include "outbox-relay/storage/stopped.hpp"

namespace frontrow::relay::storage {
namespace {

constexpr auto take = pg::Statement{"relay_take_lease", R"sql(
    UPDATE public.relay_cursor
    SET epoch = epoch + 1,
        lease_holder = $1::text,
        lease_until = clock_timestamp() + $2::bigint * interval '1 millisecond',
        lease_backend = pg_backend_pid(),
        lease_backend_start = (SELECT backend_start FROM pg_stat_activity
                               WHERE pid = pg_backend_pid())
    WHERE lease_until IS NULL
       OR lease_until < clock_timestamp()
       OR lease_holder = $1::text
       OR NOT EXISTS (SELECT FROM pg_stat_activity
                      WHERE pid = lease_backend AND backend_start = lease_backend_start)
    RETURNING epoch, old_snapshot::text, window_snapshot::text, last_id, system_identifier, timeline
)sql"};

constexpr auto release = pg::Statement{"relay_release_lease", R"sql(
    UPDATE public.relay_cursor SET lease_until = NULL, lease_holder = NULL WHERE epoch = $1::bigint
)sql"};

// The timeline from the log that is being written: the control file learns of a promotion late.
constexpr auto identify = pg::Statement{"relay_identify", R"sql(
    SELECT system_identifier,
           ('x' || left(pg_walfile_name(pg_current_wal_lsn()), 8))::bit(32)::int,
           pg_snapshot_xmax(pg_current_snapshot())::text::bigint
    FROM pg_control_system()
)sql"};

constexpr auto write = pg::Statement{"relay_write_cursor", R"sql(
    UPDATE public.relay_cursor
    SET old_snapshot = $2::text::pg_snapshot,
        window_snapshot = $3::text::pg_snapshot,
        last_id = $4::bigint,
        system_identifier = $5::bigint,
        timeline = $6::int,
        lease_until = clock_timestamp() + $7::bigint * interval '1 millisecond'
    WHERE epoch = $1::bigint
)sql"};

constexpr auto epoch_is = pg::Statement{"relay_epoch_is", R"sql(
    SELECT FROM public.relay_cursor WHERE epoch = $1::bigint
)sql"};

std::optional<domain::Snapshot> snapshot(pg::Row const& row, int column) {
    return row.is_null(column) ? std::nullopt : std::optional{domain::Snapshot{row.string(column)}};
}

std::optional<std::string> text_of(std::optional<domain::Snapshot> const& value) {
    return value ? std::optional{value->text} : std::nullopt;
}

[[noreturn]] void fenced(std::int64_t epoch) {
    throw Fenced{"epoch " + std::to_string(epoch) + " is over: another relay has taken over"};
}

}  // namespace

std::optional<Lease> take_lease(pg::Connection& connection, std::string const& holder,
                                std::chrono::milliseconds duration) {
    auto const rows = connection.query(take, holder, std::int64_t{duration.count()});
    if (rows.empty()) {
        return std::nullopt;
    }
    auto const row = rows[0];
    auto lease = Lease{.epoch = row.int64(0),
                       .cursor = {.published = snapshot(row, 1),
                                  .window = snapshot(row, 2),
                                  .last_id = row.int64(3),
                                  .server = {}}};
    if (!row.is_null(4) && !row.is_null(5)) {
        lease.cursor.server = domain::Server{row.int64(4), row.int32(5)};
    }
    return lease;
}

void release_lease(pg::Connection& connection, std::int64_t epoch) {
    connection.query(release, epoch);
}

ServerState server_state(pg::Connection& connection) {
    auto const rows = connection.query(identify);
    return {.server = {rows[0].int64(0), rows[0].int32(1)},
            .next_transaction = static_cast<std::uint64_t>(rows[0].int64(2))};
}

void write_cursor(pg::Connection& connection, std::int64_t epoch, domain::Cursor const& cursor,
                  std::chrono::milliseconds lease, std::span<domain::StoppedRow const> stopped) {
    if (stopped.empty()) {
        // One statement is one transaction.
        if (!ask_write_cursor(connection, epoch, cursor, lease).get()) {
            fenced(epoch);
        }
        return;
    }
    auto tx = pg::Transaction{connection};
    if (!ask_write_cursor(connection, epoch, cursor, lease).get()) {
        fenced(epoch);
    }
    insert_stopped(tx, stopped);
    tx.commit();
}

pg::Later<bool> ask_write_cursor(pg::Connection& connection, std::int64_t epoch,
                                 domain::Cursor const& cursor, std::chrono::milliseconds lease) {
    auto const server = cursor.server.value_or(domain::Server{});
    return {connection.ask(write, epoch, text_of(cursor.published), text_of(cursor.window),
                           cursor.last_id, server.system_identifier, server.timeline,
                           std::int64_t{lease.count()}),
            [](pg::Rows const& rows) {
                return rows.affected() == 1;
            }};
}

void check_epoch(pg::Connection& connection, std::int64_t epoch) {
    if (connection.query(epoch_is, epoch).empty()) {
        fenced(epoch);
    }
}

void set_up_session(pg::Connection& connection) {
    connection.run_script(
        "SET synchronous_commit = on; SET enable_seqscan = off; SET enable_bitmapscan = off; "
        "SET jit = off; SET plan_cache_mode = force_generic_plan");
}

}  // namespace frontrow::relay::storage
