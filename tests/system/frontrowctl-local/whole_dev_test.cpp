// `./dev` from one end to the other: in a terminal that is closed, after `env`, beside its own
// tests, and without network or sudo.
#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <memory>
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

bool within_a_minute(auto const& holds) {
    for (auto waited = 0; waited < 6000; ++waited) {
        if (holds()) {
            return true;
        }
        std::this_thread::sleep_for(10ms);
    }
    return holds();
}

/// A stack that `./dev up` started in a terminal whose window was closed afterwards.
class DevStack : public ::testing::Test {
  protected:
    static void SetUpTestSuite() {
        shared_ = std::make_unique<ScratchClone>();
        shared_->make_buildable();
        shared_->add_binary("test-servers", "test-servers");
        shared_->add_binary("tidy-tests", "planted-tests");
        fs::create_directories(shared_->root() / "common");
        write_file(shared_->root() / "common/a.cpp", "int main() {\n    return 0;\n}\n");
        write_file(shared_->root() / "meminfo", "MemAvailable: 9000000 kB\n");
        auto terminal = Terminal{
            shared_->root(),
            {"/bin/bash", "-c", "FRONTROW_DEV_MEMINFO=meminfo ./dev up; echo ended: $?; cat"}};
        terminal.shows("ended: ");
        terminal.close();
        shown_ = terminal.screen();
        started_ = shared_->servers();
    }
    static void TearDownTestSuite() { shared_.reset(); }

    static ScratchClone const& clone() { return *shared_; }
    static std::string const& shown() { return shown_; }
    static std::vector<std::string> const& started() { return started_; }
    static ScratchClone::Variables variables() {
        return {{"FRONTROW_DEV_MEMINFO", (clone().root() / "meminfo").string()}};
    }
    static void expect_undisturbed() {
        auto const status = clone().run_local({"status"});
        EXPECT_EQ(status.status, 0) << status.output;
        EXPECT_EQ(clone().servers(), started());
    }

  private:
    static inline std::unique_ptr<ScratchClone> shared_;
    static inline std::string shown_;
    static inline std::vector<std::string> started_;
};

TEST_F(DevStack, TellsEachStepOfTheFirstPurchaseAndWhatToTryNext) {
    for (auto const* told :
         {"wallet", "queue", "ADMITTED", "seats", "HELD", "CONFIRMED", "balance", "SOLD",
          "COMPLETED", "history", "/v1", "user token", "ops token", "Try next:", "./dev down"}) {
        EXPECT_THAT(shown(), HasSubstr(told));
    }
    auto const seats = clone().run_shell(
        "eval \"$(./dev env)\"; psql -Atc 'SELECT count(*) FROM seats GROUP BY show_id' "
        "$FRONTROW_BOOKING_DATABASE_URL; "
        "psql -Atc 'SELECT count(DISTINCT price) >= 2 FROM sections' "
        "$FRONTROW_BOOKING_DATABASE_URL; psql -Atc 'SHOW fsync' $FRONTROW_BOOKING_DATABASE_URL");
    EXPECT_EQ(seats.output, "500\n500\nt\non\n");
}

TEST_F(DevStack, SurvivesTheClosingOfItsTerminal) {
    EXPECT_THAT(shown(), HasSubstr("ended: 0"));
    EXPECT_GE(started().size(), 8U) << "five programs, the gateway, PostgreSQL and Kafka";
    expect_undisturbed();
    auto const asked = clone().run_shell(
        "eval \"$(./dev env)\"; curl -sf -H \"Authorization: Bearer $FRONTROW_TOKEN\" "
        "$FRONTROW_URL/v1/concerts && frontrowctl demo buy");
    EXPECT_EQ(asked.status, 0) << asked.output;
    EXPECT_THAT(asked.output, HasSubstr("CONFIRMED"));
}

TEST_F(DevStack, PrintsForTheShellWhatAnotherToolNeeds) {
    auto const env = clone().run_dev({"env"});
    for (auto const* name :
         {"FRONTROW_URL", "FRONTROW_TOKEN", "FRONTROW_OPS_TOKEN", "KAFKA_BOOTSTRAP_SERVERS",
          "FRONTROW_BOOKING_DATABASE_URL", "FRONTROW_PAYMENT_DATABASE_URL",
          "FRONTROW_QUEUE_DATABASE_URL", "FRONTROW_DATAPLATFORM_DATABASE_URL",
          "FRONTROW_BOOKING_ADMIN_URL", "FRONTROW_RELAY_ADMIN_URL"}) {
        EXPECT_THAT(env.output, HasSubstr(std::string{"export "} + name + "='"));
    }
    EXPECT_THAT(env.output, Not(HasSubstr("EXTERNAL")));
}

TEST_F(DevStack, IsFoundAgainByUpAfterEnv) {
    auto const again = clone().run_shell(
        "eval \"$(./dev env)\" && eval \"$(./dev env)\" && ./dev up", variables());
    EXPECT_EQ(again.status, 0) << again.output;
    EXPECT_THAT(again.output, HasSubstr("a seat was bought before"));
    expect_undisturbed();
}

TEST_F(DevStack, IsNotUsedOrDisturbedByTestsThatRunAfterEnv) {
    // The tests' servers are others, and none of what `env` printed reached the tests.
    write_file(clone().root() / "bin/system-tests",
               "#!/bin/sh\nenv > \"$FRONTROW_TEST_SAID\"\nexec \"$(dirname \"$0\")/tidy-tests\" "
               "\"$@\"\n",
               0755);
    auto with_said = variables();
    with_said["FRONTROW_TEST_SAID"] = (clone().root() / "said").string();
    with_said["GTEST_FILTER"] = "Planted.Passes";
    auto const tests =
        clone().run_shell("eval \"$(./dev env)\" && exec ./dev test system", with_said);
    EXPECT_EQ(tests.status, 0) << tests.output;
    EXPECT_THAT(tests.output, HasSubstr("servers               ready"));
    EXPECT_THAT(tests.output, ::testing::EndsWith("\n1 passed, 0 failed\n"));
    auto const said = read_file(clone().root() / "said").value_or("");
    auto const ours = read_file(clone().root() / ".dev/ports").value_or("");
    auto const port_of = [&](std::string const& part) {
        auto const at = ours.find("\n" + part + " ") + part.size() + 2;
        return ours.substr(at, ours.find('\n', at) - at);
    };
    EXPECT_THAT(said, HasSubstr("FRONTROW_TEST_KAFKA=127.0.0.1:"));
    EXPECT_THAT(said, Not(HasSubstr("FRONTROW_TEST_KAFKA=127.0.0.1:" + port_of("kafka") + "\n")));
    EXPECT_THAT(said, Not(HasSubstr("@127.0.0.1:" + port_of("postgresql") + "/")));
    for (auto const* name : {"KAFKA_BOOTSTRAP_SERVERS=", "FRONTROW_URL=", "FRONTROW_TOKEN=",
                             "FRONTROW_BOOKING_DATABASE_URL=", "FRONTROW_RELAY_ADMIN_URL="}) {
        EXPECT_THAT(said, Not(HasSubstr("\n" + std::string{name})));
    }
    expect_undisturbed();
}

TEST_F(DevStack, NeedsNeitherSudoNorTheNetworkAsAllPackagesAreThere) {
    auto const fake = clone().root() / "fake";
    fs::create_directories(fake);
    for (auto const* command : {"sudo", "apt-get", "apt", "dpkg", "mvn", "curl", "wget", "git"}) {
        write_file(fake / command,
                   "#!/bin/sh\necho \"" + std::string{command} + " $*\" >> '" +
                       (fake / "called").string() + "'\nexit 1\n",
                   0755);
    }
    auto without = variables();
    without["PATH"] = fake.string() + ":" + std::getenv("PATH");
    without["http_proxy"] = without["https_proxy"] = "http://127.0.0.1:1";
    without["GTEST_FILTER"] = "Planted.Passes";
    auto const up = clone().run_dev({"up"}, without);
    EXPECT_EQ(up.status, 0) << up.output;
    auto const tests = clone().run_dev({"test", "tidy"}, without);
    EXPECT_EQ(tests.status, 0) << tests.output;
    EXPECT_EQ(read_file(fake / "called").value_or(""), "");
    expect_undisturbed();
}

TEST_F(DevStack, KeepsNoStageBehindOneThatFailed) {
    auto all = variables();
    all["GTEST_FILTER"] = "Planted.Passes:Planted.Fails";
    auto const outcome = clone().run_shell(".ci/run tidy storage; echo \"status $?\"", all);
    EXPECT_THAT(outcome.output, HasSubstr("tidy                  1 passed, 1 failed"));
    EXPECT_THAT(outcome.output, HasSubstr("failed, so later stages are not run"));
    EXPECT_THAT(outcome.output, Not(HasSubstr("\nservers")));
    EXPECT_THAT(outcome.output, HasSubstr("\n2 passed, 1 failed\nstatus 1\n"));
}

TEST_F(DevStack, ShowsTheLogsOfItsParts) {
    auto const one = clone().run_dev({"logs", "booking-service", "-n", "1"});
    EXPECT_EQ(one.status, 0);
    EXPECT_THAT(one.output, ::testing::StartsWith("{\""));
    auto const all = clone().run_dev({"logs"});
    EXPECT_THAT(all.output, HasSubstr("log/kafka.log"));
    EXPECT_THAT(all.output, HasSubstr("log/outbox-relay.log"));
    auto const unknown = clone().run_dev({"logs", "nothing"});
    EXPECT_EQ(unknown.status, 1);
    EXPECT_THAT(unknown.output, HasSubstr("there is no log of \"nothing\""));
    auto following = clone().start_dev({"logs", "gateway", "-f"});
    auto log = std::ofstream{clone().root() / ".dev/log/gateway.log", std::ios::app};
    log << "a line of later" << std::endl;
    EXPECT_TRUE(within_a_minute(
        [] { return clone().output().find("a line of later") != std::string::npos; }));
    EXPECT_TRUE(following.is_running());
    following.stop(SIGTERM, 5s);
}

TEST(DevTest, EndsItsServersWhenItsRunnerIsKilled) {
    auto const clone = ScratchClone{};
    clone.make_buildable();
    clone.add_binary("test-servers", "test-servers");
    write_file(clone.root() / "meminfo", "MemAvailable: 9000000 kB\n");
    write_file(clone.root() / "bin/storage-tests",
               "#!/bin/sh\nenv > \"$FRONTROW_TEST_SAID\"\nexec sleep 1000\n", 0755);
    auto runner = clone.start_dev({"test", "storage"},
                                  {{"FRONTROW_DEV_MEMINFO", (clone.root() / "meminfo").string()},
                                   {"FRONTROW_TEST_SAID", (clone.root() / "said").string()}});
    auto const said = [&] {
        return read_file(clone.root() / "said").value_or("");
    };
    EXPECT_TRUE(within_a_minute([&] {
        return said().find("FRONTROW_TEST_KAFKA=") != std::string::npos || !runner.is_running();
    }));
    auto const descendants_of = [](pid_t id) {
        auto found = child_ids(id);
        for (auto n = std::size_t{0}; n < found.size(); ++n) {
            auto const more = child_ids(found[n]);
            found.insert(found.end(), more.begin(), more.end());
        }
        return found;
    };
    auto const all = descendants_of(runner.id());
    auto const has_ended = [](pid_t id) {
        auto const stat = read_file("/proc/" + std::to_string(id) + "/stat").value_or("");
        return stat.empty() || stat.find(") Z ") != std::string::npos;
    };
    auto const command_lines = [&] {
        auto text = std::string{};
        for (auto const id : all) {
            text += read_file("/proc/" + std::to_string(id) + "/cmdline").value_or("") + "\n";
        }
        return text;
    }();
    EXPECT_THAT(command_lines, HasSubstr("bin/postgres"));
    EXPECT_THAT(command_lines, HasSubstr("kafka.Kafka"));
    EXPECT_THAT(command_lines, HasSubstr("guardian"));
    runner.signal(SIGKILL);
    EXPECT_TRUE(within_a_minute([&] { return std::ranges::all_of(all, has_ended); }));
    // The folder of the servers went with them.
    auto const at = command_lines.find("/var/tmp/frontrow-test-");
    ASSERT_NE(at, std::string::npos);
    EXPECT_TRUE(within_a_minute([&] {
        return !fs::exists(
            command_lines.substr(at, std::string{"/var/tmp/frontrow-test-XXXXXX"}.size()));
    }));
}

}  // namespace
}  // namespace frontrow::local
