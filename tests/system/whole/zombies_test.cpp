// Programs that sleep longer than their lease or session, are replaced meanwhile, and wake up.
#include <atomic>

#include "tests/system/whole/faults.hpp"

namespace frontrow::whole {
namespace {

using support::TcpProxy;
using support::WireAction;
using support::WireStep;

/// Waits for that step of the first replica, and stops the replica there.
::testing::AssertionResult stopped_at(WholeStack& stack, std::string const& program,
                                      TcpProxy& proxy, WireStep step, LoadClient const& load) {
    auto is_held = std::atomic<bool>{false};
    proxy.on_step([&is_held, step](WireStep now) {
        return now == step && !is_held.exchange(true) ? WireAction::hold : WireAction::pass;
    });
    auto const happened = support::eventually([&] { return is_held.load(); });
    stack.signal(program, SIGSTOP);
    proxy.on_step({});
    return happened ? bites(load) : ::testing::AssertionFailure() << "the step never came";
}

void wake(WholeStack& stack, std::string const& program) {
    stack.proxy(program).release();
    stack.kafka_proxy(program).release();
    stack.signal(program, SIGCONT);
}

/// How many of the databases the first relay publishes.
int leases_of_the_first(WholeStack& stack) {
    auto const holder = "' pid " + std::to_string(stack.process_id("relay")) + "'";
    auto held = 0;
    for (auto const* const name : {"booking", "payment", "queue", "dataplatform"}) {
        held += std::stoi(stack.ask(name,
                                    "SELECT count(*) FROM relay_cursor WHERE right("
                                    "lease_holder, length(" +
                                        holder + ")) = " + holder));
    }
    return held;
}

class Zombie : public ::testing::Test {
  protected:
    Zombie() {
        hold_and_buy(stack_, show_, purchases + 1);
        auto options = two_hundred(show_, std::chrono::milliseconds{100});
        options.patience = std::chrono::seconds{3};
        load_ = std::make_unique<LoadClient>(stack_, options);
    }

    /// It still owns its partitions, as far as it knows, and commits the offsets of what it did.
    void sleep_through_session(std::string const& program, WireStep step) {
        SCOPED_TRACE(program);
        auto const assigned = stack_.logged("partitions assigned", program, 1);
        auto& proxy =
            step == WireStep::commit_sent ? stack_.proxy(program) : stack_.kafka_proxy(program);
        ASSERT_TRUE(stopped_at(stack_, program, proxy, step, *load_));
        EXPECT_TRUE(support::eventually(
            [&] { return stack_.logged("partitions assigned", program, 1) > assigned; }));
        // Whatever it had locked is free again, though it sleeps on.
        EXPECT_TRUE(support::eventually([&] {
            return stack_.ask(program,
                              "SELECT count(*) FROM pg_stat_activity WHERE state LIKE 'idle in "
                              "transaction%' AND datname = current_database() "
                              "AND state_change < now() - interval '1 second'") == "0";
        }));
        wake(stack_, program);
    }

    WholeStack stack_{{.replicas = 2,
                       .settings = {{"relay", {{"LEASE__DURATION", "500ms"}}}},
                       .proxied = {"booking", "payment", "queue", "dataplatform", "relay"},
                       .doubled = {"dataplatform", "relay"}}};
    std::string show_{stack_.show(purchases + 2, 2'500, 100)};
    std::unique_ptr<LoadClient> load_;
};

TEST_F(Zombie, ThatWakesAfterItsLeaseOrSessionDoesNoHarm) {
    ASSERT_TRUE(is_in_the_middle(*load_));
    ASSERT_EQ(stack_.stop("relay", 1), 0);  // so that the first has every lease
    ASSERT_TRUE(support::eventually([&] { return leases_of_the_first(stack_) == 4; }));
    stack_.start("relay", 1);
    ASSERT_TRUE(stopped_at(stack_, "relay", stack_.kafka_proxy("relay"),
                           WireStep::produce_acknowledged, *load_));
    EXPECT_TRUE(support::eventually([&] { return leases_of_the_first(stack_) == 0; }));
    wake(stack_, "relay");
    EXPECT_TRUE(support::eventually([&] { return stack_.logged("relay_fenced", "relay") > 0; }));
    for (auto const* const program : {"booking", "payment", "queue", "dataplatform"}) {
        sleep_through_session(program, WireStep::offset_commit_sent);
        ASSERT_FALSE(HasFatalFailure());
    }
    expect_recovery(stack_, *load_);
}

TEST_F(Zombie, ThatSleepsInsideATransactionHoldsNobodyUpForLong) {
    ASSERT_TRUE(is_in_the_middle(*load_));
    for (auto const* const program : {"booking", "payment", "queue"}) {
        sleep_through_session(program, WireStep::commit_sent);
        ASSERT_FALSE(HasFatalFailure());
    }
    expect_recovery(stack_, *load_);
}

}  // namespace
}  // namespace frontrow::whole
