// What `up` survives: repetition, neighbours, deep folders, other users, Ctrl-C and kill -9
// anywhere.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <string>
#include <thread>

#include "frontrowctl/local/files.hpp"
#include "frontrowctl/local/stack.hpp"
#include "tests/support/testing.hpp"
#include "tests/system/frontrowctl-local/scratch_clone.hpp"

namespace frontrow::local {
namespace {
using namespace std::chrono_literals;
namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

constexpr auto parts = {
    "postgresql",      "kafka",         "outbox-relay",          "booking-service",
    "payment-service", "queue-service", "dataplatform-consumer", "gateway"};

/// Waits until the command has printed that, or has ended.
void wait_for_output(ScratchClone const& clone, Process& command, std::string const& text) {
    while (command.is_running() && clone.output().find(text) == std::string::npos) {
        std::this_thread::sleep_for(5ms);
    }
}

void expect_all_ready(ScratchClone const& clone) {
    auto const status = clone.run_local({"status"});
    EXPECT_EQ(status.status, 0) << status.output;
    for (auto const* part : parts) {
        EXPECT_THAT(status.output, ::testing::ContainsRegex(std::string{part} + " +ready"));
    }
}

int listen_on(std::uint16_t port) {
    auto const socket = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address));
    ::listen(socket, 1);
    return socket;
}

TEST(Up, SellsASeatIsRepeatableAndIsForgottenWithoutATrace) {
    auto const clone = ScratchClone{120};
    ASSERT_GE(clone.root().string().size(), 120U);
    auto const first = clone.run_local({"up"});
    ASSERT_EQ(first.status, 0) << first.output;
    EXPECT_THAT(first.output, HasSubstr("CONFIRMED"));
    EXPECT_THAT(first.output, HasSubstr("Try next:"));
    expect_all_ready(clone);
    auto const before = clone.servers();

    auto const second = clone.run_local({"up"});
    EXPECT_EQ(second.status, 0) << second.output;
    EXPECT_EQ(clone.servers(), before);
    EXPECT_THAT(second.output, HasSubstr("a seat was bought before"));

    auto const down = clone.run_local({"down"});
    EXPECT_EQ(down.status, 0) << down.output;
    EXPECT_THAT(clone.servers(), IsEmpty());
    EXPECT_TRUE(fs::exists(clone.postgres()));

    auto const wiped = clone.run_local({"down", "--wipe"});
    EXPECT_EQ(wiped.status, 0) << wiped.output;
    EXPECT_FALSE(fs::exists(clone.postgres()));
    EXPECT_FALSE(fs::exists(clone.root() / ".dev"));
}

TEST(Up, WorksForAUserWhoIsNotRoot) {
    auto const clone = ScratchClone{120, account_of("nobody")};
    auto const outcome = clone.run_local({"up"});
    EXPECT_EQ(outcome.status, 0) << outcome.output;
    expect_all_ready(clone);
}

TEST(Up, OfTwoClonesRunSideBySide) {
    auto const first = ScratchClone{};
    auto const second = ScratchClone{};
    auto in_background = first.start_local({"up"});
    auto const outcome = second.run_local({"up"});
    EXPECT_EQ(outcome.status, 0) << outcome.output;
    EXPECT_TRUE(in_background.wait(3min)) << first.output();
    expect_all_ready(first);
    expect_all_ready(second);
}

TEST(Up, StopsWhatItStartedOnCtrlC) {
    auto const clone = ScratchClone{};
    auto up = clone.start_local({"up"});
    wait_for_output(clone, up, "kafka                 ready");
    up.signal(SIGINT);
    EXPECT_TRUE(up.wait(1min));
    EXPECT_EQ(WEXITSTATUS(up.exit_status().value()), 130) << clone.output();
    EXPECT_THAT(clone.servers(), IsEmpty());
    EXPECT_THAT(clone.output(), HasSubstr("interrupted"));
}

TEST(Up, MendsWhatAKillLeftAtEveryStep) {
    auto const clone = ScratchClone{};
    for (auto const* step : {"starting PostgreSQL", "starting Apache Kafka", "postgresql ",
                             "kafka                 ready", "databases", "migrate", "topics"}) {
        auto up = clone.start_local({"up"});
        wait_for_output(clone, up, step);
        up.stop(SIGKILL, 5s);
    }
    auto const mended = clone.run_local({"up"});
    EXPECT_EQ(mended.status, 0) << mended.output;
    expect_all_ready(clone);
    // One of each, not one more for each kill.
    auto const count = [&](std::string const& what) {
        auto number = 0;
        for (auto const& line : clone.servers()) {
            number += line.find(what) != std::string::npos ? 1 : 0;
        }
        return number;
    };
    EXPECT_EQ(count("kafka.Kafka"), 1);
    EXPECT_EQ(count("/postgres" + std::string{'\0'} + "-D"), 1);
}

TEST(Up, MendsAStackWhoseServersWereKilled) {
    auto const clone = ScratchClone{};
    ASSERT_EQ(clone.run_local({"up"}).status, 0) << clone.output();
    for (auto const* part : parts) {
        auto server = Process::find(clone.root() / ".dev/run" / (std::string{part} + ".pid"));
        ASSERT_TRUE(server) << part;
        server->stop(SIGKILL, 5s);
    }
    auto const mended = clone.run_local({"up"});
    EXPECT_EQ(mended.status, 0) << mended.output;
    expect_all_ready(clone);
}

TEST(Up, SaysWhichStepFailedWithItsLogAndWhatToDo) {
    auto const clone = ScratchClone{};
    fs::remove(clone.root() / "build/kafka/jars");
    auto const without_jars = clone.run_local({"up"});
    EXPECT_EQ(without_jars.status, 1);
    EXPECT_THAT(without_jars.output, HasSubstr("step \"kafka\" failed: there are no jars"));
    EXPECT_THAT(without_jars.output, HasSubstr("what to do: ./dev build"));
    EXPECT_THAT(clone.servers(), IsEmpty());

    fs::create_directories(clone.root() / "build/kafka/jars");
    auto const broken_broker = clone.run_local({"up"});
    EXPECT_EQ(broken_broker.status, 1);
    EXPECT_THAT(broken_broker.output, HasSubstr("step \"kafka\" failed"));
    EXPECT_THAT(broken_broker.output, HasSubstr("last lines of"));
    EXPECT_THAT(broken_broker.output, HasSubstr("kafka.tools.StorageTool"));
    EXPECT_THAT(clone.servers(), IsEmpty());
}

TEST(Up, SaysWhyTheDatabaseFailedWithItsLogAndWhatToDo) {
    auto const clone = ScratchClone{};
    // A cluster of which nothing but its folder is left.
    fs::create_directories(clone.root() / ".dev/secrets");
    write_file(clone.root() / ".dev/secrets/postgres.password", "lost", 0600);
    fs::create_directories(clone.postgres() / "data");
    if (::geteuid() == 0) {
        auto const owner = account_of("postgres");
        ASSERT_EQ(::chown((clone.postgres() / "data").c_str(), owner.user, owner.group), 0);
    }
    auto const outcome = clone.run_local({"up"});
    EXPECT_EQ(outcome.status, 1);
    EXPECT_THAT(outcome.output, HasSubstr("step \"postgresql\" failed"));
    EXPECT_THAT(outcome.output,
                HasSubstr("last lines of " + (clone.root() / ".dev/log/postgresql.log").string()));
    EXPECT_THAT(outcome.output, HasSubstr("| postgres: could not access the server configuration"));
    EXPECT_THAT(outcome.output, HasSubstr("what to do: "));
    EXPECT_THAT(clone.servers(), IsEmpty()) << "Kafka, which came up, is stopped as well";
}

TEST(Up, TakesAnotherPortIfItsOwnWasTakenMeanwhile) {
    auto const clone = ScratchClone{};
    fs::create_directories(clone.root() / ".dev");
    auto ports = Ports{clone.root() / ".dev/ports"};
    auto const port = ports.of("gateway");
    auto const neighbour = listen_on(port);
    auto const outcome = clone.run_local({"up"});
    EXPECT_EQ(outcome.status, 0) << outcome.output;
    ::close(neighbour);
    EXPECT_THAT(outcome.output, HasSubstr(std::to_string(port) + " was taken by another program"));
    expect_all_ready(clone);
}

TEST(Up, TakesAnotherPortIfItsOwnIsTakenWhileItStarts) {
    auto const clone = ScratchClone{};
    auto up = clone.start_local({"up"});
    wait_for_output(clone, up, "starting Apache Kafka");
    // Java takes longer to get there than we do.
    auto const port = Ports{clone.root() / ".dev/ports"}.of("kafka");
    auto const neighbour = listen_on(port);
    EXPECT_TRUE(up.wait(4min));
    ::close(neighbour);
    EXPECT_EQ(up.exit_status(), 0) << clone.output();
    EXPECT_THAT(clone.output(), HasSubstr(std::to_string(port) + " was taken by another program"));
    expect_all_ready(clone);
}

}  // namespace
}  // namespace frontrow::local
