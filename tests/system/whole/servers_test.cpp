// Kafka and PostgreSQL restarted and killed in the middle of running purchases.
#include "tests/system/whole/faults.hpp"

namespace frontrow::whole {
namespace {

using support::PrivateKafka;
using support::PrivatePostgres;
using support::WireAction;
using support::WireStep;

constexpr auto programs = {"booking", "payment", "queue", "dataplatform", "relay"};
constexpr auto burned_ids = 100;

/// Some more purchases were done, and enough are still under way.
::testing::AssertionResult goes_on(LoadClient const& load) {
    auto const before = load.done();
    auto const met = support::eventually([&] { return load.done() >= before + 10; });
    return met ? bites(load) : ::testing::AssertionFailure() << "still " << load.done() << " done";
}

TEST(Broker, ThatIsRestartedAndKilledDelaysPurchasesAndLosesNone) {
    auto broker = PrivateKafka{};
    auto stack = WholeStack{{.kafka = &broker}};
    auto const show = stack.show(purchases + 2, 2'500, 100);
    hold_and_buy(stack, show, purchases + 1);
    auto load = LoadClient{stack, two_hundred(show, std::chrono::milliseconds{30})};
    ASSERT_TRUE(is_in_the_middle(load));
    broker.stop();
    ASSERT_TRUE(bites(load));
    broker.start();
    ASSERT_TRUE(goes_on(load));
    broker.kill();
    ASSERT_TRUE(bites(load));
    broker.start();
    expect_recovery(stack, load);
}

std::int64_t next_transaction(WholeStack& stack) {
    return std::stoll(
        stack.ask("booking", "SELECT pg_snapshot_xmax(pg_current_snapshot())::text::bigint"));
}

void freeze_services(WholeStack& stack, bool frozen) {
    for (auto const* const program : {"booking", "payment", "queue", "dataplatform"}) {
        stack.proxy(program).freeze(frozen);
    }
}

bool is_all_published(WholeStack& stack) {
    return stack.ask("booking",
                     "SELECT window_snapshot IS NULL AND NOT EXISTS (SELECT FROM outbox WHERE "
                     "NOT pg_visible_in_snapshot(tx, old_snapshot)) FROM relay_cursor") == "t";
}

/// Some reservations' events, of which the relay does not know yet. Then all stands still.
void commit_unseen_events(WholeStack& stack) {
    freeze_services(stack, true);
    EXPECT_TRUE(support::eventually([&] { return is_all_published(stack); }));
    stack.proxy("relay").freeze(true);
    freeze_services(stack, false);
    EXPECT_TRUE(support::eventually([&] {
        return stack.ask("booking",
                         "SELECT count(*) > 3 FROM outbox, relay_cursor WHERE NOT "
                         "pg_visible_in_snapshot(tx, old_snapshot)") == "t";
    }));
    freeze_services(stack, true);
}

/// The relay finds those events in a snapshot that also sees the ids of many transactions which no
/// disk knows of, and is about to make that its window. Answers the first id after them.
std::int64_t bring_relay_ahead_of_the_log(PrivatePostgres const& cluster, WholeStack& stack) {
    commit_unseen_events(stack);
    cluster.stop_wal_writer();
    for (auto n = 0; n < burned_ids; ++n) {
        stack.database("booking").run_script("BEGIN; SELECT pg_current_xact_id()");
        stack.database("booking").run_script("ROLLBACK");
    }
    auto const ahead = next_transaction(stack);
    stack.proxy("relay").on_step([](WireStep step) {
        return step == WireStep::commit_sent ? WireAction::hold : WireAction::pass;
    });
    stack.proxy("relay").freeze(false);
    EXPECT_TRUE(support::eventually([&] {
        return stack.ask("booking",
                         "SELECT count(*) FROM pg_stat_activity WHERE application_name = "
                         "'outbox-relay/booking' AND backend_xid IS NOT NULL") == "1";
    }));
    return ahead;
}

void heal(WholeStack& stack) {
    for (auto const* const program : programs) {
        stack.proxy(program).on_step({});
        stack.proxy(program).cut_all();
        stack.proxy(program).freeze(false);
    }
}

// model: snapshot_kept
TEST(Database, ThatIsRestartedAndGivesTransactionIdsOutAgainLosesNoEvent) {
    auto cluster = PrivatePostgres{};
    // A lease so long that the relay writes its cursor only for a window.
    auto stack = WholeStack{{.settings = {{"relay", {{"LEASE__DURATION", "10m"}}}},
                             .proxied = {programs.begin(), programs.end()},
                             .postgres = &cluster}};
    auto const show = stack.show(purchases + 2, 2'500, 100);
    hold_and_buy(stack, show, purchases + 1);
    auto load = LoadClient{stack, two_hundred(show, std::chrono::milliseconds{150})};
    ASSERT_TRUE(is_in_the_middle(load));
    cluster.stop_immediately();
    ASSERT_TRUE(bites(load));
    cluster.start();
    stack.reconnect();
    ASSERT_TRUE(goes_on(load));

    auto const ahead = bring_relay_ahead_of_the_log(cluster, stack);
    ASSERT_FALSE(HasFailure());
    cluster.kill();
    ASSERT_TRUE(bites(load));
    cluster.start();
    stack.reconnect();
    ASSERT_LE(next_transaction(stack), ahead - burned_ids / 2) << "no id will be reused";
    heal(stack);
    load.hurry();
    ASSERT_TRUE(support::eventually([&] { return next_transaction(stack) > ahead; }));
    expect_recovery(stack, load);
}

}  // namespace
}  // namespace frontrow::whole
