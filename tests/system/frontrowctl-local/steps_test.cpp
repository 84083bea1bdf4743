// The steps of `./dev` that install and build: how they fail, how they are broken off, and that the
// next run mends what that left.
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>

#include "frontrowctl/local/files.hpp"
#include "tests/support/testing.hpp"
#include "tests/system/frontrowctl-local/scratch_clone.hpp"
#include "tests/system/frontrowctl-local/terminal.hpp"

namespace frontrow::local {
namespace {
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

/// A build that takes until the file "go" is there, and is done when the file "made" is.
void make_slow(ScratchClone const& clone) {
    write_file(clone.root() / "slow.sh",
               "touch under-way\necho compiling a part\n"
               "until test -e go; do sleep 0.05; done\ntouch made\n");
    clone.make_buildable(
        "add_custom_target(slow ALL COMMAND sh slow.sh WORKING_DIRECTORY ${CMAKE_SOURCE_DIR})\n");
}

constexpr auto broken_target = R"(
add_custom_target(broken ALL COMMAND ${CMAKE_COMMAND} -E echo "part.cpp:7: error: no such thing"
                  COMMAND false VERBATIM)
add_dependencies(frontrowctl broken)
)";

void wait_for_file(fs::path const& file, Process& run) {
    while (run.is_running() && !fs::exists(file)) {
        std::this_thread::sleep_for(5ms);
    }
}

/// Whether a process works in that folder.
bool is_anyone_in(fs::path const& folder) {
    for (auto const& entry : fs::directory_iterator{"/proc"}) {
        auto failed = std::error_code{};
        auto const place = fs::read_symlink(entry.path() / "cwd", failed).string();
        if (!failed && place.starts_with(folder.string())) {
            return true;
        }
    }
    return false;
}

bool is_left_by_all(fs::path const& folder) {
    for (auto waited = 0; waited < 1000 && is_anyone_in(folder); ++waited) {
        std::this_thread::sleep_for(10ms);
    }
    return !is_anyone_in(folder);
}

/// Memory enough, so that a busy machine does not refuse.
ScratchClone::Variables with_memory(ScratchClone const& clone) {
    write_file(clone.root() / "meminfo", "MemAvailable: 9000000 kB\n");
    return {{"FRONTROW_DEV_MEMINFO", (clone.root() / "meminfo").string()}};
}

/// The same, with a `mvn` that does what `script` says: the real one needs a network.
ScratchClone::Variables with_maven(ScratchClone const& clone, std::string const& script) {
    auto const folder = clone.root() / "fake";
    fs::create_directories(folder);
    write_file(folder / "mvn",
               "#!/bin/bash\nfor word; do [[ $word != -DoutputDirectory=* ]] || "
               "out=${word#*=}; done\n" +
                   script,
               0755);
    auto variables = with_memory(clone);
    variables["PATH"] = folder.string() + ":" + std::getenv("PATH");
    return variables;
}

TEST(DevBuild, ThatFailsSaysWhichStepItsLastLinesAndWhatToDo) {
    auto const clone = ScratchClone{};
    clone.make_buildable(broken_target);
    auto const outcome = clone.run_dev({"up"}, with_memory(clone));
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.output, HasSubstr("step \"build-release\" failed"));
    EXPECT_THAT(outcome.output, HasSubstr("last lines of " +
                                          (clone.root() / "build/log/build-release.log").string()));
    EXPECT_THAT(outcome.output, HasSubstr("| part.cpp:7: error: no such thing"));
    EXPECT_THAT(outcome.output, HasSubstr("what to do: the log names the file and line; "
                                          "./dev build release tries again"));
    EXPECT_THAT(clone.servers(), ::testing::IsEmpty());
}

TEST(DevBuild, ThatCannotBeConfiguredSaysSoAndIsMendedByTheNextRun) {
    auto const clone = ScratchClone{};
    clone.make_buildable("message(FATAL_ERROR \"a library is missing\")\n");
    auto const failed = clone.run_dev({"build"}, with_memory(clone));
    EXPECT_EQ(failed.status, 1);
    EXPECT_THAT(failed.output, HasSubstr("step \"configure-release\" failed"));
    EXPECT_THAT(failed.output, HasSubstr("a library is missing"));
    EXPECT_THAT(failed.output, HasSubstr("what to do: "));
    auto const project = read_file(clone.root() / "CMakeLists.txt").value();
    write_file(clone.root() / "CMakeLists.txt", project.substr(0, project.find("message")));
    auto const mended = clone.run_dev({"build"}, with_memory(clone));
    EXPECT_EQ(mended.status, 0) << mended.output;
    EXPECT_THAT(mended.output, HasSubstr("build-release         done"));
}

TEST(DevBuild, IsStoppedWithAllThatItStartedByCtrlC) {
    auto const clone = ScratchClone{};
    make_slow(clone);
    auto run = clone.start_dev({"build"}, with_memory(clone));
    wait_for_file(clone.root() / "under-way", run);
    EXPECT_TRUE(is_anyone_in(clone.root() / "build"));
    run.signal(SIGINT);
    EXPECT_TRUE(run.wait(1min));
    EXPECT_EQ(WEXITSTATUS(run.exit_status().value_or(0)), 130) << clone.output();
    EXPECT_THAT(clone.output(), HasSubstr("interrupted"));
    EXPECT_TRUE(is_left_by_all(clone.root()));
    write_file(clone.root() / "go", "");
    auto const mended = clone.run_dev({"build"}, with_memory(clone));
    EXPECT_EQ(mended.status, 0) << mended.output;
    EXPECT_TRUE(fs::exists(clone.root() / "made"));
}

TEST(DevBuild, IsMendedByTheNextRunAfterAKill) {
    auto const clone = ScratchClone{};
    make_slow(clone);
    auto run = clone.start_dev({"build"}, with_memory(clone));
    wait_for_file(clone.root() / "under-way", run);
    run.stop(SIGKILL, 5s);
    // The compiler that was left behind holds the lock until it is done.
    EXPECT_TRUE(is_anyone_in(clone.root()));
    write_file(clone.root() / "go", "");
    auto const mended = clone.run_dev({"build"}, with_memory(clone));
    EXPECT_EQ(mended.status, 0) << mended.output;
    EXPECT_TRUE(fs::exists(clone.root() / "made"));
    EXPECT_TRUE(is_left_by_all(clone.root()));
}

TEST(DevBuild, ShowsItsProgressWhileItIsLong) {
    auto const clone = ScratchClone{};
    make_slow(clone);
    with_memory(clone);
    auto terminal =
        Terminal{clone.root(), {"/usr/bin/env", "FRONTROW_DEV_MEMINFO=meminfo", "./dev", "build"}};
    EXPECT_TRUE(terminal.shows(" s: ")) << terminal.screen();
    write_file(clone.root() / "go", "");
    EXPECT_TRUE(terminal.shows("build-release         done")) << terminal.screen();
}

TEST(DevMaven, ThatFailsSaysSoAndLeavesNothingOfJavaBehind) {
    auto const clone = ScratchClone{};
    fs::remove(clone.root() / "build/kafka/jars");
    auto const outcome = clone.run_dev(
        {"prepare-tests"},
        with_maven(
            clone,
            "mkdir -p \"$out\"; echo part > \"$out/part.jar\"; echo \"options:$MAVEN_OPTS\"\n"
            "echo '[ERROR] Could not transfer artifact'; exit 1\n"));
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.output, HasSubstr("step \"maven\" failed with status 1"));
    EXPECT_THAT(outcome.output, HasSubstr("| [ERROR] Could not transfer artifact"));
    EXPECT_THAT(outcome.output, HasSubstr("what to do: look whether Maven reaches its repository"));
    // Java would otherwise leave a file in /tmp/hsperfdata_<user> when it is killed.
    EXPECT_THAT(outcome.output, HasSubstr("-XX:-UsePerfData"));
    EXPECT_FALSE(fs::exists(clone.root() / "build/kafka/jars"));
}

TEST(DevMaven, IsMendedByTheNextRunAfterAKill) {
    auto const clone = ScratchClone{};
    fs::remove(clone.root() / "build/kafka/jars");
    auto const half =
        with_maven(clone,
                   "mkdir -p \"$out\"; echo part > \"$out/part.jar\"; touch under-way\n"
                   "until test -e go; do sleep 0.05; done\n");
    auto run = clone.start_dev({"prepare-tests"}, half);
    wait_for_file(clone.root() / "under-way", run);
    ::kill(-run.id(), SIGKILL);
    EXPECT_TRUE(run.wait(1min));
    EXPECT_FALSE(fs::exists(clone.root() / "build/kafka/jars"));
    auto const mended = clone.run_dev(
        {"prepare-tests"}, with_maven(clone, "mkdir -p \"$out\"; echo all > \"$out/all.jar\"\n"));
    EXPECT_EQ(mended.status, 0) << mended.output;
    EXPECT_TRUE(fs::exists(clone.root() / "build/kafka/jars/all.jar"));
    EXPECT_FALSE(fs::exists(clone.root() / "build/kafka/jars/part.jar"));
    auto const again = clone.run_dev({"prepare-tests"}, with_maven(clone, "exit 1\n"));
    EXPECT_EQ(again.status, 0) << "what is resolved is not asked for again\n" << again.output;
    for (auto const& entry : fs::directory_iterator{clone.root() / "build/kafka"}) {
        EXPECT_THAT(entry.path().filename().string(), Not(HasSubstr("unfinished")));
    }
    write_file(clone.root() / "go", "");
    EXPECT_TRUE(is_left_by_all(clone.root()));
}

TEST(DevFormat, FormatsEverySource) {
    auto const clone = ScratchClone{};
    clone.make_buildable();
    for (auto const* folder : {"common", "booking-service", "payment-service", "queue-service",
                               "dataplatform-consumer", "outbox-relay", "frontrowctl"}) {
        fs::create_directories(clone.root() / folder);
        write_file(clone.root() / folder / "a.cpp", "int   main( ){return 0 ;}\n");
    }
    auto const outcome = clone.run_dev({"format"});
    EXPECT_EQ(outcome.status, 0) << outcome.output;
    EXPECT_EQ(read_file(clone.root() / "common/a.cpp"), "int main() {\n    return 0;\n}\n");
    EXPECT_EQ(read_file(clone.root() / "frontrowctl/a.cpp"), "int main() {\n    return 0;\n}\n");
}

}  // namespace
}  // namespace frontrow::local
