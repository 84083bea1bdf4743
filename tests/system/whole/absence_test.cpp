// One program is away for a while, and the others go on as far as they can.
#include "tests/system/whole/faults.hpp"

namespace frontrow::whole {
namespace {

using namespace std::chrono_literals;

constexpr auto money = 5'000;

/// As many customers as there are workers have seats, and ask to pay when they shall hurry.
LoadClient::Options about_to_pay(std::string const& show) {
    return {.show = show, .purchases = purchases, .money = money, .kept_under_way = purchases};
}

std::string reservations_in(WholeStack& stack, std::string const& state) {
    return stack.ask("booking", "SELECT count(*) FROM reservations WHERE state = '" + state +
                                    "' AND user_id LIKE 'customer-%'");
}

TEST(PaymentAway, LetsPurchasesWaitAndThenConfirmsThem) {
    auto stack = WholeStack{{}};
    auto const show = stack.show(purchases + 2, 2'500, 100);
    hold_and_buy(stack, show, purchases + 1);
    auto load = LoadClient{stack, about_to_pay(show)};
    ASSERT_TRUE(support::eventually([&] { return load.about_to_pay() == 64; }));
    stack.kill("payment");
    ASSERT_TRUE(bites(load));
    load.hurry();
    ASSERT_TRUE(support::eventually([&] { return reservations_in(stack, "PAYING") == "64"; }));
    EXPECT_EQ(load.done(), 0);
    EXPECT_EQ(stack.ask("payment", "SELECT count(*) FROM payments WHERE user_id LIKE 'customer-%'"),
              "0");
    for (auto const* const other : {"booking", "queue", "dataplatform", "relay"}) {
        EXPECT_TRUE(stack.is_ready(other)) << other;
    }
    stack.start("payment");
    expect_recovery(stack, load);
}

TEST(PaymentAway, ForTooLongLetsPurchasesExpireWithTheirMoneyUntouched) {
    auto stack = WholeStack{
        {.settings = {
             {"booking", {{"HOLD__PAYMENT_MINIMUM", "500ms"}, {"HOLD__DURATION", "5s"}}}}}};
    auto const show = stack.show(purchases + 2, 2'500, 100);
    auto options = about_to_pay(show);
    options.purchases = 64;
    auto load = LoadClient{stack, options};
    ASSERT_TRUE(support::eventually([&] { return load.about_to_pay() == 64; }));
    stack.kill("payment");
    load.hurry();
    ASSERT_TRUE(support::eventually([&] { return load.done() == 64; }));
    EXPECT_EQ(stack.ask("payment", "SELECT count(*) FROM payments WHERE user_id LIKE 'customer-%'"),
              "0");
    stack.start("payment");
    load.finish_within(recovery_limit);
    EXPECT_EQ(load.unanswered(), 0);
    for (auto const& purchase : load.purchases()) {
        EXPECT_TRUE(purchase.state == "EXPIRED") << purchase.user << ": " << purchase.state;
    }
    EXPECT_TRUE(support::eventually([&] {
        return stack.ask("payment",
                         "SELECT count(*) FROM payments WHERE user_id LIKE 'customer-%' "
                         "AND state = 'VOIDED'") == "64";
    }));
    stack.kill("booking");
    stack.set("booking", "HOLD__DURATION", "5m");  // or this hold were over before the audit
    stack.start("booking");
    hold_and_buy(stack, show, purchases + 1);
    expect_clean_audit(stack);
    expect_history_is_true(stack, load);
    EXPECT_EQ(stack.ask("payment",
                        "SELECT count(*) FROM wallets WHERE user_id LIKE 'customer-%' "
                        "AND available = " +
                            std::to_string(money) + " AND pending = 0"),
              "64");
}

TEST(DataplatformAway, IsNoticedByNobodyAndCatchesUp) {
    auto stack = WholeStack{{}};
    auto const show = stack.show(purchases + 2, 2'500, 100);
    hold_and_buy(stack, show, purchases + 1);
    auto load = LoadClient{stack, two_hundred(show, 10ms)};
    ASSERT_TRUE(is_in_the_middle(load));
    stack.kill("dataplatform");
    ASSERT_TRUE(bites(load));
    load.finish_within(recovery_limit);
    EXPECT_EQ(load.count("CONFIRMED"), purchases) << load.summary();
    EXPECT_EQ(load.cut_off(), 0);
    for (auto const* const other : {"booking", "payment", "queue", "relay"}) {
        EXPECT_TRUE(stack.is_ready(other)) << other;
    }
    auto const events = [&] {
        auto count = 0;
        for (auto const* const name : {"booking", "payment", "queue"}) {
            count += std::stoi(stack.ask(name, "SELECT count(*) FROM outbox"));
        }
        return count;
    };
    auto const recorded = [&] {
        return std::stoi(stack.ask("dataplatform", "SELECT count(*) FROM history"));
    };
    EXPECT_LT(recorded(), events());
    stack.start("dataplatform");
    EXPECT_TRUE(support::eventually([&] { return recorded() == events(); }));
    expect_clean_audit(stack);
    expect_history_is_true(stack, load);
}

}  // namespace
}  // namespace frontrow::whole
