// Hints from sender to listener, and what a stranger may send.
#include "common/hint/hint.hpp"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <condition_variable>
#include <mutex>
#include <system_error>
#include <thread>

#include "tests/support/testing.hpp"

namespace frontrow::hint {
namespace {

using testing::Contains;
using testing::ElementsAre;
using testing::UnorderedElementsAreArray;

/// Keeps what was heard. Waits with a limit that only a broken test comes to.
class Ear {
  public:
    explicit Ear(std::string const& host = "127.0.0.1")
        : listener_{host, 0, [this](std::span<std::string_view const> ids) {
                        hear(ids);
                    }} {}
    [[nodiscard]] std::string address() const {
        return "127.0.0.1:" + std::to_string(listener_.port());
    }
    std::vector<std::string> wait_for(std::size_t count) {
        auto lock = std::unique_lock{mutex_};
        changed_.wait_for(lock, std::chrono::seconds{20}, [&] { return heard_.size() >= count; });
        return heard_;
    }

  private:
    void hear(std::span<std::string_view const> ids) {
        auto const guard = std::scoped_lock{mutex_};
        heard_.insert(heard_.end(), ids.begin(), ids.end());
        changed_.notify_all();
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::string> heard_;
    Listener listener_;  // last: it hears as soon as it is made
};

void send_raw(std::string const& octets, std::uint16_t port) {
    auto const socket = ::socket(AF_INET, SOCK_DGRAM, 0);
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ::sendto(socket, octets.data(), octets.size(), 0, reinterpret_cast<sockaddr*>(&address),
             sizeof address);
    ::close(socket);
}

TEST(Hint, ReachesEveryPeer) {
    auto first = Ear{};
    auto second = Ear{};
    auto const sender = Sender{{first.address(), second.address()}};
    sender.send(std::vector<std::string>{"a", "b"});
    EXPECT_THAT(first.wait_for(2), ElementsAre("a", "b"));
    EXPECT_THAT(second.wait_for(2), ElementsAre("a", "b"));
}

TEST(Hint, GoesInAsManyDatagramsAsItsIdsNeed) {
    auto ear = Ear{};
    auto const sender = Sender{{ear.address()}};
    auto ids = std::vector<std::string>{};
    for (auto i = 0; i < 512; ++i) {
        ids.push_back(std::string(33, 'x') + std::to_string(100 + i));
    }
    sender.send(ids);
    EXPECT_THAT(ear.wait_for(ids.size()), UnorderedElementsAreArray(ids));
}

TEST(Hint, LeavesOutIdsThatCannotBeALine) {
    auto ear = Ear{};
    auto const sender = Sender{{ear.address()}};
    auto const longest = std::string(datagram_octets_max - 1, 'l');
    sender.send(std::vector<std::string>{"", "a\nb", longest + "l", longest, "last"});
    EXPECT_THAT(ear.wait_for(2), ElementsAre(longest, "last"));
}

TEST(Hint, IsNotSentToAPeerThatIsAwayAndThrowsNothing) {
    auto ear = Ear{};
    auto gone = std::string{};
    { gone = Ear{}.address(); }
    auto const sender = Sender{{gone, ear.address()}};
    for (auto i = 0; i < 10; ++i) {
        sender.send(std::vector<std::string>{"still"});  // the refusal of one comes with the next
    }
    EXPECT_EQ(ear.wait_for(10).size(), 10U);
}

TEST(Hint, KnowsThatAPeerNeedsHostAndPort) {
    for (auto const* peer : {"", "host", ":1", "host:"}) {
        EXPECT_THROW((Sender{{peer}}), std::invalid_argument) << peer;
    }
}

TEST(Hint, ListenerTakesWhatAStrangerSendsAsIdsOrDropsIt) {
    auto heard = std::vector<std::string>{};
    auto mutex = std::mutex{};
    auto changed = std::condition_variable{};
    auto const listener = Listener{"127.0.0.1", 0, [&](std::span<std::string_view const> ids) {
                                       auto const guard = std::scoped_lock{mutex};
                                       heard.insert(heard.end(), ids.begin(), ids.end());
                                       changed.notify_all();
                                   }};
    send_raw(std::string(datagram_octets_max + 1, 'x'), listener.port());
    send_raw("", listener.port());
    send_raw("\n\n\n", listener.port());
    send_raw(std::string{"nul\0inside", 10}, listener.port());
    send_raw("without an end", listener.port());
    auto lock = std::unique_lock{mutex};
    changed.wait_for(lock, std::chrono::seconds{20}, [&] { return heard.size() >= 2; });
    EXPECT_THAT(heard, ElementsAre(std::string("nul\0inside", 10), "without an end"));
}

TEST(Hint, RacingSendersDisturbNobody) {
    auto ear = Ear{};
    auto const sender = Sender{{ear.address()}};
    {
        auto threads = std::vector<std::jthread>{};
        for (auto i = 0; i < 4; ++i) {
            threads.emplace_back([&] {
                for (auto j = 0; j < 25; ++j) {
                    sender.send(std::vector<std::string>{"one", "two"});
                }
            });
        }
    }
    EXPECT_EQ(ear.wait_for(200).size(), 200U);
}

TEST(Hint, ListenerSaysIfItsAddressIsTaken) {
    auto const first = Listener{"127.0.0.1", 0, [](auto) {
                                }};
    EXPECT_THROW((Listener{"127.0.0.1", first.port(),
                           [](auto) {
                           }}),
                 std::system_error);
}

}  // namespace
}  // namespace frontrow::hint
