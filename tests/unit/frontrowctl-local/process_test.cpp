// Programs that we start: found again, never mistaken, and ended for sure.
#include "frontrowctl/local/process.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>

#include "frontrowctl/local/files.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::local {
namespace {
using namespace std::chrono_literals;
namespace fs = std::filesystem;

class ProcessTest : public ::testing::Test {
  protected:
    ProcessTest() {
        auto name = std::string{"/tmp/frontrow-process-XXXXXX"};
        folder_ = ::mkdtemp(name.data());
    }
    ~ProcessTest() override {
        if (auto left = Process::find(folder_ / "pid")) {
            left->stop(SIGKILL, 5s);
        }
        fs::remove_all(folder_);
    }
    [[nodiscard]] Program shell(std::string const& script) const {
        return {.name = "sh",
                .arguments = {"/bin/sh", "-c", script},
                .log_file = folder_ / "log",
                .pid_file = folder_ / "pid"};
    }
    [[nodiscard]] std::string log() const { return read_file(folder_ / "log").value_or(""); }

    fs::path folder_;
};

TEST_F(ProcessTest, IsFoundAgainByItsPidFile) {
    auto const started = Process::start(shell("exec sleep 600"));
    auto const found = Process::find(folder_ / "pid");
    ASSERT_TRUE(found);
    EXPECT_EQ(found->id(), started.id());
    EXPECT_EQ(::getpgid(started.id()), started.id());
}

TEST_F(ProcessTest, IsKnownBeforeItsFirstInstruction) {
    auto process = Process::start(shell("cat '" + (folder_ / "pid").string() + "'"));
    ASSERT_TRUE(process.wait(10s));
    EXPECT_TRUE(log().starts_with(std::to_string(process.id()) + ' ')) << log();
}

TEST_F(ProcessTest, WhosePidBelongsToSomebodyElseNowIsNotFound) {
    auto process = Process::start(shell("exec sleep 600"));
    auto const text = read_file(folder_ / "pid").value();
    auto const start = text.find(' ') + 1;
    // The same pid, started at another time.
    write_file(folder_ / "pid", text.substr(0, start) + '1' + text.substr(start));
    EXPECT_FALSE(Process::find(folder_ / "pid"));
    EXPECT_TRUE(process.is_running());
    process.stop(SIGKILL, 5s);
}

TEST_F(ProcessTest, ThatEndedIsNotFoundAlthoughNobodyRemovedItsFile) {
    auto process = Process::start(shell("exit 3"));
    ASSERT_TRUE(process.wait(10s));
    EXPECT_EQ(WEXITSTATUS(process.exit_status().value()), 3);
    EXPECT_FALSE(Process::find(folder_ / "pid"));
}

TEST_F(ProcessTest, WithoutAReadablePidFileIsNotFound) {
    for (auto const* text : {"", "abc", "12", "12 34"}) {
        write_file(folder_ / "pid", text);
        EXPECT_FALSE(Process::find(folder_ / "pid")) << text;
    }
}

TEST_F(ProcessTest, ThatIgnoresTheSignalIsKilledWithItsChildren) {
    auto process = Process::start(
        shell("trap '' TERM; sleep 601 & echo $!; echo ready; while :; do sleep 0.1; done"));
    while (log().find("ready") == std::string::npos) {
        ASSERT_TRUE(process.is_running());
        ::usleep(1000);
    }
    auto const child = static_cast<pid_t>(std::stol(log()));
    EXPECT_FALSE(process.stop(SIGTERM, 50ms));
    EXPECT_FALSE(process.is_running());
    // The kernel ends it in its own time; a zombie has ended.
    auto const lives = [child] {
        auto const state = read_file("/proc/" + std::to_string(child) + "/stat");
        return state && state->find(") Z") == std::string::npos &&
               state->find(") X") == std::string::npos;
    };
    for (auto waited = 0; waited < 5000 && lives(); ++waited) {
        ::usleep(1000);
    }
    EXPECT_FALSE(lives());
}

TEST_F(ProcessTest, EndsByItselfWhenTheSignalIsHeeded) {
    auto process = Process::start(shell("exec sleep 600"));
    EXPECT_TRUE(process.stop(SIGTERM, 10s));
    EXPECT_FALSE(process.is_running());
}

// Between the two looks of an older version, a program could end and take its status with it.
TEST_F(ProcessTest, ThatIsSeenDeadHasToldHowItEnded) {
    for (auto round = 0; round < 200; ++round) {
        auto process = Process::start(shell("exit 3"));
        while (process.is_running()) {
        }
        ASSERT_TRUE(process.exit_status()) << "round " << round;
        ASSERT_EQ(WEXITSTATUS(*process.exit_status()), 3);
    }
}

TEST_F(ProcessTest, StartedWithOtherSettingsIsAnotherOne) {
    auto program = shell("exec sleep 600");
    program.environment = {{"FRONTROW_BOOKING__HTTP__PORT", "1"}};
    auto process = Process::start(program);
    EXPECT_TRUE(Process::find(folder_ / "pid")->runs(program));
    program.environment = {{"FRONTROW_BOOKING__HTTP__PORT", "2"}};
    EXPECT_FALSE(Process::find(folder_ / "pid")->runs(program));
    process.stop(SIGKILL, 5s);
}

TEST_F(ProcessTest, OfABinaryThatWasBuiltAnewIsAnotherOne) {
    fs::copy_file("/bin/sleep", folder_ / "service");
    auto program = shell("");
    program.arguments = {(folder_ / "service").string(), "600"};
    auto process = Process::start(program);
    EXPECT_TRUE(process.runs(program));
    fs::remove(folder_ / "service");
    fs::copy_file("/bin/sleep", folder_ / "service");
    EXPECT_FALSE(process.runs(program));
    process.stop(SIGKILL, 5s);
}

TEST_F(ProcessTest, ThatCannotRunSaysSoAndLeavesNoPidFile) {
    auto program = shell("");
    program.arguments = {"/no/such/program"};
    EXPECT_THROW(Process::start(program), std::system_error);
    EXPECT_FALSE(fs::exists(folder_ / "pid"));
}

TEST_F(ProcessTest, InheritsNoOpenFileOfOurs) {
    auto const held = ::open(folder_.c_str(), O_RDONLY | O_DIRECTORY);
    auto process = Process::start(shell("ls /proc/self/fd | wc -l"));
    ASSERT_TRUE(process.wait(10s));
    ::close(held);
    // Input, both outputs, and the one with which ls reads the folder.
    EXPECT_EQ(log(), "4\n");
}

TEST_F(ProcessTest, AsAToolIsWaitedFor) {
    EXPECT_EQ(run(shell("exit 7")), 7);
    EXPECT_EQ(run(shell("kill -9 $$")), 128 + SIGKILL);
}

}  // namespace
}  // namespace frontrow::local
