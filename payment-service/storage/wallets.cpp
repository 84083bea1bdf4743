// The statements of table `wallets`.
#include "payment-service/storage/wallets.hpp"

#include "payment-service/storage/columns.hpp"

namespace frontrow::payment::storage::wallets {
namespace {

domain::Wallet wallet_from(pg::Row const& row) {
    auto const currency = currency_from(row, 1);
    return {.user = row.user(0),
            .available = {.minor_units = row.int64(2), .currency = currency},
            .pending = {.minor_units = row.int64(3), .currency = currency},
            .version = row.int64(4)};
}

}  // namespace

constexpr auto open_wallets = pg::Statement{"open_wallets", R"sql(
    INSERT INTO wallets (user_id, currency, available, pending, version)
    SELECT user_id COLLATE "C", currency, 0, 0, 0
    FROM unnest($1::text[], $2::text[]) AS opening (user_id, currency)
    ORDER BY 1
    ON CONFLICT (user_id) DO NOTHING
)sql"};

void open(pg::Transaction& tx, std::span<Opening const> openings) {
    if (openings.empty()) {
        return;
    }
    tx.query(open_wallets, pg::column(openings, &Opening::user),
             pg::column(openings, [](Opening const& o) { return o.currency.to_string(); }));
}

constexpr auto lock_wallets = pg::Statement{"lock_wallets", R"sql(
    SELECT user_id, currency, available, pending, version
    FROM wallets
    WHERE user_id = ANY ($1::text[])
    ORDER BY user_id
    FOR UPDATE
)sql"};

pg::Later<std::vector<domain::Wallet>> lock(pg::Transaction& tx, std::span<UserId const> users) {
    if (users.empty()) {
        return {};
    }
    return {tx.ask(lock_wallets, pg::column(users)), [](pg::Rows const& rows) {
                return rows.map(wallet_from);
            }};
}

constexpr auto save_wallets = pg::Statement{"save_wallets", R"sql(
    UPDATE wallets AS w
    SET available = saved.available, pending = saved.pending, version = saved.version
    FROM (SELECT unnest($1::text[]), unnest($2::bigint[]), unnest($3::bigint[]),
                 unnest($4::bigint[]))
         AS saved (user_id, available, pending, version)
    WHERE w.user_id = saved.user_id
)sql"};

void save(pg::Transaction& tx, std::span<domain::Wallet const> wallets) {
    if (wallets.empty()) {
        return;
    }
    using domain::Wallet;
    tx.post(save_wallets, pg::column(wallets, &Wallet::user),
            pg::column(wallets, [](Wallet const& wallet) { return wallet.available.minor_units; }),
            pg::column(wallets, [](Wallet const& wallet) { return wallet.pending.minor_units; }),
            pg::column(wallets, &Wallet::version));
}

constexpr auto read_wallets = pg::Statement{"read_wallets", R"sql(
    SELECT user_id, currency, available, pending, version
    FROM wallets
    WHERE user_id = ANY ($1::text[])
)sql"};

std::vector<domain::Wallet> read(pg::Transaction& tx, std::span<UserId const> users) {
    if (users.empty()) {
        return {};
    }
    return tx.query(read_wallets, pg::column(users)).map(wallet_from);
}

}  // namespace frontrow::payment::storage::wallets
