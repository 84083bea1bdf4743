// SQL of what operators do. Locks are taken as consumers take them: inbox, key, letter.
#include "common/deadletter/operations.hpp"

#include "common/deadletter/rows.hpp"
#include "common/outbox/outbox.hpp"

namespace frontrow::deadletter {
namespace {

constexpr auto select_page = pg::Statement{"select_dead_letter_page", R"sql(
    SELECT id, consumer, topic, partition, record_offset, record_time, event_id, type,
           NULL::bytea, NULL::bytea, ''::bytea, reason, detail, state, failed_at, replay_count
    FROM dead_letter
    WHERE ($1::text IS NULL OR state = $1) AND ($2::text IS NULL OR reason = $2)
      AND ($3::text IS NULL OR topic = $3) AND ($4::uuid IS NULL OR id < $4)
    ORDER BY id DESC
    LIMIT $5
)sql"};

constexpr auto select_one = pg::Statement{"select_dead_letter", R"sql(
    SELECT id, consumer, topic, partition, record_offset, record_time, event_id, type, key, value,
           headers, reason, detail, state, failed_at, replay_count
    FROM dead_letter
    WHERE id = $1
)sql"};

constexpr auto select_waiting = pg::Statement{"select_waiting_dead_letters", R"sql(
    SELECT count(*) FILTER (WHERE state <> 'PARKED'), count(*) FILTER (WHERE state = 'PARKED'),
           coalesce(extract(epoch FROM now() - min(failed_at) FILTER (WHERE state <> 'PARKED')),
                    0)::bigint
    FROM dead_letter
    WHERE consumer = $1 AND state IN ('OPEN', 'REPLAYING', 'PARKED')
)sql"};

constexpr auto lock_claim = pg::Statement{"lock_dead_claim", R"sql(
    SELECT outcome FROM inbox WHERE consumer = $1 AND event_id = $2 FOR UPDATE
)sql"};

constexpr auto lock_key = pg::Statement{"lock_dead_key", R"sql(
    SELECT 1 FROM blocked_keys WHERE consumer = $1 AND topic = $2 AND key = $3 FOR UPDATE
)sql"};

constexpr auto update_replaying = pg::Statement{"update_replaying", R"sql(
    UPDATE dead_letter
    SET state = 'REPLAYING', replay_count = replay_count + 1, replay_id = $2, changed_by = $3,
        note = $4, changed_at = now()
    WHERE id = $1 AND state IN ('OPEN', 'REPLAYING')
)sql"};

constexpr auto update_discarded = pg::Statement{"update_discarded", R"sql(
    UPDATE dead_letter SET state = 'DISCARDED', changed_by = $2, note = $3, changed_at = now()
    WHERE id = $1 AND state IN ('OPEN', 'REPLAYING')
)sql"};

constexpr auto discard_claim = pg::Statement{"discard_claim", R"sql(
    UPDATE inbox SET outcome = 'discarded', reason = $3
    WHERE consumer = $1 AND event_id = $2 AND outcome = 'dead'
)sql"};

constexpr auto drain_key = pg::Statement{"drain_discarded_key", R"sql(
    UPDATE blocked_keys SET state = 'draining', since = now()
    WHERE consumer = $1 AND topic = $2 AND key = $3
)sql"};

/// With room for the headers that a replay adds.
std::size_t replayed_octets_of(kafka::Record const& record) {
    auto octets = (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
    for (auto const& [name, value] : record.headers) {
        octets += name.size() + (value ? value->size() : 0);
    }
    return octets + 2048;
}

Operated replay(pg::Transaction& tx, Letter letter, Operation const& operation) {
    auto const replay_id = new_uuid();
    auto const message = replay_message(letter, replay_id, operation.by, tx.now());
    tx.query(update_replaying, letter.id, replay_id, printable(operation.by),
             printable(operation.note));
    outbox::append(tx, std::span{&message, 1});
    letter.state = State::replaying;
    ++letter.replay_count;
    return {std::move(letter), replay_id};
}

Operated discard(pg::Transaction& tx, Letter letter, Operation const& operation) {
    tx.query(discard_claim, letter.consumer, letter.event_id, printable(operation.note));
    tx.query(update_discarded, letter.id, printable(operation.by), printable(operation.note));
    if (letter.record.key) {
        tx.query(drain_key, letter.consumer, letter.record.topic, Bytes{*letter.record.key});
    }
    letter.state = State::discarded;
    return {std::move(letter), {}};
}

}  // namespace

std::vector<Letter> list(pg::Transaction& tx, Filter const& filter) {
    return tx
        .query(select_page, filter.state, filter.reason, filter.topic, filter.before,
               std::int64_t{filter.limit})
        .map(letter_of);
}

std::optional<Letter> find(pg::Transaction& tx, Uuid const& id) {
    auto const rows = tx.query(select_one, id);
    return rows.empty() ? std::nullopt : std::optional{letter_of(rows[0])};
}

Waiting count_waiting(pg::Transaction& tx, std::string_view consumer) {
    auto const rows = tx.query(select_waiting, consumer);
    return {rows[0].int64(0), rows[0].int64(1), std::chrono::seconds{rows[0].int64(2)}};
}

OperationOutcome operate(pg::Transaction& tx, Operation const& operation,
                         std::function<bool(std::string_view)> const& keep) {
    auto const seen = find(tx, operation.id);
    if (!seen) {
        return OperationRefusal::unknown_letter;
    }
    auto const claim = tx.query(lock_claim, seen->consumer, seen->event_id);
    if (seen->record.key) {
        tx.query(lock_key, seen->consumer, seen->record.topic, Bytes{*seen->record.key});
    }
    auto letter = find(tx, operation.id);  // again, now that nobody can change it
    if (letter->state == State::parked) {
        return OperationRefusal::parked;
    }
    if (letter->state != State::open && letter->state != State::replaying) {
        return OperationRefusal::already_resolved;
    }
    if (operation.kind == Kind::discard) {
        if (keep && keep(letter->type)) {
            return OperationRefusal::must_be_replayed;
        }
        return discard(tx, *std::move(letter), operation);
    }
    if (claim.empty()) {
        return OperationRefusal::out_of_reach;
    }
    if (replayed_octets_of(letter->record) > outbox::payload_octets_max) {
        return OperationRefusal::too_large;
    }
    return replay(tx, *std::move(letter), operation);
}

}  // namespace frontrow::deadletter
