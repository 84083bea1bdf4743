// One statement a table, each directly above the function that decodes it.
#include "frontrowctl/audit/storage/load.hpp"

#include <algorithm>

#include "common/pg/transaction.hpp"

namespace frontrow::audit::storage {
namespace {

constexpr auto all_seats = pg::Statement{"audit_seats", R"sql(
    SELECT show_id, seat_no, state, reservation_id, fence, held_until
    FROM seats WHERE state <> 'FREE'
)sql"};

void load_seats(pg::Transaction& tx, Facts& facts) {
    auto const rows = tx.query(all_seats);
    for (auto n = 0; n < rows.size(); ++n) {
        auto const row = rows[n];
        facts.seats.push_back({.show = row.id<ShowId>(0),
                               .seat = row.int32(1),
                               .state = row.string(2),
                               .reservation = row.optional_id<ReservationId>(3),
                               .fence = row.int64(4),
                               .held_until = row.optional(5, &pg::Row::instant)});
    }
}

constexpr auto all_reservations = pg::Statement{"audit_reservations", R"sql(
    SELECT id, show_id, user_id, token_id, state, seats, total, currency, held_until, version
    FROM reservations
)sql"};

void load_reservations(pg::Transaction& tx, Facts& facts) {
    auto const rows = tx.query(all_reservations);
    for (auto n = 0; n < rows.size(); ++n) {
        auto const row = rows[n];
        facts.reservations.push_back({.id = row.id<ReservationId>(0),
                                      .show = row.id<ShowId>(1),
                                      .user = row.user(2),
                                      .token = row.optional_id<TokenId>(3),
                                      .state = row.string(4),
                                      .seats = row.int32_array(5),
                                      .total = row.int64(6),
                                      .currency = row.string(7),
                                      .held_until = row.instant(8),
                                      .version = row.int64(9)});
    }
}

constexpr auto all_payments = pg::Statement{"audit_payments", R"sql(
    SELECT reservation_id, user_id, state, currency, amount, held, captured, refunded FROM payments
)sql"};

void load_payments(pg::Transaction& tx, Facts& facts) {
    auto const rows = tx.query(all_payments);
    for (auto n = 0; n < rows.size(); ++n) {
        auto const row = rows[n];
        facts.payments.push_back({.reservation = row.id<ReservationId>(0),
                                  .user = row.user(1),
                                  .state = row.string(2),
                                  .currency = row.string(3),
                                  .amount = row.int64(4),
                                  .held = row.int64(5),
                                  .captured = row.int64(6),
                                  .refunded = row.int64(7)});
    }
}

constexpr auto all_wallets = pg::Statement{"audit_wallets", R"sql(
    SELECT user_id, currency, available, pending FROM wallets
)sql"};

void load_wallets(pg::Transaction& tx, Facts& facts) {
    auto const rows = tx.query(all_wallets);
    for (auto n = 0; n < rows.size(); ++n) {
        facts.wallets.push_back(
            {rows[n].user(0), rows[n].string(1), rows[n].int64(2), rows[n].int64(3)});
    }
}

constexpr auto all_transfers = pg::Statement{"audit_transfers", R"sql(
    SELECT id, kind, reservation_id, amount FROM transfers
)sql"};

constexpr auto all_entries = pg::Statement{"audit_entries", R"sql(
    SELECT transfer_id, account, coalesce(user_id, ''), currency, amount FROM entries
)sql"};

void load_ledger(pg::Transaction& tx, Facts& facts) {
    auto const transfers = tx.query(all_transfers);
    for (auto n = 0; n < transfers.size(); ++n) {
        auto const row = transfers[n];
        facts.transfers.push_back({row.id<TransferId>(0), row.string(1),
                                   row.optional_id<ReservationId>(2), row.int64(3)});
    }
    auto const entries = tx.query(all_entries);
    for (auto n = 0; n < entries.size(); ++n) {
        auto const row = entries[n];
        facts.entries.push_back(
            {row.id<TransferId>(0), row.string(1), row.user(2), row.string(3), row.int64(4)});
    }
}

constexpr auto all_gates = pg::Statement{"audit_gates", R"sql(
    SELECT show_id, capacity, active FROM gates
)sql"};

constexpr auto all_tokens = pg::Statement{"audit_tokens", R"sql(
    SELECT id, show_id, state FROM tokens
)sql"};

void load_queue(pg::Transaction& tx, Facts& facts) {
    auto const gates = tx.query(all_gates);
    for (auto n = 0; n < gates.size(); ++n) {
        facts.gates.push_back({gates[n].id<ShowId>(0), gates[n].int64(1), gates[n].int64(2)});
    }
    auto const tokens = tx.query(all_tokens);
    for (auto n = 0; n < tokens.size(); ++n) {
        facts.tokens.push_back(
            {tokens[n].id<TokenId>(0), tokens[n].id<ShowId>(1), tokens[n].string(2)});
    }
}

constexpr auto all_outbox_rows = pg::Statement{"audit_outbox", R"sql(
    SELECT o.id, o.event_id, o.topic, coalesce(o.key, ''), o.type, o.version,
           coalesce(sha256(o.payload), ''), s.id IS NOT NULL
    FROM outbox AS o LEFT JOIN outbox_stopped AS s USING (id)
)sql"};

void load_outbox(pg::Transaction& tx, std::string const& database, Facts& facts) {
    auto const rows = tx.query(all_outbox_rows);
    for (auto n = 0; n < rows.size(); ++n) {
        auto const row = rows[n];
        facts.outbox.push_back({.database = database,
                                .id = row.int64(0),
                                .event_id = row.uuid(1),
                                .topic = row.string(2),
                                .key = row.bytes(3).octets,
                                .type = row.string(4),
                                .version = row.optional(5, &pg::Row::int64),
                                .payload_sha256 = row.bytes(6).octets,
                                .stopped = row.boolean(7)});
    }
}

constexpr auto all_inbox_rows = pg::Statement{"audit_inbox", R"sql(
    SELECT consumer, event_id, outcome FROM inbox
)sql"};

void load_inbox(pg::Transaction& tx, std::string const& database, Facts& facts) {
    auto const rows = tx.query(all_inbox_rows);
    for (auto n = 0; n < rows.size(); ++n) {
        facts.inbox.push_back({database, rows[n].string(0), rows[n].uuid(1), rows[n].string(2)});
    }
}

constexpr auto all_history = pg::Statement{"audit_history", R"sql(
    SELECT event_id FROM history
)sql"};

void load_history(pg::Transaction& tx, Facts& facts) {
    auto const rows = tx.query(all_history);
    for (auto n = 0; n < rows.size(); ++n) {
        facts.history.push_back(rows[n].uuid(0));
    }
}

pg::Connection connect(std::string const& url) {
    return pg::Connection{{.url = url,
                           .application_name = "frontrowctl audit",
                           .statement_timeout = std::chrono::minutes{5},
                           .idle_in_transaction_timeout = std::chrono::minutes{10},
                           .read_only = true}};
}

}  // namespace

void load(DatabaseUrls const& urls, Facts& facts) {
    auto const read = [&](std::string const& name, std::string const& url, auto... loaders) {
        auto connection = connect(url);
        auto tx = pg::Transaction{connection};
        facts.now = std::max(facts.now, tx.now());
        load_outbox(tx, name, facts);
        load_inbox(tx, name, facts);
        (loaders(tx, facts), ...);
    };
    read("booking", urls.booking, load_seats, load_reservations);
    read("payment", urls.payment, load_payments, load_wallets, load_ledger);
    read("queue", urls.queue, load_queue);
    read("dataplatform", urls.dataplatform, load_history);
}

}  // namespace frontrow::audit::storage
