// The statements of table `tokens`.
#include "queue-service/storage/tokens.hpp"

#include "common/core/ensure.hpp"
#include "queue-service/storage/decode.hpp"

namespace frontrow::queue::storage::tokens {
namespace {

using domain::Token;

Place place_from(pg::Row const& row) {
    return {row.id<TokenId>(0), row.id<ShowId>(1)};
}

std::string state_of(Token const& token) {
    return std::string{domain::to_text(token.state)};
}

}  // namespace

constexpr auto places_of_tokens = pg::Statement{"places_of_tokens", R"sql(
    SELECT id, show_id FROM tokens WHERE id = ANY ($1::uuid[])
)sql"};

std::vector<Place> places_of(pg::Transaction& tx, std::span<TokenId const> tokens) {
    if (tokens.empty()) {
        return {};
    }
    return tx.query(places_of_tokens, pg::column(tokens)).map(place_from);
}

constexpr auto lock_tokens = pg::Statement{"lock_tokens", R"sql(
    SELECT id, show_id, user_id, number, state, generation, heartbeat_at, admitted_at, expires_at,
           reservation_id, departure, version
    FROM tokens
    WHERE id = ANY ($1::uuid[])
    ORDER BY id
    FOR UPDATE
)sql"};

std::vector<Token> lock(pg::Transaction& tx, std::span<TokenId const> tokens) {
    if (tokens.empty()) {
        return {};
    }
    return tx.query(lock_tokens, pg::column(tokens)).map(token_from);
}

constexpr auto lock_live_tokens = pg::Statement{"lock_live_tokens", R"sql(
    SELECT t.id, t.show_id, t.user_id, t.number, t.state, t.generation, t.heartbeat_at,
           t.admitted_at, t.expires_at, t.reservation_id, t.departure, t.version
    FROM unnest($1::uuid[], $2::text[]) AS holder (show_id, user_id)
    JOIN tokens AS t ON t.show_id = holder.show_id AND t.user_id = holder.user_id
                    AND t.state IN ('WAITING', 'ADMITTED')
    ORDER BY t.id
    FOR UPDATE OF t
)sql"};

std::vector<Token> lock_live(pg::Transaction& tx, std::span<Holder const> holders) {
    if (holders.empty()) {
        return {};
    }
    return tx
        .query(lock_live_tokens, pg::column(holders, &Holder::show),
               pg::column(holders, &Holder::user))
        .map(token_from);
}

constexpr auto lock_next_tokens = pg::Statement{"lock_next_tokens", R"sql(
    SELECT t.id, t.show_id, t.user_id, t.number, t.state, t.generation, t.heartbeat_at,
           t.admitted_at, t.expires_at, t.reservation_id, t.departure, t.version
    FROM unnest($1::uuid[], $2::bigint[], $3::int[]) AS gate (show_id, watermark, free)
    CROSS JOIN LATERAL (
        SELECT tokens.*
        FROM tokens
        WHERE tokens.show_id = gate.show_id AND tokens.state = 'WAITING'
          AND tokens.number > gate.watermark
        ORDER BY tokens.number
        LIMIT least(gate.free, 1000)
        FOR UPDATE
    ) AS t
)sql"};

std::vector<Token> lock_next(pg::Transaction& tx, std::span<domain::Gate const> gates) {
    if (gates.empty()) {
        return {};
    }
    using domain::Gate;
    return tx
        .query(lock_next_tokens, pg::column(gates, &Gate::show),
               pg::column(gates, &Gate::watermark),
               pg::column(gates, [](Gate const& gate) { return gate.capacity - gate.active; }))
        .map(token_from);
}

constexpr auto insert_tokens = pg::Statement{"insert_tokens", R"sql(
    INSERT INTO tokens (id, show_id, user_id, number, state, generation, heartbeat_at, version,
                        correlation_id)
    SELECT id, show_id, user_id, number, state, generation, heartbeat_at, version, correlation_id
    FROM (SELECT unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::bigint[]),
                 unnest($5::text[]), unnest($6::int[]), unnest($7::timestamptz[]),
                 unnest($8::bigint[]), unnest($9::text[]))
         AS joined (id, show_id, user_id, number, state, generation, heartbeat_at, version,
                    correlation_id)
)sql"};

void insert(pg::Transaction& tx, std::span<Joined const> all) {
    if (all.empty()) {
        return;
    }
    auto const column = [&](auto projection) {
        return pg::column(all, [&](Joined const& joined) -> decltype(auto) {
            return std::invoke(projection, joined.token);
        });
    };
    tx.post(insert_tokens, column(&Token::id), column(&Token::show), column(&Token::user),
            column(&Token::number), column(state_of), column(&Token::generation),
            column(&Token::heartbeat_at), column(&Token::version), pg::column(all, &Joined::story));
}

constexpr auto stories_of_tokens = pg::Statement{"stories_of_tokens", R"sql(
    SELECT id, correlation_id FROM tokens WHERE id = ANY ($1::uuid[])
)sql"};

std::unordered_map<TokenId, std::string> stories(pg::Transaction& tx,
                                                 std::span<TokenId const> tokens) {
    if (tokens.empty()) {
        return {};
    }
    auto const found = tx.query(stories_of_tokens, pg::column(tokens)).map([](pg::Row const& row) {
        return std::pair{row.id<TokenId>(0), row.string(1)};
    });
    return {found.begin(), found.end()};
}

constexpr auto save_tokens = pg::Statement{"save_tokens", R"sql(
    UPDATE tokens AS t
    SET state = saved.state, generation = saved.generation,
        heartbeat_at = greatest(t.heartbeat_at, saved.heartbeat_at),
        admitted_at = saved.admitted_at, expires_at = saved.expires_at,
        reservation_id = saved.reservation_id, departure = saved.departure,
        version = saved.version
    FROM (SELECT unnest($1::uuid[]), unnest($2::text[]), unnest($3::int[]),
                 unnest($4::timestamptz[]), unnest($5::timestamptz[]), unnest($6::timestamptz[]),
                 unnest($7::uuid[]), unnest($8::bigint[]), unnest($9::bigint[]))
         AS saved (id, state, generation, heartbeat_at, admitted_at, expires_at, reservation_id,
                   departure, version)
    WHERE t.id = saved.id
)sql"};

void save(pg::Transaction& tx, std::span<Token const> tokens) {
    if (tokens.empty()) {
        return;
    }
    tx.post(save_tokens, pg::column(tokens, &Token::id), pg::column(tokens, state_of),
            pg::column(tokens, &Token::generation), pg::column(tokens, &Token::heartbeat_at),
            pg::column(tokens, &Token::admitted_at), pg::column(tokens, &Token::expires_at),
            pg::column(tokens, &Token::reservation), pg::column(tokens, &Token::departure),
            pg::column(tokens, &Token::version));
}

constexpr auto overdue_tokens = pg::Statement{"overdue_tokens", R"sql(
    SELECT id, show_id FROM tokens
    WHERE state = 'ADMITTED' AND expires_at <= $1
    ORDER BY expires_at
    LIMIT 1000
)sql"};

std::vector<Place> overdue(pg::Transaction& tx, Instant now) {
    return tx.query(overdue_tokens, now).map(place_from);
}

constexpr auto silent_tokens = pg::Statement{"silent_tokens", R"sql(
    SELECT id, show_id FROM tokens
    WHERE state = 'WAITING' AND heartbeat_at < $1
    ORDER BY heartbeat_at
    LIMIT 1000
)sql"};

std::vector<Place> silent(pg::Transaction& tx, Instant since) {
    return tx.query(silent_tokens, since).map(place_from);
}

constexpr auto touch_tokens = pg::Statement{"touch_tokens", R"sql(
    WITH heard AS MATERIALIZED (
        SELECT id FROM tokens
        WHERE id = ANY ($1::uuid[]) AND state = 'WAITING'
        ORDER BY id
        FOR UPDATE SKIP LOCKED
    )
    UPDATE tokens AS t SET heartbeat_at = greatest(t.heartbeat_at, $2)
    FROM heard
    WHERE t.id = heard.id
)sql"};

void touch(pg::Transaction& tx, std::span<TokenId const> tokens) {
    if (!tokens.empty()) {
        tx.query(touch_tokens, pg::column(tokens), tx.now());
    }
}

constexpr auto read_tokens = pg::Statement{"read_tokens", R"sql(
    SELECT t.id, t.show_id, t.user_id, t.number, t.state, t.generation, t.heartbeat_at,
           t.admitted_at, t.expires_at, t.reservation_id, t.departure, t.version,
           g.show_id, g.opens_at, g.capacity, g.active, g.tail, g.watermark, g.waiting,
           g.departures, g.mean_stay_ms
    FROM tokens AS t
    JOIN gates AS g ON g.show_id = t.show_id
    WHERE t.id = ANY ($1::uuid[])
)sql"};

std::vector<Seen> read(pg::Transaction& tx, std::span<TokenId const> tokens) {
    if (tokens.empty()) {
        return {};
    }
    return tx.query(read_tokens, pg::column(tokens)).map([](pg::Row const& row) {
        return Seen{token_from(row), gate_from(row, 12)};
    });
}

constexpr auto departures_since = pg::Statement{"departures_since", R"sql(
    SELECT t.show_id, t.departure, t.number
    FROM unnest($1::uuid[], $2::bigint[], $3::bigint[]) AS known (show_id, departures, watermark)
    JOIN tokens AS t ON t.show_id = known.show_id AND t.departure > known.departures
                    AND t.departure IS NOT NULL AND t.number > known.watermark
    ORDER BY t.show_id, t.departure
)sql"};

std::vector<Departure> departures(pg::Transaction& tx, std::span<Known const> known) {
    if (known.empty()) {
        return {};
    }
    return tx
        .query(departures_since, pg::column(known, &Known::show),
               pg::column(known, &Known::departures), pg::column(known, &Known::watermark))
        .map([](pg::Row const& row) {
            return Departure{row.id<ShowId>(0), row.int64(1), row.int64(2)};
        });
}

}  // namespace frontrow::queue::storage::tokens
