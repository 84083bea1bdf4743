// The log's one global: its level, where it writes, and whole lines from racing threads.
#include "common/log/log.hpp"

#include <sstream>
#include <thread>
#include <vector>

#include "tests/support/testing.hpp"

namespace frontrow::log {
namespace {

using testing::HasSubstr;
using testing::IsEmpty;

// `start` changes the process, so each of these runs in a child of its own and is judged by what
// it wrote on stderr, where the child's stdout is sent.
[[noreturn]] void in_a_child(Options const& options, void (*body)()) {
    ::dup2(STDERR_FILENO, STDOUT_FILENO);
    start(options);
    body();
    ::_exit(0);
}

TEST(LogDeathTest, SaysOnlyWarningsAndErrorsBeforeTheStart) {
    EXPECT_EXIT(
        {
            info("quiet", "not said");
            warning("loud", "said");
            ::_exit(0);
        },
        testing::ExitedWithCode(0), "^[^ ]+ warning said .loud.\n$");
}

TEST(LogDeathTest, WritesJsonFromTheStartOnUnlessAtATerminal) {
    EXPECT_EXIT(in_a_child({.service = "x", .level = Level::info, .format = Format::automatic},
                           [] { info("a", "b"); }),
                testing::ExitedWithCode(0), "^.\"@timestamp\":.*\"message\":\"b\".*\n$");
}

TEST(LogDeathTest, LeavesOutWhatIsBelowItsLevel) {
    EXPECT_EXIT(in_a_child({.service = "x", .level = Level::error, .format = Format::text},
                           [] { warning("a", "b"); }),
                testing::ExitedWithCode(0), "^$");
}

TEST(Log, WritesWholeLinesFromRacingThreads) {
    testing::internal::CaptureStderr();
    {
        auto threads = std::vector<std::jthread>{};
        for (auto i = 0; i < 8; ++i) {
            threads.emplace_back([] {
                for (auto j = 0; j < 200; ++j) {
                    warning("raced", std::string(500, 'x'));
                }
            });
        }
    }
    auto lines = std::istringstream{testing::internal::GetCapturedStderr()};
    auto count = 0;
    for (auto line = std::string{}; std::getline(lines, line); ++count) {
        ASSERT_THAT(line, HasSubstr("warning " + std::string(500, 'x') + " [raced]"));
    }
    EXPECT_EQ(count, 8 * 200);
}

TEST(Log, KnowsTheNamesOfItsLevelsAndFormats) {
    EXPECT_EQ(level_from("debug"), Level::debug);
    EXPECT_EQ(level_from("info"), Level::info);
    EXPECT_EQ(level_from("warning"), Level::warning);
    EXPECT_EQ(level_from("error"), Level::error);
    EXPECT_THROW((void)level_from("loud"), std::invalid_argument);
    EXPECT_EQ(format_from("auto"), Format::automatic);
    EXPECT_EQ(format_from("json"), Format::json);
    EXPECT_EQ(format_from("text"), Format::text);
    EXPECT_THROW((void)format_from("xml"), std::invalid_argument);
}

}  // namespace
}  // namespace frontrow::log
