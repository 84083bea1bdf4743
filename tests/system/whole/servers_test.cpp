// Kafka and PostgreSQL restarted and killed in the middle of running purchases.
#include <atomic>

#include "tests/system/whole/faults.hpp"

namespace frontrow::whole {
namespace {

using support::PrivateKafka;
using support::PrivatePostgres;
using support::WireAction;
using support::WireStep;

constexpr auto programs = {"booking", "payment", "queue", "dataplatform", "relay"};
constexpr auto burned_ids = 200;

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

/// The database stands still except for the relay, which has read a snapshot that sees many ids
/// that no disk knows of, and is about to write its cursor. Answers the first id after them.
std::int64_t bring_relay_ahead_of_the_log(PrivatePostgres const& cluster, WholeStack& stack) {
    stack.proxy("relay").freeze(true);
    auto const rows = [&] {
        return std::stoi(stack.ask("booking", "SELECT count(*) FROM outbox"));
    };
    auto const before = rows();
    EXPECT_TRUE(support::eventually([&] { return rows() >= before + 3; }));
    for (auto const* const program : programs) {
        stack.proxy(program).freeze(true);
    }
    cluster.stop_wal_writer();
    for (auto n = 0; n < burned_ids; ++n) {
        stack.ask("booking", "BEGIN; SELECT pg_current_xact_id()::text");
        stack.database("booking").run_script("ROLLBACK");
    }
    auto const ahead = next_transaction(stack);
    auto held = std::atomic<int>{0};
    stack.proxy("relay").on_step([&held](WireStep step) {
        held += step == WireStep::commit_sent ? 1 : 0;
        return step == WireStep::commit_sent ? WireAction::hold : WireAction::pass;
    });
    stack.proxy("relay").freeze(false);
    EXPECT_TRUE(support::eventually([&] { return held > 0; }));
    stack.proxy("relay").on_step([](WireStep step) {
        return step == WireStep::commit_sent ? WireAction::hold : WireAction::pass;
    });
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
    auto stack = WholeStack{{.proxied = {programs.begin(), programs.end()}, .postgres = &cluster}};
    auto const show = stack.show(purchases + 2, 2'500, 100);
    hold_and_buy(stack, show, purchases + 1);
    auto load = LoadClient{stack, two_hundred(show, std::chrono::milliseconds{30})};
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
    ASSERT_TRUE(support::eventually([&] { return next_transaction(stack) > ahead; }));
    expect_recovery(stack, load);
}

}  // namespace
}  // namespace frontrow::whole
