// SQL of outbox_stopped and outbox_resumed. Rows without a key are one key, the empty one.
#include "outbox-relay/storage/stopped.hpp"

#include "common/core/bytes.hpp"
#include "outbox-relay/storage/cursor.hpp"

namespace frontrow::relay::storage {
namespace {

constexpr auto insert = pg::Statement{"relay_insert_stopped", R"sql(
    INSERT INTO public.outbox_stopped (id, topic, key, reason)
    SELECT id, topic, key, reason
    FROM unnest($1::bigint[], $2::text[], $3::bytea[], $4::text[])
         AS stopped (id, topic, key, reason)
    ON CONFLICT (id) DO NOTHING
)sql"};

constexpr auto keys = pg::Statement{"relay_stopped_keys", R"sql(
    SELECT DISTINCT topic, coalesce(key, ''::bytea) FROM public.outbox_stopped
)sql"};

constexpr auto resumed = pg::Statement{"relay_resumed_keys", R"sql(
    SELECT topic, key FROM public.outbox_resumed ORDER BY resumed_at, topic, key
)sql"};

constexpr auto first_of_key = pg::Statement{"relay_first_stopped", R"sql(
    SELECT stored.id, event_id, aggregateid, version, type, stored.topic, stored.key, payload,
           time, traceparent, headers, partition, created_at
    FROM (SELECT id FROM public.outbox_stopped
          WHERE topic = $1::text AND coalesce(key, ''::bytea) = $2::bytea
          ORDER BY id LIMIT 1) AS first
    JOIN public.outbox AS stored ON stored.id = first.id
)sql"};

constexpr auto others_of_key = pg::Statement{"relay_other_stopped", R"sql(
    SELECT FROM public.outbox_stopped
    WHERE topic = $1::text AND coalesce(key, ''::bytea) = $2::bytea AND id <> $3::bigint
    LIMIT 1
)sql"};

constexpr auto remove_row = pg::Statement{"relay_remove_stopped", R"sql(
    DELETE FROM public.outbox_stopped WHERE id = $1::bigint
)sql"};

constexpr auto remove_mark = pg::Statement{"relay_clear_resumed", R"sql(
    DELETE FROM public.outbox_resumed WHERE topic = $1::text AND key = $2::bytea
)sql"};

constexpr auto hold_epoch = pg::Statement{"relay_hold_epoch", R"sql(
    SELECT FROM public.relay_cursor WHERE epoch = $1::bigint FOR UPDATE
)sql"};

void hold(pg::Transaction& tx, std::int64_t epoch) {
    if (tx.query(hold_epoch, epoch).empty()) {
        throw Fenced{"another relay has taken over"};
    }
}

domain::Key key_of(pg::Row const& row) {
    return {row.string(0), std::string{row.octets(1)}};
}

}  // namespace

void insert_stopped(pg::Transaction& tx, std::span<domain::StoppedRow const> rows) {
    tx.query(insert, pg::column(rows, &domain::StoppedRow::id),
             pg::column(rows, [](auto const& row) { return row.key.topic; }),
             pg::column(rows, [](auto const& row) { return Bytes{row.key.key}; }),
             pg::column(rows, &domain::StoppedRow::reason));
}

std::set<domain::Key> stopped_keys(pg::Connection& connection) {
    auto const rows = connection.query(keys);
    auto found = std::set<domain::Key>{};
    for (auto n = 0; n < rows.size(); ++n) {
        found.insert(key_of(rows[n]));
    }
    return found;
}

std::vector<domain::Key> resumed_keys(pg::Connection& connection) {
    return connection.query(resumed).map(key_of);
}

pg::Rows first_stopped(pg::Connection& connection, domain::Key const& key) {
    return connection.query(first_of_key, key.topic, Bytes{key.key});
}

Unstopped remove_stopped(pg::Connection& connection, std::int64_t epoch, domain::Key const& key,
                         std::int64_t id, bool keep_last) {
    auto tx = pg::Transaction{connection};
    hold(tx, epoch);
    auto const is_last = tx.query(others_of_key, key.topic, Bytes{key.key}, id).empty();
    if (is_last && keep_last) {
        return Unstopped::kept;
    }
    tx.query(remove_row, id);
    if (is_last) {
        tx.query(remove_mark, key.topic, Bytes{key.key});
    }
    tx.commit();
    return is_last ? Unstopped::was_last : Unstopped::more_left;
}

void clear_resumed(pg::Connection& connection, std::int64_t epoch, domain::Key const& key) {
    auto tx = pg::Transaction{connection};
    hold(tx, epoch);
    tx.query(remove_mark, key.topic, Bytes{key.key});
    tx.commit();
}

}  // namespace frontrow::relay::storage
