// SQL of the inbox: set inserts that return the fresh ones, and the rows that make keys wait.
#include "common/inbox/claims.hpp"

namespace frontrow::inbox {
namespace {

constexpr auto insert_claims = pg::Statement{"insert_inbox_claims", R"sql(
    INSERT INTO inbox (consumer, event_id, outcome, topic, partition, record_offset)
    SELECT $1, c.event_id, 'applied', c.topic, c.partition, c.record_offset
    FROM (SELECT unnest($2::uuid[]), unnest($3::text[]), unnest($4::int[]), unnest($5::bigint[]))
        AS c (event_id, topic, partition, record_offset)
    ORDER BY c.event_id
    ON CONFLICT DO NOTHING
    RETURNING event_id
)sql"};

constexpr auto update_claims = pg::Statement{"update_inbox_claims", R"sql(
    WITH found AS (
        SELECT event_id FROM inbox
        WHERE consumer = $1 AND event_id = ANY ($2::uuid[]) AND outcome = $3
        ORDER BY event_id
        FOR UPDATE
    )
    UPDATE inbox AS i SET outcome = 'applied', reason = ''
    FROM found
    WHERE i.consumer = $1 AND i.event_id = found.event_id
    RETURNING i.event_id
)sql"};

constexpr auto update_endings = pg::Statement{"update_inbox_endings", R"sql(
    UPDATE inbox AS i SET outcome = e.outcome, reason = e.reason
    FROM unnest($2::uuid[], $3::text[], $4::text[]) AS e (event_id, outcome, reason)
    WHERE i.consumer = $1 AND i.event_id = e.event_id
)sql"};

constexpr auto select_window = pg::Statement{"select_inbox_window", R"sql(
    SELECT public.partition_bound('uuid_v7', min(day))::uuid,
           public.partition_bound('uuid_v7', max(day) + 1)::uuid
    FROM public.partition_days('inbox') AS day
)sql"};

constexpr auto drop_old_partitions = pg::Statement{"drop_inbox_partitions", R"sql(
    SELECT public.drop_inbox_partitions(make_interval(days => $1))
)sql"};

constexpr auto lock_keys = pg::Statement{"lock_blocked_keys", R"sql(
    SELECT b.topic, b.key
    FROM unnest($2::text[], $3::bytea[]) AS k (topic, key)
    JOIN blocked_keys AS b ON b.consumer = $1 AND b.topic = k.topic AND b.key = k.key
    ORDER BY b.topic, b.key
    FOR UPDATE OF b
)sql"};

constexpr auto insert_blocked = pg::Statement{"insert_blocked_keys", R"sql(
    INSERT INTO blocked_keys (consumer, topic, key, state)
    SELECT $1, k.topic, k.key, 'blocked'
    FROM unnest($2::text[], $3::bytea[]) AS k (topic, key)
    ORDER BY k.topic, k.key
    ON CONFLICT (consumer, topic, key) DO UPDATE SET state = 'blocked', since = now()
)sql"};

constexpr auto update_draining = pg::Statement{"update_draining_keys", R"sql(
    UPDATE blocked_keys AS b SET state = 'draining', since = now()
    FROM unnest($2::text[], $3::bytea[]) AS k (topic, key)
    WHERE b.consumer = $1 AND b.topic = k.topic AND b.key = k.key
)sql"};

constexpr auto select_draining = pg::Statement{"select_draining_key", R"sql(
    SELECT topic, key FROM blocked_keys
    WHERE consumer = $1 AND state = 'draining'
    ORDER BY since
    LIMIT 1
    FOR UPDATE SKIP LOCKED
)sql"};

constexpr auto delete_blocked = pg::Statement{"delete_blocked_key", R"sql(
    DELETE FROM blocked_keys WHERE consumer = $1 AND topic = $2 AND key = $3
)sql"};

std::unordered_set<Uuid> ids_of(pg::Rows const& rows) {
    auto ids = std::unordered_set<Uuid>{};
    for (auto row = 0; row < rows.size(); ++row) {
        ids.insert(rows[row].uuid(0));
    }
    return ids;
}

pg::Parameter topics_of(std::set<TopicKey> const& keys) {
    return pg::column(keys, &TopicKey::topic);
}
pg::Parameter keys_of(std::set<TopicKey> const& keys) {
    return pg::column(keys, &TopicKey::key);
}

}  // namespace

Claimed claim(pg::Transaction& tx, std::string_view consumer, std::span<Claim const> claims) {
    if (claims.empty()) {
        return {};
    }
    return {tx.ask(insert_claims, consumer, pg::column(claims, &Claim::event_id),
                   pg::column(claims, &Claim::topic), pg::column(claims, &Claim::partition),
                   pg::column(claims, &Claim::offset)),
            ids_of};
}

Claimed claim_again(pg::Transaction& tx, std::string_view consumer, std::span<Uuid const> ids,
                    std::string_view outcome_before) {
    if (ids.empty()) {
        return {};
    }
    return {tx.ask(update_claims, consumer, pg::column(ids), outcome_before), ids_of};
}

void record(pg::Transaction& tx, std::string_view consumer, std::span<Ending const> endings) {
    if (!endings.empty()) {
        tx.post(update_endings, consumer, pg::column(endings, &Ending::event_id),
                pg::column(endings, &Ending::outcome), pg::column(endings, &Ending::reason));
    }
}

Window window(pg::Transaction& tx) {
    auto const rows = tx.query(select_window);
    return {rows[0].uuid(0), rows[0].uuid(1)};
}

void drop_partitions(pg::Transaction& tx, std::int32_t keep_days) {
    tx.query(drop_old_partitions, keep_days);
}

std::set<TopicKey> lock_blocked(pg::Transaction& tx, std::string_view consumer,
                                std::set<TopicKey> const& keys) {
    auto blocked = std::set<TopicKey>{};
    if (keys.empty()) {
        return blocked;
    }
    auto const rows = tx.query(lock_keys, consumer, topics_of(keys), keys_of(keys));
    for (auto row = 0; row < rows.size(); ++row) {
        blocked.insert({rows[row].string(0), rows[row].bytes(1)});
    }
    return blocked;
}

void block(pg::Transaction& tx, std::string_view consumer, std::set<TopicKey> const& keys) {
    if (!keys.empty()) {
        tx.query(insert_blocked, consumer, topics_of(keys), keys_of(keys));
    }
}

void start_draining(pg::Transaction& tx, std::string_view consumer,
                    std::set<TopicKey> const& keys) {
    if (!keys.empty()) {
        tx.query(update_draining, consumer, topics_of(keys), keys_of(keys));
    }
}

std::optional<TopicKey> next_draining(pg::Transaction& tx, std::string_view consumer) {
    auto const rows = tx.query(select_draining, consumer);
    return rows.empty() ? std::nullopt
                        : std::optional{TopicKey{rows[0].string(0), rows[0].bytes(1)}};
}

void unblock(pg::Transaction& tx, std::string_view consumer, TopicKey const& key) {
    tx.query(delete_blocked, consumer, key.topic, key.key);
}

}  // namespace frontrow::inbox
