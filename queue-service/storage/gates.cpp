// The statements of table `gates`.
#include "queue-service/storage/gates.hpp"

#include "common/core/ensure.hpp"
#include "queue-service/storage/decode.hpp"

namespace frontrow::queue::storage::gates {

constexpr auto lock_gates = pg::Statement{"lock_gates", R"sql(
    SELECT show_id, opens_at, capacity, active, tail, watermark, waiting, departures, mean_stay_ms
    FROM gates
    WHERE show_id = ANY ($1::uuid[])
    ORDER BY show_id
    FOR UPDATE
)sql"};

std::vector<domain::Gate> lock(pg::Transaction& tx, std::span<ShowId const> shows) {
    if (shows.empty()) {
        return {};
    }
    return tx.query(lock_gates, pg::column(shows)).map([](pg::Row const& row) {
        return gate_from(row, 0);
    });
}

constexpr auto insert_gates = pg::Statement{"insert_gates", R"sql(
    INSERT INTO gates (show_id, opens_at, capacity, mean_stay_ms)
    SELECT show_id, opens_at, capacity, mean_stay_ms
    FROM unnest($1::uuid[], $2::timestamptz[], $3::int[], $4::bigint[])
         AS opened (show_id, opens_at, capacity, mean_stay_ms)
    ORDER BY show_id
    ON CONFLICT (show_id) DO NOTHING
)sql"};

void insert(pg::Transaction& tx, std::span<domain::Gate const> gates) {
    if (gates.empty()) {
        return;
    }
    using domain::Gate;
    tx.query(insert_gates, pg::column(gates, &Gate::show), pg::column(gates, &Gate::opens_at),
             pg::column(gates, &Gate::capacity), pg::column(gates, [](Gate const& gate) {
                 return std::int64_t{gate.mean_stay.count()};
             }));
}

constexpr auto save_gates = pg::Statement{"save_gates", R"sql(
    UPDATE gates AS g
    SET active = saved.active, tail = saved.tail, watermark = saved.watermark,
        waiting = saved.waiting, departures = saved.departures, mean_stay_ms = saved.mean_stay_ms
    FROM (SELECT unnest($1::uuid[]), unnest($2::int[]), unnest($3::bigint[]), unnest($4::bigint[]),
                 unnest($5::bigint[]), unnest($6::bigint[]), unnest($7::bigint[]))
         AS saved (show_id, active, tail, watermark, waiting, departures, mean_stay_ms)
    WHERE g.show_id = saved.show_id
)sql"};

void save(pg::Transaction& tx, std::span<domain::Gate const> gates) {
    if (gates.empty()) {
        return;
    }
    using domain::Gate;
    tx.post(
        save_gates, pg::column(gates, &Gate::show), pg::column(gates, &Gate::active),
        pg::column(gates, &Gate::tail), pg::column(gates, &Gate::watermark),
        pg::column(gates, &Gate::waiting), pg::column(gates, &Gate::departures),
        pg::column(gates, [](Gate const& gate) { return std::int64_t{gate.mean_stay.count()}; }));
}

constexpr auto gates_with_free_places = pg::Statement{"gates_with_free_places", R"sql(
    SELECT show_id
    FROM gates
    WHERE waiting > 0 AND active < capacity AND opens_at <= now()
    ORDER BY show_id
)sql"};

std::vector<ShowId> with_free_places(pg::Transaction& tx) {
    return tx.query(gates_with_free_places).map([](pg::Row const& row) {
        return row.id<ShowId>(0);
    });
}

constexpr auto gate_totals = pg::Statement{"gate_totals", R"sql(
    SELECT coalesce(sum(waiting), 0)::bigint, coalesce(sum(active), 0)::bigint,
           coalesce(sum(capacity), 0)::bigint
    FROM gates
)sql"};

Totals totals(pg::Transaction& tx) {
    auto const rows = tx.query(gate_totals);
    return {.waiting = rows[0].int64(0), .active = rows[0].int64(1), .capacity = rows[0].int64(2)};
}

}  // namespace frontrow::queue::storage::gates
