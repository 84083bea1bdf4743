// The test of the tests: what tests/run counts, prints and answers when something is planted.
#include <array>
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <string>

#include "tests/support/testing.hpp"
#include "tests/tidy/source_tree.hpp"

namespace frontrow::tidy {
namespace {

struct RunOutcome {
    std::string last_line;
    bool succeeded;
};

RunOutcome run_planted(std::string const& filter) {
    auto const binary =
        std::filesystem::read_symlink("/proc/self/exe").parent_path() / "planted-tests";
    auto const command = "FRONTROW_TEST_CASE_SECONDS_MAX=2 " + root() + "/tests/run --binary " +
                         binary.string() + " --gtest_filter='" + filter + "' 2>&1";
    auto* const output = ::popen(command.c_str(), "r");
    auto last_line = std::string{};
    auto buffer = std::array<char, 4096>{};
    while (std::fgets(buffer.data(), buffer.size(), output) != nullptr) {
        last_line = buffer.data();
    }
    auto const succeeded = ::pclose(output) == 0;
    return {last_line, succeeded};
}

TEST(Runner, CountsWhatPasses) {
    auto const outcome = run_planted("Planted.Passes");
    EXPECT_EQ(outcome.last_line, "1 passed, 0 failed\n");
    EXPECT_TRUE(outcome.succeeded);
}

TEST(Runner, FailsForAFailingCase) {
    auto const outcome = run_planted("Planted.Passes:Planted.Fails");
    EXPECT_EQ(outcome.last_line, "1 passed, 1 failed\n");
    EXPECT_FALSE(outcome.succeeded);
}

TEST(Runner, FailsForASkippedCase) {
    auto const outcome = run_planted("Planted.Passes:Planted.Skips");
    EXPECT_EQ(outcome.last_line, "1 passed, 1 failed\n");
    EXPECT_FALSE(outcome.succeeded);
}

TEST(Runner, FailsForACaseThatAssertedNothing) {
    auto const outcome = run_planted("Planted.Passes:Planted.AssertsNothing");
    EXPECT_EQ(outcome.last_line, "1 passed, 1 failed\n");
    EXPECT_FALSE(outcome.succeeded);
}

TEST(Runner, FailsForACrash) {
    auto const outcome = run_planted("Planted.Crashes");
    EXPECT_EQ(outcome.last_line, "0 passed, 1 failed\n");
    EXPECT_FALSE(outcome.succeeded);
}

TEST(Runner, FailsForABinaryThatEndsAsIfAllWereWell) {
    auto const outcome = run_planted("Planted.EndsTheProcess");
    EXPECT_EQ(outcome.last_line, "0 passed, 1 failed\n");
    EXPECT_FALSE(outcome.succeeded);
}

TEST(Runner, EndsACaseThatHangs) {
    auto const begin = std::chrono::steady_clock::now();
    auto const outcome = run_planted("Planted.Hangs");
    EXPECT_EQ(outcome.last_line, "0 passed, 1 failed\n");
    EXPECT_FALSE(outcome.succeeded);
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::minutes{4});
}

TEST(Runner, FailsForAStageWithoutCases) {
    auto const outcome = run_planted("Planted.IsNotThere");
    EXPECT_EQ(outcome.last_line, "0 passed, 1 failed\n");
    EXPECT_FALSE(outcome.succeeded);
}

}  // namespace
}  // namespace frontrow::tidy
