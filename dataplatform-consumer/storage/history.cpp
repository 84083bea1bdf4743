// SQL of the history: appended in sets, read as stories.
#include "dataplatform-consumer/storage/history.hpp"

namespace frontrow::dataplatform::storage::history {
namespace {

constexpr auto select_heads = pg::Statement{"select_history_heads", R"sql(
    SELECT k.topic, k.key,
           (SELECT max(h.version) FROM history AS h WHERE h.topic = k.topic AND h.key = k.key)
    FROM (SELECT DISTINCT topic, key FROM unnest($1::text[], $2::text[]) AS u (topic, key)) AS k
)sql"};

constexpr auto insert_entries = pg::Statement{"insert_history", R"sql(
    INSERT INTO history (event_id, type, topic, partition, record_offset, key, aggregate, version,
                         time, correlation_id, causation_id, trace_id, user_id, reservation_id,
                         token_id, value)
    SELECT unnest($1::uuid[]), unnest($2::text[]), unnest($3::text[]), unnest($4::int[]),
           unnest($5::bigint[]), unnest($6::text[]), unnest($7::text[]), unnest($8::bigint[]),
           unnest($9::timestamptz[]), unnest($10::text[]), unnest($11::text[]), unnest($12::text[]),
           unnest($13::text[]), unnest($14::uuid[]), unnest($15::uuid[]), unnest($16::text[])
)sql"};

// Longer stories are cut: nobody reads them as one, and an answer has to end.
constexpr auto select_of_reservation = pg::Statement{"select_story_of_reservation", R"sql(
    SELECT event_id, type, topic, partition, record_offset, key, aggregate, version, time,
           correlation_id, causation_id, trace_id, user_id, reservation_id, token_id,
           coalesce((value::json -> 'data')::text, 'null')
    FROM history
    WHERE event_id IN (
        SELECT event_id FROM history WHERE reservation_id = $1
        UNION
        SELECT t.event_id FROM history AS r JOIN history AS t ON t.token_id = r.token_id
        WHERE r.reservation_id = $1 AND t.reservation_id IS NULL
    ) AND ($2::text IS NULL OR user_id = $2)
    ORDER BY time, event_id
    LIMIT 1000
)sql"};

constexpr auto select_of_trace = pg::Statement{"select_story_of_trace", R"sql(
    SELECT event_id, type, topic, partition, record_offset, key, aggregate, version, time,
           correlation_id, causation_id, trace_id, user_id, reservation_id, token_id,
           coalesce((value::json -> 'data')::text, 'null')
    FROM history
    WHERE trace_id = $1 AND ($2::text IS NULL OR user_id = $2)
    ORDER BY time, event_id
    LIMIT 1000
)sql"};

constexpr auto select_of_key = pg::Statement{"select_story_of_key", R"sql(
    SELECT event_id, type, topic, partition, record_offset, key, aggregate, version, time,
           correlation_id, causation_id, trace_id, user_id, reservation_id, token_id,
           coalesce((value::json -> 'data')::text, 'null')
    FROM history
    WHERE topic = $1 AND key = $2 AND ($3::text IS NULL OR user_id = $3)
    ORDER BY version
    LIMIT 1000
)sql"};

constexpr auto select_event = pg::Statement{"select_history_event", R"sql(
    SELECT event_id, type, topic, partition, record_offset, key, aggregate, version, time,
           correlation_id, causation_id, trace_id, user_id, reservation_id, token_id,
           coalesce((value::json -> 'data')::text, 'null')
    FROM history
    WHERE event_id = $1 AND ($2::text IS NULL OR user_id = $2)
)sql"};

Entry entry_of(pg::Row const& row) {
    return {.event_id = row.uuid(0),
            .type = row.string(1),
            .topic = row.string(2),
            .partition = row.int32(3),
            .offset = row.int64(4),
            .key = row.string(5),
            .aggregate = row.string(6),
            .version = row.int64(7),
            .time = row.instant(8),
            .correlation_id = row.string(9),
            .causation_id = row.string(10),
            .trace_id = row.string(11),
            .user = row.optional(12, &pg::Row::user),
            .reservation = row.optional_id<ReservationId>(13),
            .token = row.optional_id<TokenId>(14),
            .value = row.string(15)};
}

std::optional<std::string> name_of(std::optional<UserId> const& user) {
    return user ? std::optional{user->name} : std::nullopt;
}

}  // namespace

std::map<TopicKey, std::int64_t> heads(pg::Transaction& tx, std::span<Entry const> of) {
    auto const rows =
        tx.query(select_heads, pg::column(of, &Entry::topic), pg::column(of, &Entry::key));
    auto versions = std::map<TopicKey, std::int64_t>{};
    for (auto i = 0; i < rows.size(); ++i) {
        if (!rows[i].is_null(2)) {
            versions[{rows[i].string(0), rows[i].string(1)}] = rows[i].int64(2);
        }
    }
    return versions;
}

void append(pg::Transaction& tx, std::span<Entry const> entries) {
    tx.post(insert_entries, pg::column(entries, &Entry::event_id),
            pg::column(entries, &Entry::type), pg::column(entries, &Entry::topic),
            pg::column(entries, &Entry::partition), pg::column(entries, &Entry::offset),
            pg::column(entries, &Entry::key), pg::column(entries, &Entry::aggregate),
            pg::column(entries, &Entry::version), pg::column(entries, &Entry::time),
            pg::column(entries, &Entry::correlation_id), pg::column(entries, &Entry::causation_id),
            pg::column(entries, &Entry::trace_id),
            pg::column(entries, [](Entry const& entry) { return name_of(entry.user); }),
            pg::column(entries, &Entry::reservation), pg::column(entries, &Entry::token),
            pg::column(entries, &Entry::value));
}

std::vector<Entry> of_reservation(pg::Transaction& tx, ReservationId const& id,
                                  Viewer const& viewer) {
    return tx.query(select_of_reservation, id, name_of(viewer)).map(entry_of);
}

std::vector<Entry> of_trace(pg::Transaction& tx, std::string const& trace_id,
                            Viewer const& viewer) {
    return tx.query(select_of_trace, trace_id, name_of(viewer)).map(entry_of);
}

std::vector<Entry> of_key(pg::Transaction& tx, std::string const& topic, std::string const& key,
                          Viewer const& viewer) {
    return tx.query(select_of_key, topic, key, name_of(viewer)).map(entry_of);
}

std::optional<Entry> find(pg::Transaction& tx, Uuid const& event_id, Viewer const& viewer) {
    auto const rows = tx.query(select_event, event_id, name_of(viewer));
    return rows.empty() ? std::nullopt : std::optional{entry_of(rows[0])};
}

}  // namespace frontrow::dataplatform::storage::history
