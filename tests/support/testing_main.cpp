// Runs a test binary so that nothing can pass by not being run: a skip, a disabled test, an empty
// binary and a test that asserted nothing are failures.
#include <cstdio>

#include "tests/support/testing.hpp"

namespace frontrow::support {
namespace {

class EveryTestAsserts : public ::testing::EmptyTestEventListener {
    void OnTestStart(::testing::TestInfo const&) override { before_ = assertions_made(); }

    void OnTestEnd(::testing::TestInfo const& test) override {
        if (test.result()->Skipped()) {
            ADD_FAILURE() << "The test was skipped. Give it what it needs, or delete it.";
        } else if (!test.result()->Failed() && assertions_made() == before_) {
            ADD_FAILURE() << "The test asserted nothing, so it cannot fail.";
        }
    }

    long before_ = 0;
};

int reproach(char const* sentence) {
    std::fprintf(stderr, "[  FAILED  ] %s\n", sentence);
    return 1;
}

}  // namespace
}  // namespace frontrow::support

int main(int argc, char** argv) {
    ::testing::InitGoogleMock(&argc, argv);
    auto& all = *::testing::UnitTest::GetInstance();
    // The unit test framework owns and deletes its listeners.
    all.listeners().Append(new frontrow::support::EveryTestAsserts);
    auto const outcome = RUN_ALL_TESTS();
    if (::testing::GTEST_FLAG(list_tests)) {
        return outcome;
    }
    if (all.test_to_run_count() == 0) {
        return frontrow::support::reproach("No test was run.");
    }
    if (all.disabled_test_count() > 0) {
        return frontrow::support::reproach("A test is disabled. Mend it, or delete it.");
    }
    return outcome;
}
