// The limits of a fault test, in one place.
#include "tests/system/whole/faults.hpp"

namespace frontrow::whole {
namespace {

constexpr auto kept_under_way = 40;

}  // namespace

LoadClient::Options two_hundred(std::string const& show, std::chrono::milliseconds pace) {
    return {.show = show,
            .purchases = purchases,
            .hopeless = true,
            .pace = pace,
            .kept_under_way = kept_under_way};
}

::testing::AssertionResult is_in_the_middle(LoadClient const& load) {
    auto const met = support::eventually(
        [&] { return load.done() >= 10 && load.under_way() >= unfinished_min; });
    return (met ? ::testing::AssertionSuccess() : ::testing::AssertionFailure())
           << load.done() << " done, " << load.under_way() << " under way";
}

::testing::AssertionResult bites(LoadClient const& load) {
    auto const under_way = load.under_way();
    return (under_way >= unfinished_min ? ::testing::AssertionSuccess()
                                        : ::testing::AssertionFailure())
           << under_way << " under way, " << load.done() << " done";
}

void expect_recovery(LoadClient& load) {
    load.finish_within(recovery_limit);
    EXPECT_GE(load.count("CONFIRMED"), confirmed_min) << load.summary();
    for (auto const& purchase : load.purchases()) {
        EXPECT_TRUE(!purchase.state.empty() && purchase.state != "PAYING")
            << purchase.user << " does not know what became of the purchase";
    }
}

void expect_recovery(WholeStack& stack, LoadClient& load) {
    expect_recovery(load);
    expect_clean_audit(stack);
    expect_history_is_true(stack, load);
}

}  // namespace frontrow::whole
