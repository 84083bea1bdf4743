// What `./dev` says before it does anything: every problem at once, and who is at work already.
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <filesystem>
#include <set>
#include <string>

#include "frontrowctl/local/files.hpp"
#include "tests/support/testing.hpp"
#include "tests/system/frontrowctl-local/scratch_clone.hpp"

namespace frontrow::local {
namespace {
namespace fs = std::filesystem;
using ::testing::HasSubstr;

/// A machine that lacks everything: commands that answer so come first on the PATH.
std::map<std::string, std::string> poor_machine(ScratchClone const& clone, bool has_sudo) {
    auto const folder = clone.root() / "fake";
    fs::create_directories(folder);
    auto const command = [&](char const* name, char const* script) {
        write_file(folder / name, script, 0755);
    };
    command("df", "#!/bin/sh\necho header\necho '/dev/x 10000000 0 2000000 80% /'\n");
    if (has_sudo) {
        command("sudo", "#!/bin/sh\nexit 1\n");
    }
    for (auto const* tool :
         {"bash", "readlink", "dirname", "mkdir", "flock", "cat", "sed", "sort", "grep",
          "dpkg-query", "comm", "xargs", "awk", "cut", "tr", "sh", "echo"}) {
        fs::create_symlink(fs::exists(fs::path{"/usr/bin"} / tool) ? fs::path{"/usr/bin"} / tool
                                                                   : fs::path{"/bin"} / tool,
                           folder / tool);
    }
    write_file(clone.root() / "packages.txt", "# a list\nfrontrow-no-such-package\n");
    write_file(folder / "os-release", "ID=debian\nVERSION_ID=11\nPRETTY_NAME='Debian 11'\n");
    write_file(folder / "meminfo", "MemTotal: 2000000 kB\nMemAvailable: 1572864 kB\n");
    return {{"PATH", folder.string()},
            {"FRONTROW_DEV_OS_RELEASE", (folder / "os-release").string()},
            {"FRONTROW_DEV_MEMINFO", (folder / "meminfo").string()}};
}

TEST(DevUp, NamesEveryProblemOfTheMachineAtOnce) {
    auto const clone = ScratchClone{0, account_of("nobody")};
    auto const outcome = clone.run_dev({"up"}, poor_machine(clone, true));
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.output, HasSubstr("this is Debian 11, but frontrow needs Debian 12"));
    EXPECT_THAT(outcome.output, HasSubstr("1 GB of disk are free"));
    EXPECT_THAT(outcome.output, HasSubstr("1.5 GB of memory are free, but 3 GB are needed"));
    EXPECT_THAT(outcome.output,
                HasSubstr("sudo cannot ask for a password without a terminal; run: sudo apt-get "
                          "install --yes --no-install-recommends frontrow-no-such-package"));
}

TEST(DevUp, LeavesNothingInTheCloneOfAMachineThatIsNotReady) {
    auto const clone = ScratchClone{0, account_of("nobody")};
    auto const variables = poor_machine(clone, true);
    auto const files = [&] {
        auto found = std::set<std::string>{};
        for (auto const& entry : fs::recursive_directory_iterator{clone.root()}) {
            found.insert(entry.path().string());
        }
        return found;
    };
    auto const before = files();
    EXPECT_EQ(clone.run_dev({"up"}, variables).status, 1);
    EXPECT_EQ(clone.run_dev({"prepare-tests"}, variables).status, 1);
    EXPECT_EQ(files(), before);
    EXPECT_THAT(clone.servers(), ::testing::IsEmpty());
}

TEST(DevUp, SaysWhatRootMustRunWhereThereIsNoSudo) {
    auto const clone = ScratchClone{0, account_of("nobody")};
    auto const outcome = clone.run_dev({"up"}, poor_machine(clone, false));
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.output, HasSubstr("there is no sudo; as root run: apt-get install --yes"));
}

TEST(DevUp, TellsUbuntuThatItMayWork) {
    auto const clone = ScratchClone{0, account_of("nobody")};
    auto variables = poor_machine(clone, true);
    write_file(variables["FRONTROW_DEV_OS_RELEASE"],
               "ID=ubuntu\nVERSION_ID=24.04\nPRETTY_NAME='Ubuntu 24.04'\n");
    auto const outcome = clone.run_dev({"up"}, variables);
    EXPECT_THAT(outcome.output, HasSubstr("Ubuntu 24.04 is not tested; it may work"));
    EXPECT_EQ(outcome.output.find("needs Debian 12"), std::string::npos);
}

TEST(DevUp, SaysWhoIsAtWorkAlready) {
    auto const clone = ScratchClone{};
    fs::create_directories(clone.root() / ".dev");
    auto const holder = "./dev up (pid " + std::to_string(::getpid()) + ")";
    write_file(clone.root() / ".dev/lock", holder + "\n");
    auto const lock = ::open((clone.root() / ".dev/lock").c_str(), O_RDWR | O_CLOEXEC);
    ASSERT_EQ(::flock(lock, LOCK_EX | LOCK_NB), 0);
    auto const outcome = clone.run_dev({"up"}, {});
    ::close(lock);
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.output, HasSubstr(holder + " is at work in this clone already"));
}

TEST(DevUp, PrintsPlainAsciiWithoutATerminal) {
    auto const clone = ScratchClone{0, account_of("nobody")};
    auto const outcome = clone.run_dev({"up"}, poor_machine(clone, true));
    EXPECT_FALSE(outcome.output.empty());
    for (auto const character : outcome.output) {
        EXPECT_TRUE(character == '\n' || (character >= ' ' && character <= '~')) << int{character};
    }
}

TEST(Dev, SaysThatNothingWasStartedInsteadOfMakingSomething) {
    auto const clone = ScratchClone{};
    for (auto const* command : {"status", "logs", "env"}) {
        auto const outcome = clone.run_local({command});
        EXPECT_EQ(outcome.status, 1) << command;
        EXPECT_THAT(outcome.output, HasSubstr("nothing was started in this clone yet")) << command;
    }
    EXPECT_EQ(clone.run_local({"down"}).status, 0);
    EXPECT_FALSE(fs::exists(clone.root() / ".dev"));
}

}  // namespace
}  // namespace frontrow::local
