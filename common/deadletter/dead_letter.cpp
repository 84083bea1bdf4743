// The dead_letter table: appended in sets by consumers, and settled by what a replay did.
#include "common/deadletter/dead_letter.hpp"

#include <array>
#include <unordered_set>
#include <utility>

#include "common/deadletter/rows.hpp"
#include "common/outbox/outbox.hpp"

namespace frontrow::deadletter {
namespace {

constexpr auto state_names = std::array<std::pair<State, std::string_view>, 6>{{
    {State::open, "OPEN"},
    {State::replaying, "REPLAYING"},
    {State::applied, "APPLIED"},
    {State::duplicate, "DUPLICATE"},
    {State::parked, "PARKED"},
    {State::discarded, "DISCARDED"},
}};

constexpr auto insert_letters = pg::Statement{"insert_dead_letters", R"sql(
    INSERT INTO dead_letter (id, consumer, topic, partition, record_offset, record_time, event_id,
                             type, key, value, headers, reason, detail, state, replay_count)
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::bigint[],
                         $6::timestamptz[], $7::uuid[], $8::text[], $9::bytea[], $10::bytea[],
                         $11::bytea[], $12::text[], $13::text[], $14::text[], $15::int[])
    ON CONFLICT (consumer, topic, partition, record_offset, event_id) DO NOTHING
    RETURNING id
)sql"};

std::unordered_set<Uuid> insert(pg::Transaction& tx, std::span<Letter const> letters) {
    auto const text = [](std::string Letter::*member) {
        return [member](Letter const& letter) -> std::string const& {
            return letter.*member;
        };
    };
    auto const rows = tx.query(
        insert_letters, pg::column(letters, &Letter::id),
        pg::column(letters, text(&Letter::consumer)),
        pg::column(letters, [](Letter const& l) { return l.record.topic; }),
        pg::column(letters, [](Letter const& l) { return l.record.partition; }),
        pg::column(letters, [](Letter const& l) { return l.record.offset; }),
        pg::column(letters, [](Letter const& l) { return l.record.timestamp; }),
        pg::column(letters, &Letter::event_id), pg::column(letters, text(&Letter::type)),
        pg::column(letters, [](Letter const& l) { return as_bytes(l.record.key); }),
        pg::column(letters, [](Letter const& l) { return as_bytes(l.record.value); }),
        pg::column(letters,
                   [](Letter const& l) { return outbox::encode_headers(l.record.headers); }),
        pg::column(letters, text(&Letter::reason)), pg::column(letters, text(&Letter::detail)),
        pg::column(letters, [](Letter const& l) { return std::string{to_text(l.state)}; }),
        pg::column(letters, &Letter::replay_count));
    auto stored = std::unordered_set<Uuid>{};
    for (auto const& id : rows.map([](pg::Row const& row) { return row.uuid(0); })) {
        stored.insert(id);
    }
    return stored;
}

constexpr auto settle_letters = pg::Statement{"settle_dead_letters", R"sql(
    UPDATE dead_letter AS d
    SET state = s.state, reason = coalesce(nullif(s.reason, ''), d.reason),
        detail = coalesce(nullif(s.detail, ''), d.detail), changed_at = now()
    FROM unnest($2::uuid[], $3::text[], $4::text[], $5::text[]) AS s (id, state, reason, detail)
    WHERE d.id = s.id AND d.consumer = $1 AND (s.state <> 'DUPLICATE' OR d.state = 'REPLAYING')
)sql"};

constexpr auto select_first_parked = pg::Statement{"select_first_parked", R"sql(
    SELECT id, consumer, topic, partition, record_offset, record_time, event_id, type, key, value,
           headers, reason, detail, state, failed_at, replay_count
    FROM dead_letter
    WHERE consumer = $1 AND topic = $2 AND key = $3 AND state = 'PARKED'
    ORDER BY record_offset
    LIMIT 1
    FOR UPDATE
)sql"};

}  // namespace

std::string_view to_text(State state) {
    for (auto const& [known, name] : state_names) {
        if (known == state) {
            return name;
        }
    }
    return "";
}

std::optional<State> state_from(std::string_view text) {
    for (auto const& [state, name] : state_names) {
        if (name == text) {
            return state;
        }
    }
    return std::nullopt;
}

Letter letter_of(pg::Row const& row) {
    auto const octets = [&](int column) -> std::optional<std::string> {
        return row.is_null(column) ? std::nullopt : std::optional{row.bytes(column).octets};
    };
    return {.id = row.uuid(0),
            .consumer = row.string(1),
            .record = {.topic = row.string(2),
                       .partition = row.int32(3),
                       .offset = row.int64(4),
                       .timestamp = row.instant(5),
                       .key = octets(8),
                       .value = octets(9),
                       .headers = outbox::decode_headers(row.bytes(10))},
            .event_id = row.uuid(6),
            .type = row.string(7),
            .reason = row.string(11),
            .detail = row.string(12),
            .state = state_from(row.text(13)).value_or(State::open),
            .failed_at = row.instant(14),
            .replay_count = row.int32(15)};
}

void append(pg::Transaction& tx, std::span<Letter const> letters) {
    if (letters.empty()) {
        return;
    }
    auto const stored = insert(tx, letters);
    auto messages = std::vector<outbox::Message>{};
    for (auto const& letter : letters) {
        if (letter.state == State::open && stored.contains(letter.id)) {
            messages.push_back(dlq_message(letter));
        }
    }
    if (!messages.empty()) {
        outbox::append(tx, messages);
    }
}

void settle(pg::Transaction& tx, std::string_view consumer, std::span<Settlement const> ends) {
    if (ends.empty()) {
        return;
    }
    tx.query(
        settle_letters, consumer, pg::column(ends, &Settlement::id),
        pg::column(ends, [](Settlement const& end) { return std::string{to_text(end.state)}; }),
        pg::column(ends, &Settlement::reason),
        pg::column(ends, [](Settlement const& end) { return printable(end.detail); }));
}

std::optional<Letter> first_parked(pg::Transaction& tx, std::string_view consumer,
                                   std::string_view topic, Bytes const& key) {
    auto const rows = tx.query(select_first_parked, consumer, topic, key);
    return rows.empty() ? std::nullopt : std::optional{letter_of(rows[0])};
}

}  // namespace frontrow::deadletter
