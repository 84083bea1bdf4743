// The fault proxy: sees the steps, holds and cuts exactly there. A fault test is worth what this
// is.
#include "tests/support/tcp_proxy.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <string>
#include <thread>

#include "tests/support/testing.hpp"
#include "tests/support/wire_frames.hpp"

namespace frontrow::support {
namespace {

std::string postgres_message(char type, std::string const& body) {
    auto const length = static_cast<std::uint8_t>(body.size() + 4);
    return std::string{type} + std::string(3, '\0') + static_cast<char>(length) + body;
}

std::string start_up() {
    return std::string{"\0\0\0\x08\0\x03\0\0", 8};
}

std::string kafka_message(char api, char correlation) {
    return std::string{"\0\0\0\x08\0", 5} + api + std::string{"\0\x09\0\0\0", 5} + correlation;
}

/// A server that answers every octet with the same octet, for one connection.
class Echo {
  public:
    Echo() {
        listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        auto address = sockaddr_in{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        ::bind(listener_, reinterpret_cast<sockaddr*>(&address), sizeof address);
        ::listen(listener_, 4);
        auto length = socklen_t{sizeof address};
        ::getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &length);
        port_ = ntohs(address.sin_port);
        thread_ = std::thread{[this] {
            serve();
        }};
    }
    ~Echo() {
        ::shutdown(listener_, SHUT_RDWR);
        thread_.join();
        ::close(listener_);
    }
    [[nodiscard]] std::uint16_t port() const { return port_; }
    [[nodiscard]] std::size_t received() const { return received_; }

  private:
    void serve() {
        while (true) {
            auto const connection = ::accept(listener_, nullptr, nullptr);
            if (connection < 0) {
                return;
            }
            auto buffer = std::array<char, 4096>{};
            for (auto n = ::recv(connection, buffer.data(), buffer.size(), 0); n > 0;
                 n = ::recv(connection, buffer.data(), buffer.size(), 0)) {
                received_ += static_cast<std::size_t>(n);
                ::send(connection, buffer.data(), static_cast<std::size_t>(n), MSG_NOSIGNAL);
            }
            ::close(connection);
        }
    }
    int listener_{-1};
    std::uint16_t port_{0};
    std::atomic<std::size_t> received_{0};
    std::thread thread_;
};

int connect_to(std::uint16_t port) {
    auto const connection = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::connect(connection, reinterpret_cast<sockaddr*>(&address), sizeof address);
    auto const patience = timeval{.tv_sec = 10, .tv_usec = 0};
    ::setsockopt(connection, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    return connection;
}

std::string send_and_read(int connection, std::string const& octets) {
    ::send(connection, octets.data(), octets.size(), MSG_NOSIGNAL);
    auto answer = std::string{};
    auto buffer = std::array<char, 4096>{};
    while (answer.size() < octets.size()) {
        auto const n = ::recv(connection, buffer.data(), buffer.size(), 0);
        if (n <= 0) {
            break;
        }
        answer.append(buffer.data(), static_cast<std::size_t>(n));
    }
    return answer;
}

std::string ready(char state) {
    return postgres_message('Z', std::string{state});
}

std::string tag(std::string const& text) {
    return postgres_message('C', text + '\0');
}

std::string prepare(std::string const& name, std::string const& sql) {
    return postgres_message('P', name + '\0' + sql + std::string{"\0\0\0", 3});
}

std::string bind(std::string const& name) {
    return postgres_message('B', std::string{"\0", 1} + name + std::string{"\0\0\0", 3});
}

void see(WireFrames& frames, std::string const& message, bool to_server) {
    static_cast<void>(frames.step_of(message, to_server));
}

/// Frames of a session that has started.
WireFrames started() {
    auto frames = WireFrames{Protocol::postgres};
    EXPECT_EQ(frames.message_length(start_up(), true), 8U);
    EXPECT_EQ(frames.step_of(start_up(), true), std::nullopt);
    return frames;
}

TEST(WireFrames, NameTheCommitOfABlockThatChangedSomething) {
    auto frames = started();
    auto const commit = postgres_message('Q', std::string{"COMMIT\0", 7});
    EXPECT_EQ(frames.message_length(commit.substr(0, 7), true), 0U);
    EXPECT_EQ(frames.message_length(commit + "Q", true), commit.size());
    see(frames, ready('T'), false);
    EXPECT_EQ(frames.step_of(tag("SELECT 3"), false), std::nullopt);
    EXPECT_EQ(frames.step_of(commit, true), std::nullopt);
    EXPECT_EQ(frames.step_of(tag("COMMIT"), false), std::nullopt);
    see(frames, ready('T'), false);
    EXPECT_EQ(frames.step_of(tag("INSERT 0 0"), false), std::nullopt);
    EXPECT_EQ(frames.step_of(commit, true), std::nullopt);
    EXPECT_EQ(frames.step_of(tag("UPDATE 2"), false), std::nullopt);
    EXPECT_EQ(frames.step_of(commit, true), WireStep::commit_sent);
    EXPECT_EQ(frames.step_of(tag("COMMIT"), false), WireStep::commit_answered);
    see(frames, ready('I'), false);
    see(frames, ready('T'), false);
    EXPECT_EQ(frames.step_of(commit, true), std::nullopt);
}

TEST(WireFrames, NameTheSyncThatCommitsAStatementWhichStandsAlone) {
    auto frames = started();
    auto const sync = postgres_message('S', "");
    see(frames, prepare("move", "\n UPDATE c SET n = 1"), true);
    see(frames, prepare("look", "SELECT 1"), true);
    EXPECT_EQ(frames.step_of(sync, true), std::nullopt);
    see(frames, ready('I'), false);
    see(frames, bind("look"), true);
    EXPECT_EQ(frames.step_of(sync, true), std::nullopt);
    EXPECT_EQ(frames.step_of(tag("SELECT 1"), false), std::nullopt);
    see(frames, bind("move"), true);
    EXPECT_EQ(frames.step_of(sync, true), WireStep::commit_sent);
    EXPECT_EQ(frames.step_of(tag("UPDATE 1"), false), WireStep::commit_answered);
    see(frames, ready('T'), false);
    see(frames, bind("move"), true);
    EXPECT_EQ(frames.step_of(sync, true), std::nullopt);
}

TEST(WireFrames, NameTheCommitThatWasSentBehindWhatItCommits) {
    auto frames = started();
    auto const sync = postgres_message('S', "");
    see(frames, prepare("begin", "BEGIN"), true);
    see(frames, prepare("move", "UPDATE c SET n = 1"), true);
    see(frames, prepare("commit", "COMMIT"), true);
    for (auto const changes : {true, false}) {
        for (auto const* const name : {"begin", "move"}) {
            EXPECT_EQ(frames.step_of(bind(name), true), std::nullopt);
            EXPECT_EQ(frames.step_of(sync, true), std::nullopt) << name;
        }
        auto const commit = bind("commit") + sync;
        EXPECT_EQ(frames.message_length(commit, true), 0U) << "before its answers";
        see(frames, tag("BEGIN"), false);
        see(frames, ready('T'), false);
        EXPECT_EQ(frames.message_length(commit, true), 0U) << "before the last of them";
        see(frames, tag(changes ? "UPDATE 1" : "UPDATE 0"), false);
        see(frames, ready('T'), false);
        EXPECT_EQ(frames.message_length(commit, true), commit.size());
        EXPECT_EQ(frames.message_length(bind("commit"), true), 0U) << "without its Sync";
        EXPECT_EQ(frames.step_of(commit, true),
                  changes ? std::optional{WireStep::commit_sent} : std::nullopt);
        EXPECT_EQ(frames.step_of(tag("COMMIT"), false),
                  changes ? std::optional{WireStep::commit_answered} : std::nullopt);
        see(frames, ready('I'), false);
    }
}

TEST(WireFrames, NameTheCommitThatSharesTheSyncOfItsWrites) {
    auto frames = started();
    see(frames, prepare("begin", "BEGIN"), true);
    see(frames, prepare("look", "SELECT 1"), true);
    see(frames, prepare("move", "UPDATE c SET n = 1"), true);
    see(frames, prepare("commit", "COMMIT"), true);
    auto const sync = postgres_message('S', "");
    for (auto const* const name : {"move", "look"}) {
        auto const commits = std::string{name} == "move";
        auto const all = bind("begin") + bind(name) + bind("commit") + sync;
        EXPECT_EQ(frames.message_length(all.substr(0, all.size() - 1), true), 0U);
        EXPECT_EQ(frames.message_length(all + sync, true), all.size());
        EXPECT_EQ(frames.step_of(all, true),
                  commits ? std::optional{WireStep::commit_sent} : std::nullopt);
        see(frames, tag("BEGIN"), false);
        EXPECT_EQ(frames.step_of(tag(commits ? "UPDATE 1" : "SELECT 1"), false), std::nullopt);
        EXPECT_EQ(frames.step_of(tag("COMMIT"), false),
                  commits ? std::optional{WireStep::commit_answered} : std::nullopt);
        see(frames, ready('I'), false);
    }
}

TEST(WireFrames, NameProduceAndOffsetCommitOfKafkaByTheRequestThatIsAnswered) {
    auto frames = WireFrames{Protocol::kafka};
    EXPECT_EQ(frames.step_of(kafka_message(0, 1), true), WireStep::produce_sent);
    EXPECT_EQ(frames.step_of(kafka_message(8, 2), true), WireStep::offset_commit_sent);
    EXPECT_EQ(frames.step_of(kafka_message(3, 3), true), std::nullopt);
    auto const answer = [](char correlation) {
        return std::string{"\0\0\0\x04\0\0\0", 7} + correlation;
    };
    EXPECT_EQ(frames.step_of(answer(2), false), WireStep::offset_commit_answered);
    EXPECT_EQ(frames.step_of(answer(1), false), WireStep::produce_acknowledged);
    EXPECT_EQ(frames.step_of(answer(3), false), std::nullopt);
    EXPECT_TRUE(frames.told_of_brokers());
    see(frames, kafka_message(0, 4), true);
    see(frames, answer(4), false);
    EXPECT_FALSE(frames.told_of_brokers());
}

TEST(TcpProxy, ForwardsBothWays) {
    auto const echo = Echo{};
    auto const proxy = TcpProxy{Protocol::kafka, echo.port()};
    auto const connection = connect_to(proxy.port());
    EXPECT_EQ(send_and_read(connection, kafka_message(3, 1)), kafka_message(3, 1));
    ::close(connection);
}

TEST(TcpProxy, CutsTheConnectionAtTheStepAndNotBefore) {
    auto const echo = Echo{};
    auto proxy = TcpProxy{Protocol::kafka, echo.port()};
    proxy.on_step([](WireStep step) {
        return step == WireStep::produce_sent ? WireAction::cut : WireAction::pass;
    });
    auto const connection = connect_to(proxy.port());
    EXPECT_EQ(send_and_read(connection, kafka_message(3, 1)), kafka_message(3, 1));
    EXPECT_EQ(send_and_read(connection, kafka_message(0, 2)), "");
    EXPECT_EQ(proxy.seen(WireStep::produce_sent), 1U);
    ::close(connection);
}

/// A message of that type with a body.
std::string kafka_message(char api, char correlation, std::string const& body) {
    auto message = kafka_message(api, correlation) + body;
    message[3] = static_cast<char>(message[3] + static_cast<char>(body.size()));
    return message;
}

TEST(TcpProxy, TellsClientsOfKafkaToComeBackThroughIt) {
    auto const echo = Echo{};
    auto const proxy = TcpProxy{Protocol::kafka, echo.port()};
    auto const address = [](std::uint16_t port) {
        return std::string{"127.0.0.1\0\0", 11} + static_cast<char>(port >> 8) +
               static_cast<char>(port & 0xff);
    };
    auto const connection = connect_to(proxy.port());
    // An echo has the request's head, so its correlation id is where an answer has none: that of
    // the answer is the type and the version, 3 and 9 as one number.
    auto const metadata = kafka_message(3, 9, address(echo.port()));
    auto request = metadata;
    request[8] = 0;
    request[9] = 3;
    request[11] = 9;
    auto expected = request;
    expected.replace(expected.size() - 2, 2, address(proxy.port()).substr(11));
    EXPECT_EQ(send_and_read(connection, request), expected);
    auto fetched = kafka_message(1, 9, address(echo.port()));
    fetched[8] = 0;
    fetched[9] = 1;
    fetched[11] = 9;
    EXPECT_EQ(send_and_read(connection, fetched), fetched);
    ::close(connection);
}

TEST(TcpProxy, DeliversWhatAClientSentBeforeItDied) {
    auto const echo = Echo{};
    auto proxy = TcpProxy{Protocol::kafka, echo.port()};
    proxy.on_step([](WireStep step) {
        return step == WireStep::produce_sent ? WireAction::hold : WireAction::pass;
    });
    auto const connection = connect_to(proxy.port());
    auto const octets = kafka_message(0, 1);
    ::send(connection, octets.data(), octets.size(), MSG_NOSIGNAL);
    while (proxy.seen(WireStep::produce_sent) == 0) {
        std::this_thread::yield();
    }
    auto const at_once = linger{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(connection, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(connection);
    EXPECT_EQ(echo.received(), 0U);
    proxy.release();
    while (proxy.connections() > 0) {
        std::this_thread::yield();
    }
    while (echo.received() < octets.size()) {
        std::this_thread::yield();
    }
    EXPECT_EQ(echo.received(), octets.size());
}

TEST(TcpProxy, HoldsAMessageUntilItIsReleased) {
    auto const echo = Echo{};
    auto proxy = TcpProxy{Protocol::kafka, echo.port()};
    proxy.on_step([](WireStep step) {
        return step == WireStep::produce_sent ? WireAction::hold : WireAction::pass;
    });
    auto const connection = connect_to(proxy.port());
    auto answer = std::string{};
    auto reader = std::thread{[&] {
        answer = send_and_read(connection, kafka_message(0, 1));
    }};
    while (proxy.seen(WireStep::produce_sent) == 0) {
        std::this_thread::yield();
    }
    proxy.release();
    reader.join();
    EXPECT_EQ(answer, kafka_message(0, 1));
    ::close(connection);
}

}  // namespace
}  // namespace frontrow::support
