// Each program killed, and cut off, at each step that it takes on the wire, in the middle of
// running purchases.
#include <atomic>

#include "tests/system/whole/faults.hpp"

namespace frontrow::whole {
namespace {

using support::TcpProxy;
using support::WireAction;
using support::WireStep;

struct Step {
    WireStep step;
    char const* name;
};

/// The relay commits its cursor and produces; the others commit what they did and then the offsets.
std::vector<Step> steps_of(std::string const& program) {
    auto steps = std::vector<Step>{{WireStep::commit_sent, "COMMIT sent"},
                                   {WireStep::commit_answered, "COMMIT answered"}};
    if (program == "relay") {
        steps.push_back({WireStep::produce_sent, "Produce sent"});
        steps.push_back({WireStep::produce_acknowledged, "Produce acknowledged"});
    } else {
        steps.push_back({WireStep::offset_commit_sent, "OffsetCommit sent"});
    }
    return steps;
}

TcpProxy& proxy_of(WholeStack& stack, std::string const& program, WireStep step) {
    return step <= WireStep::commit_answered ? stack.proxy(program) : stack.kafka_proxy(program);
}

/// Strikes once, at the n-th such step from now on.
class Strike {
  public:
    Strike(TcpProxy& proxy, WireStep step, int n, WireAction action) : proxy_{proxy} {
        left_ = n;
        proxy_.on_step([this, step, action](WireStep now) {
            return now == step && left_ > 0 && --left_ == 0 ? action : WireAction::pass;
        });
    }
    ~Strike() { proxy_.on_step({}); }
    Strike(Strike const&) = delete;
    Strike& operator=(Strike const&) = delete;

    [[nodiscard]] bool happens() const {
        return support::eventually([&] { return left_ == 0; });
    }

  private:
    TcpProxy& proxy_;
    std::atomic<int> left_{0};
};

/// Does `strike` for every step of the program and n = 1, 2, 3, while purchases run.
template <class Attempt>
void at_each_step(std::string const& program, Attempt attempt) {
    for (auto const& [step, name] : steps_of(program)) {
        for (auto n = 1; n <= 3; ++n) {
            SCOPED_TRACE(program + ": " + name + ", n = " + std::to_string(n));
            attempt(step, n);
            if (::testing::Test::HasFatalFailure()) {
                return;
            }
        }
    }
}

void cut_at_each_step(WholeStack& stack, std::string const& program, LoadClient const& load) {
    at_each_step(program, [&](WireStep step, int n) {
        auto const strike = Strike{proxy_of(stack, program, step), step, n, WireAction::cut};
        ASSERT_TRUE(strike.happens());
        ASSERT_TRUE(bites(load));
    });
}

/// What the program had sent before it died still arrives, except that for n = 2 it gets lost.
void kill_at_each_step(WholeStack& stack, std::string const& program, LoadClient const& load) {
    auto is_running = true;
    at_each_step(program, [&](WireStep step, int n) {
        auto& proxy = proxy_of(stack, program, step);
        {
            auto const strike = Strike{proxy, step, n, WireAction::hold};
            if (!is_running) {
                stack.launch(program);
            }
            ASSERT_TRUE(strike.happens());
            stack.kill(program);
            ASSERT_TRUE(bites(load));
        }
        is_running = false;
        if (n == 2) {
            proxy.cut_all();
        }
        proxy.release();
        // Or a late message to the dead would be taken for a step of its successor.
        ASSERT_TRUE(support::eventually([&] {
            return stack.proxy(program).connections() + stack.kafka_proxy(program).connections() ==
                   0;
        }));
    });
    if (!::testing::Test::HasFatalFailure()) {
        stack.start(program);
    }
}

class EachStep : public ::testing::TestWithParam<char const*> {};

TEST_P(EachStep, OfAProgramThatIsCutOffThereOrKilledThereLosesAndRepeatsNothing) {
    auto stack = WholeStack{{.proxied = {GetParam()}}};
    auto const show = stack.show(2 * purchases + 2, 2'500, 100);
    hold_and_buy(stack, show, 2 * purchases + 1);

    auto cut_off = LoadClient{stack, two_hundred(show, std::chrono::milliseconds{60})};
    ASSERT_TRUE(is_in_the_middle(cut_off));
    cut_at_each_step(stack, GetParam(), cut_off);
    expect_recovery(cut_off);
    ASSERT_FALSE(HasFatalFailure());

    auto options = two_hundred(show, std::chrono::milliseconds{200});
    options.name = "survivor";
    options.first_seat = purchases + 1;
    auto killed = LoadClient{stack, options};
    ASSERT_TRUE(is_in_the_middle(killed));
    kill_at_each_step(stack, GetParam(), killed);
    ASSERT_FALSE(HasFatalFailure());
    expect_recovery(killed);

    expect_clean_audit(stack);
    expect_history_is_true(stack, cut_off);
    expect_history_is_true(stack, killed);
}

INSTANTIATE_TEST_SUITE_P(WholeSystem, EachStep,
                         ::testing::Values("booking", "payment", "queue", "dataplatform", "relay"),
                         [](auto const& each) { return std::string{each.param}; });

}  // namespace
}  // namespace frontrow::whole
