// Programs killed, and connections cut at COMMIT, in the middle of running purchases.
#include <atomic>
#include <ostream>

#include "tests/system/whole/expectations.hpp"

namespace frontrow::whole {
namespace {

using support::WireAction;
using support::WireStep;

constexpr auto purchases = 200;
constexpr auto confirmed_min = 190;
constexpr auto unfinished_min = 20;
constexpr auto recovery_limit = std::chrono::seconds{60};

/// In the middle: some are done, and at least twenty are under way.
::testing::AssertionResult is_in_the_middle(LoadClient const& load) {
    auto const met = support::eventually(
        [&] { return load.done() >= 10 && load.under_way() >= unfinished_min; });
    return (met ? ::testing::AssertionSuccess() : ::testing::AssertionFailure())
           << load.done() << " done, " << load.under_way() << " under way";
}

void expect_recovery(WholeStack& stack, LoadClient& load) {
    load.finish_within(recovery_limit);
    EXPECT_GE(load.count("CONFIRMED"), confirmed_min) << load.summary();
    expect_clean_audit(stack);
    expect_history_is_true(stack, load);
}

class KilledProgram : public ::testing::TestWithParam<char const*> {};

TEST_P(KilledProgram, IsStartedAgainAndNothingIsLostOrDoneTwice) {
    auto stack = WholeStack{{}};
    auto const show = stack.show(300, 2'500, 100);
    hold_and_buy(stack, show, 201);
    auto load = LoadClient{stack, {.show = show, .purchases = purchases}};
    ASSERT_TRUE(is_in_the_middle(load));
    stack.kill(GetParam());
    ASSERT_GE(load.under_way(), unfinished_min);
    stack.start(GetParam());
    expect_recovery(stack, load);
}

INSTANTIATE_TEST_SUITE_P(WholeSystem, KilledProgram,
                         ::testing::Values("booking", "payment", "queue", "dataplatform", "relay"),
                         [](auto const& each) { return std::string{each.param}; });

struct Cut {
    char const* program;
    WireStep step;
    char const* name;
};
void PrintTo(Cut const& cut, std::ostream* out) {
    *out << cut.program << " " << cut.name;
}

class CutConnection : public ::testing::TestWithParam<Cut> {};

/// Cuts every n-th such step until it did so `bites` times.
void cut_every(support::TcpProxy& proxy, WireStep step, int n, std::atomic<int>& bites) {
    proxy.on_step([step, n, &bites, seen = 0](WireStep now) mutable {
        if (now != step || bites == 0 || ++seen % n != 0) {
            return WireAction::pass;
        }
        --bites;
        return WireAction::cut;
    });
}

TEST_P(CutConnection, AtCommitIsMendedWhicheverWayTheCommitWent) {
    auto const& [program, step, name] = GetParam();
    auto stack = WholeStack{{.proxied = {program}}};
    auto const show = stack.show(300, 2'500, 100);
    hold_and_buy(stack, show, 201);
    auto load = LoadClient{stack, {.show = show, .purchases = purchases}};
    ASSERT_TRUE(is_in_the_middle(load));
    for (auto n = 1; n <= 3; ++n) {
        auto bites = std::atomic<int>{3};
        cut_every(stack.proxy(program), step, n, bites);
        ASSERT_TRUE(support::eventually([&] { return bites == 0; })) << n;
        ASSERT_GE(load.under_way(), unfinished_min) << n;
        stack.proxy(program).on_step({});
    }
    expect_recovery(stack, load);
}

INSTANTIATE_TEST_SUITE_P(WholeSystem, CutConnection,
                         ::testing::Values(Cut{"booking", WireStep::commit_sent, "Sent"},
                                           Cut{"booking", WireStep::commit_answered, "Answered"},
                                           Cut{"payment", WireStep::commit_sent, "Sent"},
                                           Cut{"payment", WireStep::commit_answered, "Answered"}),
                         [](auto const& each) {
                             return std::string{each.param.program} + each.param.name;
                         });

class KilledAtCommit : public ::testing::TestWithParam<Cut> {};

/// What was sent before the process died still arrives: a COMMIT is carried out, an answer is lost.
TEST_P(KilledAtCommit, IsMendedWhicheverWayTheCommitWent) {
    auto const& [program, step, name] = GetParam();
    auto stack = WholeStack{{.proxied = {program}}};
    auto const show = stack.show(300, 2'500, 100);
    hold_and_buy(stack, show, 201);
    auto load = LoadClient{stack, {.show = show, .purchases = purchases}};
    ASSERT_TRUE(is_in_the_middle(load));
    for (auto n = 1; n <= 3; ++n) {
        auto left = std::atomic<int>{n};
        stack.proxy(program).on_step([&left, at = step](WireStep now) {
            return now == at && left > 0 && --left == 0 ? WireAction::hold : WireAction::pass;
        });
        ASSERT_TRUE(support::eventually([&] { return left == 0; })) << n;
        stack.kill(program);
        ASSERT_GE(load.under_way(), unfinished_min) << n;
        stack.proxy(program).on_step({});
        stack.proxy(program).release();
        stack.start(program);
    }
    expect_recovery(stack, load);
}

INSTANTIATE_TEST_SUITE_P(WholeSystem, KilledAtCommit,
                         ::testing::Values(Cut{"booking", WireStep::commit_sent, "Sent"},
                                           Cut{"booking", WireStep::commit_answered, "Answered"},
                                           Cut{"payment", WireStep::commit_sent, "Sent"},
                                           Cut{"payment", WireStep::commit_answered, "Answered"}),
                         [](auto const& each) {
                             return std::string{each.param.program} + each.param.name;
                         });

}  // namespace
}  // namespace frontrow::whole
