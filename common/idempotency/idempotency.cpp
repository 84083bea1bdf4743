// Claims, stores and sweeps idempotency keys.
#include "common/idempotency/idempotency.hpp"

#include <unordered_map>
#include <unordered_set>

#include "common/core/ensure.hpp"

namespace frontrow::idempotency {
namespace {

// Sorted, so that two batches cannot wait for each other. Waits for whoever holds a key. The WHERE
// that fails still locks the row, so that what the next statement reads stays. Returns the keys
// that are ours.
constexpr auto claim_keys = pg::Statement{"idempotency_claim", R"sql(
    INSERT INTO public.idempotency_keys AS held (scope, body_hash)
    SELECT scope, body_hash FROM unnest($1::uuid[], $2::bytea[]) AS wanted (scope, body_hash)
    ORDER BY scope
    ON CONFLICT (scope) DO UPDATE
    SET body_hash = excluded.body_hash, status = NULL, content_type = NULL, location = NULL,
        body = NULL, created_at = now()
    WHERE held.created_at < now() - interval '24 hours'
    RETURNING scope
)sql"};

constexpr auto read_stored = pg::Statement{"idempotency_read", R"sql(
    SELECT scope, body_hash, status, content_type, location, body
    FROM public.idempotency_keys
    WHERE scope = ANY ($1::uuid[])
)sql"};

constexpr auto store_answers = pg::Statement{"idempotency_store", R"sql(
    UPDATE public.idempotency_keys AS held
    SET status = answer.status, content_type = answer.content_type, location = answer.location,
        body = answer.body
    FROM unnest($1::uuid[], $2::smallint[], $3::text[], $4::text[], $5::bytea[])
         AS answer (scope, status, content_type, location, body)
    WHERE held.scope = answer.scope
)sql"};

constexpr auto give_up_keys = pg::Statement{"idempotency_give_up", R"sql(
    DELETE FROM public.idempotency_keys WHERE scope = ANY ($1::uuid[])
)sql"};

constexpr auto sweep_keys = pg::Statement{"idempotency_sweep", R"sql(
    DELETE FROM public.idempotency_keys WHERE scope IN (
        SELECT scope FROM public.idempotency_keys
        WHERE created_at < now() - interval '24 hours'
        ORDER BY created_at
        LIMIT $1
        FOR UPDATE SKIP LOCKED
    )
)sql"};

struct Stored {
    Bytes body_hash;
    Answer answer;
};

using StoredByScope = std::unordered_map<Uuid, Stored>;

/// The first command of each scope, in the order in which they came.
std::vector<Key> firsts_of(std::span<Key const> keys, std::vector<Claim>& claims) {
    auto first_at = std::unordered_map<Uuid, std::size_t>{};
    auto firsts = std::vector<Key>{};
    for (std::size_t i = 0; i < keys.size(); ++i) {
        auto const [found, is_first] = first_at.try_emplace(keys[i].scope, i);
        claims[i].copy_of = found->second;
        if (is_first) {
            firsts.push_back(keys[i]);
        }
    }
    return firsts;
}

Stored stored_of(pg::Row const& row) {
    // A claimed key is committed only together with its answer.
    ENSURE(!row.is_null(2));
    return {.body_hash = row.bytes(1),
            .answer = {.status = row.int16(2),
                       .content_type = row.string(3),
                       .location = row.string(4),
                       .body = row.bytes(5).octets,
                       .replayed = true}};
}

StoredByScope read(pg::Transaction& tx, std::vector<Uuid> const& scopes) {
    auto stored = StoredByScope{};
    if (!scopes.empty()) {
        auto const rows = tx.query(read_stored, pg::column(scopes));
        for (auto i = 0; i < rows.size(); ++i) {
            stored.emplace(rows[i].uuid(0), stored_of(rows[i]));
        }
    }
    return stored;
}

std::int16_t status_of(Answer const& answer) {
    return static_cast<std::int16_t>(answer.status);
}

}  // namespace

bool is_stored(int status) {
    return status < 500 && status != 400 && status != 401 && status != 403 && status != 429;
}

namespace {

/// What the keys met, `claims` knowing their copies: `rows` are those that are ours.
std::vector<Claim> met(pg::Transaction& tx, std::span<Key const> keys, std::vector<Claim> claims,
                       pg::Rows const& rows) {
    auto ours = std::unordered_set<Uuid>{};
    for (auto i = 0; i < rows.size(); ++i) {
        ours.insert(rows[i].uuid(0));
    }
    auto taken = std::vector<Uuid>{};
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (claims[i].copy_of == i && !ours.contains(keys[i].scope)) {
            taken.push_back(keys[i].scope);
        }
    }
    auto const stored = read(tx, taken);
    for (std::size_t i = 0; i < keys.size(); ++i) {
        auto& now = claims[i];
        auto const found = stored.find(keys[i].scope);
        if (found == stored.end()) {
            now.fresh = now.copy_of == i;
            now.other_body = keys[i].body_hash != keys[now.copy_of].body_hash;
        } else if (found->second.body_hash == keys[i].body_hash) {
            now.stored = found->second.answer;
        } else {
            now.other_body = true;
        }
    }
    return claims;
}

}  // namespace

pg::Later<std::vector<Claim>> claim(pg::Transaction& tx, std::span<Key const> keys) {
    if (keys.empty()) {
        return {};
    }
    auto claims = std::vector<Claim>(keys.size());
    auto const firsts = firsts_of(keys, claims);
    return {
        tx.ask(claim_keys, pg::column(firsts, &Key::scope), pg::column(firsts, &Key::body_hash)),
        [&tx, keys, claims = std::move(claims)](pg::Rows const& rows) {
            return met(tx, keys, claims, rows);
        }};
}

void store(pg::Transaction& tx, std::span<Key const> keys, std::span<Answer const> answers) {
    ENSURE(keys.size() == answers.size());
    auto kept = std::vector<Uuid>{};
    auto kept_answers = std::vector<Answer>{};
    auto given_up = std::vector<Uuid>{};
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (is_stored(answers[i].status)) {
            kept.push_back(keys[i].scope);
            kept_answers.push_back(answers[i]);
        } else {
            given_up.push_back(keys[i].scope);
        }
    }
    if (!kept.empty()) {
        tx.post(store_answers, pg::column(kept), pg::column(kept_answers, status_of),
                pg::column(kept_answers, &Answer::content_type),
                pg::column(kept_answers, &Answer::location),
                pg::column(kept_answers, [](Answer const& answer) { return Bytes{answer.body}; }));
    }
    if (!given_up.empty()) {
        tx.query(give_up_keys, pg::column(given_up));
    }
}

Answer key_reused() {
    return {.status = 422,
            .content_type = "application/problem+json",
            .location = {},
            .body = R"({"type":"https://frontrow.example/problems/idempotency-key-reused",)"
                    R"("title":"Idempotency key reused","status":422,)"
                    R"("code":"idempotency-key-reused","retryable":false,)"
                    R"("detail":"This Idempotency-Key was used with another body. )"
                    R"(Repeat the first body, or choose a new key for a new request."})"};
}

std::int64_t sweep(pg::Transaction& tx, std::int32_t rows_max) {
    return tx.query(sweep_keys, rows_max).affected();
}

}  // namespace frontrow::idempotency
