// Sixteen workers on one wallet: never negative, and the sum is exact.
#include <atomic>
#include <latch>

#include "tests/storage/payment-service/database.hpp"

namespace frontrow::payment {
namespace {

constexpr auto workers = 16;
constexpr auto rounds = 12;

/// Runs `work(worker, connection)` on each of the workers, all at once.
template <class Work>
void race(std::string const& url, Work work) {
    auto ready = std::latch{workers};
    auto threads = std::vector<std::jthread>{};
    for (auto worker = 0; worker < workers; ++worker) {
        threads.emplace_back([&, worker] {
            auto connection = support::connect(url);
            ready.arrive_and_wait();
            work(worker, connection);
        });
    }
}

TEST(OneWallet, IsNeverSpentBelowZeroByManyPaymentsAtOnce) {
    auto const url = payment_database();
    auto connection = support::connect(url);
    auto const ann = UserId{"ann"};
    std::ignore = filled(connection, ann, 1000);
    race(url, [&](int worker, pg::Connection& mine) {
        for (auto round = 0; round < rounds; ++round) {
            auto batch = std::vector<events::Event>{};
            for (auto i = 0; i <= worker % 3; ++i) {
                batch.push_back(event_of(events::ReservationPaymentRequested{facts_of(ann, 13)}));
            }
            for (auto const& outcome : consumed(mine, batch)) {
                EXPECT_EQ(outcome.verdict, inbox::Verdict::applied);
            }
        }
    });
    EXPECT_EQ(support::ask(connection, "SELECT count(*) FROM payments WHERE state = 'AUTHORIZED'"),
              "76");
    EXPECT_EQ(support::ask(connection, "SELECT available || ' ' || pending FROM wallets"),
              "12 988");
    EXPECT_EQ(broken_rule(connection), "");
}

TEST(OneWallet, CountsEveryTopUpOfManyAtOnceAndGivesEachAVersion) {
    auto const url = payment_database();
    auto connection = support::connect(url);
    race(url, [&](int, pg::Connection& mine) {
        for (auto round = 0; round < rounds; ++round) {
            std::ignore = filled(mine, {"new"}, 3);
        }
    });
    auto const all = workers * rounds;
    EXPECT_EQ(support::ask(connection, "SELECT available || ' ' || version FROM wallets"),
              std::to_string(3 * all) + " " + std::to_string(all));
    auto superuser = support::connect(support::postgres().as_role("postgres", url));
    EXPECT_EQ(support::ask(superuser,
                           "SELECT count(*) FROM (SELECT version, row_number() OVER "
                           "(ORDER BY id) AS place FROM outbox) AS o "
                           "WHERE version = place"),
              std::to_string(all));
    EXPECT_EQ(broken_rule(connection), "");
}

// A second writer of the wallet begins while the first holds its lock and has not written its
// event: an id that it drew before it had the lock would be the lower of the two, for the higher
// version.
TEST(RelayPlantedBugInAWriter, id_before_lock) {
    auto const url = payment_database();
    auto first = support::connect(url);
    auto watcher = support::connect(url);
    auto const ann = UserId{"ann"};
    std::ignore = filled(first, ann, 1000);
    auto second = std::jthread{};
    {
        auto tx = pg::Transaction{first};
        first.run_script("SELECT FROM wallets WHERE user_id = 'ann' FOR UPDATE");
        second = std::jthread{[&] {
            auto mine = support::connect(url);
            std::ignore = filled(mine, ann, 2);
        }};
        ASSERT_TRUE(support::until_blocked(watcher));
        auto const command = use_cases::TopUp{ann, euros(1), origin()};
        ASSERT_TRUE(use_cases::top_up(tx, std::span{&command, 1}).at(0).has_value());
        tx.commit();
    }
    second.join();
    auto superuser = support::connect(support::postgres().as_role("postgres", url));
    EXPECT_EQ(support::ask(superuser,
                           "SELECT string_agg(version::text, ',' ORDER BY id) || ' ' || "
                           "count(DISTINCT tx) FROM outbox"),
              "1,2,3 3");
}

TEST(OneReservation, IsSettledOnceHoweverManyTryToSettleIt) {
    auto const url = payment_database();
    auto connection = support::connect(url);
    auto const ann = UserId{"ann"};
    std::ignore = filled(connection, ann, 1000);
    for (auto round = 0; round < rounds; ++round) {
        auto const facts = facts_of(ann, 100);
        std::ignore = consumed(connection, {event_of(events::ReservationPaymentRequested{facts})});
        auto applied = std::atomic{0};
        race(url, [&](int worker, pg::Connection& mine) {
            auto const event = worker % 2 == 0 ? event_of(events::ReservationConfirmed{facts})
                                               : event_of(events::ReservationExpired{facts});
            applied += consumed(mine, {event})[0].verdict == inbox::Verdict::applied ? 1 : 0;
        });
        EXPECT_GE(applied, 1);
        EXPECT_LE(applied, 2);  // captured and then refunded, or voided
    }
    EXPECT_EQ(support::ask(connection, "SELECT available || ' ' || pending FROM wallets"),
              "1000 0");
    EXPECT_EQ(broken_rule(connection), "");
}

}  // namespace
}  // namespace frontrow::payment
