// Reads the table of keys page by page.
#include "common/idempotency/sweeper.hpp"

#include <algorithm>
#include <random>

#include "common/pg/transaction.hpp"

namespace frontrow::idempotency {
namespace {

constexpr auto pages_at_once_max = std::int64_t{128};

constexpr auto count_pages = pg::Statement{"idempotency_pages", R"sql(
    SELECT pg_relation_size('public.idempotency_keys') / current_setting('block_size')::bigint
)sql"};

constexpr auto sweep_keys = pg::Statement{"idempotency_sweep", R"sql(
    DELETE FROM public.idempotency_keys WHERE ctid = ANY (ARRAY(
        SELECT ctid FROM public.idempotency_keys
        WHERE ctid >= ('(' || $1::bigint || ',0)')::tid
          AND ctid < ('(' || $1::bigint + $2::bigint || ',0)')::tid
          AND created_at < now() - interval '24 hours'
        FOR UPDATE SKIP LOCKED
    ))
)sql"};

}  // namespace

Sweeper::Sweeper() : next_page_{std::random_device{}()} {}

std::int64_t Sweeper::sweep_part(pg::Connection& connection, std::int64_t parts) {
    auto const pages = connection.query(count_pages)[0].int64(0);
    auto swept = std::int64_t{0};
    for (auto left = (pages + parts - 1) / parts; left > 0;) {
        next_page_ %= pages;
        auto const count = std::min({left, pages_at_once_max, pages - next_page_});
        auto tx = pg::Transaction{connection};
        swept += tx.query(sweep_keys, next_page_, count).affected();
        tx.commit();
        next_page_ += count;
        left -= count;
    }
    return swept;
}

}  // namespace frontrow::idempotency
