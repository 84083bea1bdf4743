// The statements of the ledger.
#include "payment-service/storage/ledger.hpp"

#include "common/core/ensure.hpp"
#include "payment-service/storage/columns.hpp"

namespace frontrow::payment::storage::ledger {
namespace {

using domain::Account;
using domain::Transfer;

bool is_of_user(Account account) {
    return account == Account::available || account == Account::pending;
}

/// A transfer's side, as it is stored.
struct Side {
    TransferId transfer;
    Account account{};
    std::optional<UserId> user;
    Money amount;
};

std::vector<Side> sides_of(std::span<Transfer const> transfers) {
    auto sides = std::vector<Side>{};
    sides.reserve(2 * transfers.size());
    for (auto const& transfer : transfers) {
        auto const add = [&](Account account, std::int64_t sign) {
            auto const user = is_of_user(account) ? std::optional{transfer.user} : std::nullopt;
            auto amount = transfer.amount;
            amount.minor_units *= sign;
            sides.push_back({transfer.id, account, user, amount});
        };
        add(transfer.from, -1);
        add(transfer.to, 1);
    }
    return sides;
}

}  // namespace

constexpr auto insert_transfers = pg::Statement{"insert_transfers", R"sql(
    INSERT INTO transfers (id, kind, user_id, reservation_id, currency, amount, created_at)
    SELECT id, kind, user_id, reservation_id, currency, amount, $7
    FROM (SELECT unnest($1::uuid[]), unnest($2::text[]), unnest($3::text[]), unnest($4::uuid[]),
                 unnest($5::text[]), unnest($6::bigint[]))
         AS moved (id, kind, user_id, reservation_id, currency, amount)
)sql"};

constexpr auto insert_entries = pg::Statement{"insert_entries", R"sql(
    INSERT INTO entries (transfer_id, account, user_id, currency, amount)
    SELECT transfer_id, account, user_id, currency, amount
    FROM (SELECT unnest($1::uuid[]), unnest($2::text[]), unnest($3::text[]), unnest($4::text[]),
                 unnest($5::bigint[]), generate_subscripts($1::uuid[], 1))
         AS side (transfer_id, account, user_id, currency, amount, place)
    ORDER BY place
)sql"};

void append(pg::Transaction& tx, std::span<Transfer const> transfers) {
    if (transfers.empty()) {
        return;
    }
    tx.post(insert_transfers, pg::column(transfers, &Transfer::id),
            pg::column(transfers,
                       [](Transfer const& t) { return std::string{domain::to_text(t.kind)}; }),
            pg::column(transfers, &Transfer::user), pg::column(transfers, &Transfer::reservation),
            pg::column(transfers, [](Transfer const& t) { return t.amount.currency.to_string(); }),
            pg::column(transfers, [](Transfer const& t) { return t.amount.minor_units; }),
            tx.now());
    auto const sides = sides_of(transfers);
    tx.post(
        insert_entries, pg::column(sides, &Side::transfer),
        pg::column(sides, [](Side const& s) { return std::string{domain::to_text(s.account)}; }),
        pg::column(sides, &Side::user),
        pg::column(sides, [](Side const& s) { return s.amount.currency.to_string(); }),
        pg::column(sides, [](Side const& s) { return s.amount.minor_units; }));
}

constexpr auto read_entry_pages = pg::Statement{"read_entry_pages", R"sql(
    SELECT wanted.place, e.id, e.transfer_id, t.kind, e.account, e.currency, e.amount,
           t.reservation_id, t.created_at
    FROM unnest($1::text[], $2::bigint[]) WITH ORDINALITY AS wanted (user_id, before, place)
    CROSS JOIN LATERAL (
        SELECT id, transfer_id, account, currency, amount
        FROM entries
        WHERE entries.user_id = wanted.user_id AND entries.id < wanted.before
        ORDER BY entries.id DESC
        LIMIT 101
    ) AS e
    JOIN transfers AS t ON t.id = e.transfer_id
    ORDER BY wanted.place, e.id DESC
)sql"};

std::vector<std::vector<Entry>> read_pages(pg::Transaction& tx,
                                           std::span<PageQuery const> queries) {
    auto pages = std::vector<std::vector<Entry>>(queries.size());
    if (queries.empty()) {
        return pages;
    }
    auto const rows = tx.query(read_entry_pages, pg::column(queries, &PageQuery::user),
                               pg::column(queries, &PageQuery::before));
    for (auto number = 0; number < rows.size(); ++number) {
        auto const row = rows[number];
        auto const kind = domain::transfer_kind_from(row.text(3));
        auto const account = domain::account_from(row.text(4));
        ENSURE(kind.has_value() && account.has_value());
        pages.at(static_cast<std::size_t>(row.int64(0) - 1))
            .push_back({.id = row.int64(1),
                        .transfer = row.id<TransferId>(2),
                        .kind = *kind,
                        .account = *account,
                        .amount = {.minor_units = row.int64(6), .currency = currency_from(row, 5)},
                        .reservation = row.optional_id<ReservationId>(7),
                        .time = row.instant(8)});
    }
    return pages;
}

}  // namespace frontrow::payment::storage::ledger
