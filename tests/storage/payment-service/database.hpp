// Short words for tests of payment against its real database.
#pragma once

#include <chrono>
#include <thread>

#include "common/events/event.hpp"
#include "common/events/stamp.hpp"
#include "payment-migrations.hpp"
#include "payment-service/consumers/consume.hpp"
#include "payment-service/storage/ledger.hpp"
#include "payment-service/storage/payments.hpp"
#include "payment-service/storage/wallets.hpp"
#include "payment-service/use_cases/read.hpp"
#include "payment-service/use_cases/top_up.hpp"
#include "tests/support/database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::payment {

/// A migrated database of this test; the URL of the service's own role.
inline std::string payment_database() {
    auto const owner = support::migrated_database("payment", payment_migrations(), "payment");
    return support::postgres().as_role("payment", owner);
}

inline Money euros(std::int64_t cents) {
    return {.minor_units = cents, .currency = {}};
}
inline UserId user(std::size_t number) {
    return {"user-" + std::to_string(number)};
}
inline Origin origin() {
    return {"story", "cause", TraceContext::start()};
}

/// Runs the work in a transaction until it commits: a transient fault is tried again, as a lane
/// does.
template <class Work>
auto committed(pg::Connection& connection, Work work) {
    for (;;) {
        try {
            auto tx = pg::Transaction{connection};
            auto answer = work(tx);
            tx.commit();
            return answer;
        } catch (pg::Error const& error) {
            if (error.kind() != pg::FaultKind::transient) {
                throw;
            }
        }
    }
}

/// One top-up; the wallet after it.
inline domain::Wallet filled(pg::Connection& connection, UserId const& who, std::int64_t cents) {
    auto const command = use_cases::TopUp{who, euros(cents), origin()};
    auto const outcomes = committed(connection, [&](pg::Transaction& tx) {
        return use_cases::top_up(tx, std::span{&command, 1});
    });
    EXPECT_TRUE(outcomes.at(0).has_value());
    return outcomes.at(0)->wallet;
}

inline events::ReservationFacts facts_of(UserId const& who, std::int64_t cents,
                                         ReservationId reservation = ReservationId::draw()) {
    return {.reservation = reservation,
            .show = ShowId::draw(),
            .user = who,
            .token = std::nullopt,
            .seats = {{1, 1}},
            .total = euros(cents),
            .held_until = SystemClock{}.now() + std::chrono::minutes{5},
            .attempt = 1};
}
inline events::Event event_of(events::Body body) {
    return {.envelope = events::stamp(origin(), SystemClock{}.now(), 1), .body = std::move(body)};
}

inline std::vector<inbox::Outcome> consumed(pg::Connection& connection,
                                            std::vector<events::Event> const& batch) {
    return committed(connection,
                     [&](pg::Transaction& tx) { return consumers::consume(tx, batch); });
}

/// Nothing, or the first rule of the ledger that does not hold.
inline std::string broken_rule(pg::Connection& connection) {
    return support::ask(connection, R"sql(
        SELECT coalesce(string_agg(rule, ', '), '') FROM (
            SELECT 'transfers sum to zero' AS rule WHERE EXISTS (
                SELECT FROM entries GROUP BY transfer_id HAVING sum(amount) <> 0 OR count(*) <> 2)
            UNION ALL SELECT 'every transfer has entries' WHERE EXISTS (
                SELECT FROM transfers AS t
                WHERE NOT EXISTS (SELECT FROM entries AS e WHERE e.transfer_id = t.id))
            UNION ALL SELECT 'available is the sum of its entries' WHERE EXISTS (
                SELECT FROM wallets AS w WHERE available <> (
                    SELECT coalesce(sum(amount), 0) FROM entries AS e
                    WHERE e.user_id = w.user_id AND account = 'available'))
            UNION ALL SELECT 'pending is the sum of its entries' WHERE EXISTS (
                SELECT FROM wallets AS w WHERE pending <> (
                    SELECT coalesce(sum(amount), 0) FROM entries AS e
                    WHERE e.user_id = w.user_id AND account = 'pending'))
            UNION ALL SELECT 'pending is the sum of open authorizations' WHERE EXISTS (
                SELECT FROM wallets AS w WHERE pending <> (
                    SELECT coalesce(sum(held), 0) FROM payments AS p WHERE p.user_id = w.user_id))
        ) AS broken)sql");
}

}  // namespace frontrow::payment
