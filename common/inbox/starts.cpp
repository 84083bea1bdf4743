// SQL of consumer_starts.
#include "common/inbox/starts.hpp"

namespace frontrow::inbox {
namespace {

// Another offset than the noted one: what was started there has ended.
constexpr auto upsert_starts = pg::Statement{"upsert_consumer_starts", R"sql(
    INSERT INTO consumer_starts AS s (consumer, topic, partition, record_offset, starts, is_alone)
    SELECT $1, f.topic, f.partition, f.record_offset, 1, false
    FROM unnest($2::text[], $3::int[], $4::bigint[]) AS f (topic, partition, record_offset)
    ORDER BY f.topic, f.partition
    ON CONFLICT (consumer, topic, partition) DO UPDATE
    SET starts = CASE WHEN s.record_offset <> excluded.record_offset THEN 1
                      WHEN s.is_alone THEN s.starts
                      ELSE s.starts + 1 END,
        is_alone = s.is_alone AND s.record_offset = excluded.record_offset,
        record_offset = excluded.record_offset,
        started_at = now()
    RETURNING topic, partition, record_offset, is_alone OR starts > 1
)sql"};

constexpr auto upsert_alone = pg::Statement{"upsert_consumer_start_alone", R"sql(
    INSERT INTO consumer_starts AS s (consumer, topic, partition, record_offset, starts, is_alone)
    VALUES ($1, $2, $3, $4, 1, true)
    ON CONFLICT (consumer, topic, partition) DO UPDATE
    SET starts = CASE WHEN s.is_alone AND s.record_offset = excluded.record_offset
                      THEN s.starts + 1 ELSE 1 END,
        is_alone = true,
        record_offset = excluded.record_offset,
        started_at = now()
    RETURNING starts
)sql"};

constexpr auto lower_alone = pg::Statement{"lower_consumer_start_alone", R"sql(
    UPDATE consumer_starts SET starts = greatest(starts - 1, 0)
    WHERE consumer = $1 AND topic = $2 AND partition = $3 AND record_offset = $4 AND is_alone
)sql"};

constexpr auto raise_drain = pg::Statement{"raise_drain_starts", R"sql(
    UPDATE dead_letter SET drain_starts = drain_starts + 1 WHERE id = $1 RETURNING drain_starts
)sql"};

constexpr auto lower_drain = pg::Statement{"lower_drain_starts", R"sql(
    UPDATE dead_letter SET drain_starts = greatest(drain_starts - 1, 0) WHERE id = $1
)sql"};

}  // namespace

std::vector<Place> note_starts(pg::Transaction& tx, std::string_view consumer,
                               std::span<Place const> firsts) {
    auto again = std::vector<Place>{};
    if (firsts.empty()) {
        return again;
    }
    auto const rows =
        tx.query(upsert_starts, consumer, pg::column(firsts, &Place::topic),
                 pg::column(firsts, &Place::partition), pg::column(firsts, &Place::offset));
    for (auto row = 0; row < rows.size(); ++row) {
        if (rows[row].boolean(3)) {
            again.push_back({rows[row].string(0), rows[row].int32(1), rows[row].int64(2)});
        }
    }
    return again;
}

std::int32_t note_start_alone(pg::Transaction& tx, std::string_view consumer, Place const& place) {
    return tx.query(upsert_alone, consumer, place.topic, place.partition, place.offset)[0].int32(0);
}

void take_back_start(pg::Transaction& tx, std::string_view consumer, Place const& place) {
    tx.query(lower_alone, consumer, place.topic, place.partition, place.offset);
}

std::int32_t note_drain_start(pg::Transaction& tx, Uuid const& letter) {
    return tx.query(raise_drain, letter)[0].int32(0);
}

void take_back_drain_start(pg::Transaction& tx, Uuid const& letter) {
    tx.query(lower_drain, letter);
}

}  // namespace frontrow::inbox
