// How a process ends: each of these runs in a child of its own.
#include "common/service/process.hpp"

#include <signal.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <system_error>

#include "tests/support/testing.hpp"

namespace frontrow::service {
namespace {

using namespace std::chrono_literals;

ProcessConfig config(std::chrono::milliseconds patience = 20s) {
    return {.admin_host = "127.0.0.1",
            .admin_port = 0,
            .log_level = log::Level::error,
            .log_format = log::Format::text,
            .drain_delay = 0ms,
            .drain_patience = patience};
}

void say(char const* text) {
    [[maybe_unused]] auto const written =
        ::write(STDERR_FILENO, text, std::char_traits<char>::length(text));
}

class ProcessDeathTest : public testing::Test {};

TEST_F(ProcessDeathTest, RunsItsStepsInOrderAtASignalAndEndsWithZero) {
    EXPECT_EXIT(
        {
            auto process = Process("tested", config());
            process.on_stop("first", [] { say("first "); });
            process.run("loop", [](std::stop_token const& stop) {
                ::kill(::getpid(), SIGTERM);
                while (!stop.stop_requested()) {
                    ::usleep(1000);
                }
                say("loop ");
            });
            process.on_stop("last", [] { say("last"); });
            ::_exit(process.run_until_signalled());
        },
        testing::ExitedWithCode(0), "^first loop last$");
}

// What a thread uses may be gone by then: main failed on its way to run_until_signalled.
TEST_F(ProcessDeathTest, RunsNoThreadIfItsStartFails) {
    EXPECT_EXIT(
        {
            try {
                auto process = Process("tested", config());
                process.run("loop", [](auto const&) { say("loop "); });
                process.every("work", 1ms, [] { say("work "); });
                throw std::runtime_error("planted");
            } catch (std::runtime_error const&) {
                say("failed");
            }
            ::_exit(1);
        },
        testing::ExitedWithCode(1), "^failed$");
}

TEST_F(ProcessDeathTest, StopsWithOneWhenAThreadFails) {
    EXPECT_EXIT(
        {
            auto process = Process("tested", config());
            process.on_stop("step", [] { say("step "); });
            process.run("loop", [](auto const&) { throw std::runtime_error("planted"); });
            ::_exit(process.run_until_signalled());
        },
        testing::ExitedWithCode(1), "step ");
}

TEST_F(ProcessDeathTest, StopsWithZeroWhenAThreadHasNothingMoreToDo) {
    EXPECT_EXIT(
        {
            auto process = Process("tested", config());
            process.run("loop", [](auto const&) {});
            ::_exit(process.run_until_signalled());
        },
        testing::ExitedWithCode(0), "");
}

TEST_F(ProcessDeathTest, EndsAtOnceAtASecondSignal) {
    EXPECT_EXIT(
        {
            auto process = Process("tested", config());
            process.on_stop("stuck", [] {
                ::kill(::getpid(), SIGINT);
                ::pause();
            });
            process.stop(0);
            ::_exit(process.run_until_signalled());
        },
        testing::ExitedWithCode(128 + SIGINT), "a second signal");
}

TEST_F(ProcessDeathTest, EndsWhenItsPatienceIsOver) {
    EXPECT_EXIT(
        {
            auto process = Process("tested", config(100ms));
            process.on_stop("stuck", [] {
                while (true) {
                    ::pause();
                }
            });
            process.stop(0);
            ::_exit(process.run_until_signalled());
        },
        testing::ExitedWithCode(128 + SIGALRM), "patience is over");
}

TEST_F(ProcessDeathTest, GoesOnWithTheNextStepWhenOneFails) {
    EXPECT_EXIT(
        {
            auto process = Process("tested", config());
            process.on_stop("bad", [] { throw std::runtime_error("planted"); });
            process.on_stop("good", [] { say("good"); });
            process.stop(0);
            ::_exit(process.run_until_signalled());
        },
        testing::ExitedWithCode(1), "good");
}

TEST_F(ProcessDeathTest, RepeatsPeriodicWorkThatFails) {
    EXPECT_EXIT(
        {
            auto process = Process("tested", config());
            auto runs = 0;
            process.every("work", 1ms, [&] {
                if (++runs == 3) {
                    process.stop(7);
                }
                throw std::runtime_error("planted");
            });
            ::_exit(process.run_until_signalled());
        },
        testing::ExitedWithCode(7), "");
}

TEST_F(ProcessDeathTest, DoesNotWaitForThePeriodAtAStop) {
    EXPECT_EXIT(
        {
            auto process = Process("tested", config());
            process.every("work", 24h, [&] { process.stop(0); });
            ::_exit(process.run_until_signalled());
        },
        testing::ExitedWithCode(0), "");
}

TEST_F(ProcessDeathTest, RunsItsStepsAndThrowsIfTheAdminPortIsTaken) {
    EXPECT_EXIT(
        {
            auto taken = http::Server({}, {}, {});
            auto other = config();
            other.admin_port = taken.port();
            auto process = Process("tested", other);
            process.on_stop("step", [] { say("step "); });
            try {
                (void)process.run_until_signalled();
            } catch (std::system_error const&) {
                ::_exit(9);
            }
        },
        testing::ExitedWithCode(9), "step ");
}

TEST(Guard, MakesAFaultAnExitCode) {
    EXPECT_EQ(guard([] { return 5; }), 5);
    EXPECT_EQ(guard([]() -> int { throw std::runtime_error("planted"); }), 1);
}

}  // namespace
}  // namespace frontrow::service
