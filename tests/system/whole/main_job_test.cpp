// The main job with all programs together, alone and by many at once.
#include <set>

#include "tests/system/whole/expectations.hpp"

namespace frontrow::whole {
namespace {

TEST(WholeSystem, SellsOneSeatFromTheQueueToTheLedgerAndTheAuditIsClean) {
    auto stack = WholeStack{{}};
    auto const show = stack.show(10, 2'500, 5);
    hold_and_buy(stack, show, 1);
    EXPECT_TRUE(support::eventually([&] {
        return stack.ask("payment",
                         "SELECT available || ' ' || pending FROM wallets "
                         "WHERE user_id = 'buyer-2'") == "2500 0";
    }));
    EXPECT_EQ(stack.ask("booking", "SELECT state FROM seats WHERE seat_no = 2"), "SOLD");
    EXPECT_TRUE(support::eventually([&] {
        return stack.ask("queue", "SELECT state FROM tokens WHERE user_id = 'buyer-2'") ==
               "COMPLETED";
    }));
    EXPECT_TRUE(support::eventually([&] {
        return stack.ask("dataplatform",
                         "SELECT string_agg(split_part(type, '.', 4), ' ' ORDER BY time) "
                         "FROM history WHERE user_id = 'buyer-2' "
                         "AND topic = 'payment.payment.v1'") == "authorized captured";
    }));
    expect_clean_audit(stack);
}

TEST(WholeSystem, SellsTwoHundredSeatsToSixtyFourWorkersOverTwoReplicas) {
    auto stack = WholeStack{{.replicas = 2}};
    auto const show = stack.show(300, 2'500, 100);
    hold_and_buy(stack, show, 201);
    auto load = LoadClient{stack, {.show = show, .purchases = 200, .hopeless = true}};
    load.finish_within(std::chrono::seconds{90});
    EXPECT_EQ(load.count("CONFIRMED"), 200) << load.summary();
    auto refused = 0;
    auto replicas = std::set<std::string>{};
    for (auto const& told : load.told()) {
        refused += told.status / 100 == 4 && told.what != "join" ? 1 : 0;
        replicas.insert(told.what + std::to_string(told.replica));
    }
    EXPECT_EQ(refused, 800);  // what each customer asked for in vain
    for (auto const* const what : {"top-up0", "top-up1", "join0", "join1", "hold0", "hold1"}) {
        EXPECT_TRUE(replicas.contains(what)) << what;
    }
    expect_clean_audit(stack);
    expect_history_is_true(stack, load);
}

}  // namespace
}  // namespace frontrow::whole
