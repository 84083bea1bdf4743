// Locks and writes passes in sets.
#include "booking-service/storage/passes.hpp"

#include <algorithm>
#include <array>

#include "booking-service/domain/spelling.hpp"

namespace frontrow::booking::storage::passes {
namespace {

using domain::Pass;

// The update changes nothing; it locks a row that is there already and reads it as it is by then.
constexpr auto lock_passes = pg::Statement{"lock_passes", R"sql(
    INSERT INTO passes AS p (token_id)
    SELECT wanted FROM unnest($1::uuid[]) AS wanted ORDER BY wanted
    ON CONFLICT (token_id) DO UPDATE SET state = p.state
    RETURNING token_id, state, generation, reservation_id, held_until
)sql"};

constexpr auto lock_passes_of = pg::Statement{"lock_passes_of", R"sql(
    INSERT INTO passes AS p (token_id)
    SELECT wanted FROM unnest($1::uuid[]) AS wanted
    UNION
    SELECT token_id FROM reservations WHERE id = ANY ($2::uuid[]) AND token_id IS NOT NULL
    ORDER BY 1
    ON CONFLICT (token_id) DO UPDATE SET state = p.state
    RETURNING token_id, state, generation, reservation_id, held_until
)sql"};

constexpr auto lock_idle_passes = pg::Statement{"lock_idle_passes", R"sql(
    SELECT token_id, state, generation, reservation_id, held_until
    FROM passes
    WHERE token_id = ANY ($1::uuid[])
    ORDER BY token_id
    FOR UPDATE SKIP LOCKED
)sql"};

domain::PassSet set_of(pg::Rows const& rows) {
    auto set = domain::PassSet{};
    set.reserve(static_cast<std::size_t>(rows.size()));
    for (auto row = 0; row < rows.size(); ++row) {
        auto const cells = rows[row];
        auto const token = cells.id<TokenId>(0);
        set.add(token, Pass{.token = token,
                            .state = domain::pass_state(cells.text(1)),
                            .generation = cells.int32(2),
                            .reservation = cells.optional_id<ReservationId>(3),
                            .held_until = cells.optional(4, &pg::Row::instant)});
    }
    return set;
}

pg::Later<domain::PassSet> ask(pg::Transaction& tx, pg::Statement const& statement,
                               std::vector<TokenId> tokens) {
    if (tokens.empty()) {
        return {};
    }
    std::ranges::sort(tokens);
    tokens.erase(std::unique(tokens.begin(), tokens.end()), tokens.end());
    return {tx.ask(statement, pg::column(tokens)), set_of};
}

}  // namespace

pg::Later<domain::PassSet> lock(pg::Transaction& tx, std::vector<TokenId> tokens) {
    return ask(tx, lock_passes, std::move(tokens));
}

pg::Later<domain::PassSet> lock(pg::Transaction& tx, std::vector<TokenId> tokens,
                                std::span<ReservationId const> of) {
    if (of.empty()) {
        return lock(tx, std::move(tokens));
    }
    return {tx.ask(lock_passes_of, pg::column(tokens), pg::column(of)), set_of};
}

pg::Later<domain::PassSet> lock_idle(pg::Transaction& tx, std::vector<TokenId> tokens) {
    return ask(tx, lock_idle_passes, std::move(tokens));
}

namespace {

constexpr auto save_passes = pg::Statement{"save_passes", R"sql(
    UPDATE passes AS p
    SET state = changed.state, generation = changed.generation,
        reservation_id = changed.reservation_id, held_until = changed.held_until
    FROM (SELECT unnest($1::uuid[]), unnest($2::text[]), unnest($3::int[]), unnest($4::uuid[]),
                 unnest($5::timestamptz[]))
        AS changed (token_id, state, generation, reservation_id, held_until)
    WHERE p.token_id = changed.token_id
)sql"};

}  // namespace

void save(pg::Transaction& tx, std::vector<Pass const*> const& passes) {
    if (passes.empty()) {
        return;
    }
    auto const column = [&](auto projection) {
        return pg::column(passes, projection);
    };
    tx.post(save_passes, column([](Pass const* pass) { return pass->token; }),
            column([](Pass const* pass) { return domain::to_text(pass->state); }),
            column([](Pass const* pass) { return pass->generation; }),
            column([](Pass const* pass) { return pass->reservation; }),
            column([](Pass const* pass) { return pass->held_until; }));
}

std::span<pg::Statement const* const> statements() {
    static constexpr auto all = std::to_array<pg::Statement const*>(
        {&lock_passes, &lock_passes_of, &lock_idle_passes, &save_passes});
    return all;
}

}  // namespace frontrow::booking::storage::passes
