// What `.dev` holds: files that are whole, ports that are kept, secrets that are secret, one lock.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "common/auth/jwt.hpp"
#include "frontrowctl/local/files.hpp"
#include "frontrowctl/local/layout.hpp"
#include "frontrowctl/local/ports.hpp"
#include "frontrowctl/local/secrets.hpp"
#include "frontrowctl/local/state_lock.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::local {
namespace {
namespace fs = std::filesystem;

class LocalState : public ::testing::Test {
  protected:
    LocalState() {
        auto name = std::string{"/tmp/frontrow-state-XXXXXX"};
        folder_ = ::mkdtemp(name.data());
    }
    ~LocalState() override { fs::remove_all(folder_); }
    [[nodiscard]] static mode_t mode_of(fs::path const& path) {
        struct stat found {};
        ::stat(path.c_str(), &found);
        return found.st_mode & 07777U;
    }

    fs::path folder_;
};

TEST_F(LocalState, ReplacesAFileAsAWholeAndLeavesNoOther) {
    write_file(folder_ / "a", "first");
    write_file(folder_ / "a", "second", 0600);
    EXPECT_EQ(read_file(folder_ / "a"), "second");
    EXPECT_EQ(mode_of(folder_ / "a"), 0600U);
    EXPECT_EQ(std::distance(fs::directory_iterator{folder_}, fs::directory_iterator{}), 1);
    EXPECT_EQ(read_file(folder_ / "b"), std::nullopt);
}

TEST_F(LocalState, RemovesWhatKilledRunsLeftUnfinishedAndNothingElse) {
    fs::create_directories(folder_ / "data.unfinished-123/base");
    fs::create_directories(folder_ / "data");
    write_file(folder_ / "database.unfinished-1", "");
    remove_unfinished(folder_ / "data");
    EXPECT_FALSE(fs::exists(folder_ / "data.unfinished-123"));
    EXPECT_TRUE(fs::exists(folder_ / "data"));
    EXPECT_TRUE(fs::exists(folder_ / "database.unfinished-1"));
}

TEST_F(LocalState, TellsTheLastLinesOfALog) {
    auto text = std::string{};
    for (auto line = 1; line <= 100; ++line) {
        text += std::to_string(line) + '\n';
    }
    write_file(folder_ / "log", text);
    EXPECT_THAT(last_lines(folder_ / "log", 2), ::testing::ElementsAre("99", "100"));
    EXPECT_THAT(last_lines(folder_ / "log", 1000), ::testing::SizeIs(100));
    EXPECT_THAT(last_lines(folder_ / "none", 2), ::testing::IsEmpty());
}

TEST_F(LocalState, KeepsPortsAcrossRunsAndGivesEachNameItsOwn) {
    auto first = Ports{folder_ / "ports"};
    auto numbers = std::set<std::uint16_t>{};
    for (auto const* name : {"gateway", "booking", "payment", "queue", "kafka"}) {
        auto const port = first.of(name);
        EXPECT_GE(port, 15000);
        EXPECT_LT(port, 32768);
        numbers.insert(port);
    }
    EXPECT_EQ(numbers.size(), 5U);
    auto second = Ports{folder_ / "ports"};
    EXPECT_EQ(second.of("gateway"), first.of("gateway"));
    EXPECT_NE(second.choose_again("gateway"), first.of("gateway"));
    EXPECT_EQ(Ports{folder_ / "ports"}.of("gateway"), second.of("gateway"));
}

// Whoever asked first may not listen yet.
TEST_F(LocalState, GivesNoPortTwice) {
    auto ports = std::set<std::uint16_t>{};
    for (auto n = 0; n < 500; ++n) {  // by chance alone seven would be given twice
        EXPECT_TRUE(ports.insert(free_port()).second);
    }
}

TEST_F(LocalState, SeesThatAPortIsTaken) {
    auto const port = free_port();
    auto const socket = ::socket(AF_INET, SOCK_STREAM, 0);
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(socket, reinterpret_cast<sockaddr*>(&address), sizeof(address)), 0);
    ASSERT_EQ(::listen(socket, 1), 0);
    EXPECT_FALSE(is_port_free(port));
    ::close(socket);
    EXPECT_TRUE(is_port_free(port));
}

TEST_F(LocalState, KeepsPasswordsReadableByTheirOwnerOnly) {
    auto const secrets = Secrets{folder_ / "secrets"};
    auto const password = secrets.password("booking");
    EXPECT_EQ(password.size(), 32U);
    EXPECT_NE(password, secrets.password("payment"));
    EXPECT_EQ(Secrets{folder_ / "secrets"}.password("booking"), password);
    EXPECT_EQ(mode_of(folder_ / "secrets"), 0700U);
    EXPECT_EQ(mode_of(folder_ / "secrets/booking.password"), 0600U);
}

TEST_F(LocalState, MakesASigningKeyWhoseSignaturesItsPublishedSetVerifies) {
    auto const secrets = Secrets{folder_ / "secrets"};
    secrets.make_signing_key("user");
    auto const signer = auth::Signer::from_file(secrets.key_file("user").string());
    auto const set = auth::KeySet::from_file(secrets.jwks_file("user").string());
    EXPECT_TRUE(set.verify(signer.sign("{}")).has_value());
    EXPECT_EQ(mode_of(secrets.key_file("user")), 0600U);
    auto const before = read_file(secrets.key_file("user"));
    secrets.make_signing_key("user");
    EXPECT_EQ(read_file(secrets.key_file("user")), before);
    // A run that was killed between the two files.
    fs::remove(secrets.jwks_file("user"));
    secrets.make_signing_key("user");
    auto const again = auth::Signer::from_file(secrets.key_file("user").string());
    EXPECT_TRUE(auth::KeySet::from_file(secrets.jwks_file("user").string())
                    .verify(again.sign("{}"))
                    .has_value());
}

TEST_F(LocalState, IsLockedByOneAtATimeWhoIsNamed) {
    auto const file = folder_ / "lock";
    {
        auto const lock = StateLock{file, "./dev up", std::nullopt};
        try {
            auto const second = StateLock{file, "./dev down", std::nullopt};
            FAIL() << "two hold the lock";
        } catch (std::runtime_error const& error) {
            EXPECT_THAT(error.what(),
                        ::testing::HasSubstr("./dev up (pid " + std::to_string(::getpid()) + ")"));
        }
    }
    EXPECT_NO_THROW((StateLock{file, "./dev down", std::nullopt}));
}

TEST_F(LocalState, GivesEveryCloneAFolderOfItsOwnWithAShortPath) {
    auto const first = Layout{folder_ / "first", {}};
    auto const second = Layout{folder_ / std::string(120, 'x'), {}};
    EXPECT_NE(first.postgres(), second.postgres());
    // A socket's path has 107 bytes at most.
    EXPECT_LT((second.postgres() / "sockets/.s.PGSQL.32767").string().size(), 107U);
}

}  // namespace
}  // namespace frontrow::local
