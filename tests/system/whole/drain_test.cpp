// SIGTERM of each program under load: what was accepted is answered.
#include "tests/system/whole/faults.hpp"

namespace frontrow::whole {
namespace {

TEST(Drain, OfEachProgramUnderLoadLosesNoAnswer) {
    auto stack = WholeStack{{.replicas = 2}};
    auto const show = stack.show(purchases + 2, 2'500, 100);
    hold_and_buy(stack, show, purchases + 1);
    auto load = LoadClient{stack, two_hundred(show, std::chrono::milliseconds{50})};
    ASSERT_TRUE(is_in_the_middle(load));
    for (auto const* const program : {"booking", "payment", "queue", "dataplatform", "relay"}) {
        EXPECT_EQ(stack.stop(program), 0) << program;
        ASSERT_TRUE(bites(load)) << program;
        stack.start(program);
    }
    expect_recovery(stack, load);
    EXPECT_EQ(load.count("CONFIRMED"), purchases) << load.summary();
    EXPECT_EQ(load.cut_off(), 0);
}

}  // namespace
}  // namespace frontrow::whole
