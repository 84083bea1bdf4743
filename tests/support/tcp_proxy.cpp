// The proxy's one thread: poll, cut into messages, ask the observer, forward.
#include "tests/support/tcp_proxy.hpp"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <list>
#include <mutex>
#include <system_error>
#include <thread>
#include <vector>

#include "tests/support/wire_frames.hpp"

namespace frontrow::support {
namespace {

sockaddr_in loopback(std::uint16_t port) {
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

[[noreturn]] void fail(char const* what) {
    throw std::system_error{errno, std::generic_category(), what};
}

void reset(int socket) {
    auto const at_once = linger{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(socket, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    ::close(socket);
}

/// One direction of a connection: what arrived and is not cut into messages, and what may go on.
struct Flow {
    int from{-1};
    int to{-1};
    bool to_server{false};
    bool held{false};
    bool ended{false};
    bool passed_next{false};  ///< the first message was asked about already, when it was held
    std::string arrived;
    std::string ready;
};

struct Link {
    explicit Link(Protocol protocol) : frames{protocol} {}
    WireFrames frames;
    Flow up;
    Flow down;
    bool broken{false};
    bool finished{false};  ///< by the client, and all that it sent was handed on
};

std::string address_of(std::uint16_t port) {
    auto address = std::string{"127.0.0.1"};
    for (auto const octet : {0, 0, port >> 8, port & 0xff}) {
        address += static_cast<char>(octet);
    }
    return address;
}

/// In all versions of Kafka's answers a host's name is followed by its port, four octets long.
void readdress(std::string& message, std::uint16_t from, std::uint16_t to) {
    auto const old = address_of(from);
    for (auto at = message.find(old); at != std::string::npos; at = message.find(old, at + 1)) {
        message.replace(at, old.size(), address_of(to));
    }
}

}  // namespace

struct TcpProxy::State {
    Protocol protocol{};
    std::uint16_t upstream_port{0};
    std::uint16_t port{0};
    int listener{-1};
    std::array<int, 2> wake{-1, -1};
    std::mutex mutex;  ///< guards what follows, and the observer
    std::function<WireAction(WireStep)> observer;
    std::list<Link> links;
    std::atomic<bool> refuse{false};  ///< an observer may set it
    bool frozen{false};
    bool stop{false};
    std::array<std::atomic<std::uint64_t>, 7> seen{};
    std::thread thread;

    void run();
    void accept_one();
    void read_into(Link& link, Flow& flow);
    void advance(Link& link, Flow& flow);
    void write_from(Link& link, Flow& flow);
    void ring() const { [[maybe_unused]] auto const n = ::write(wake[1], "x", 1); }
};

void TcpProxy::State::accept_one() {
    auto const client = ::accept4(listener, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
    if (client < 0) {
        return;
    }
    auto const server = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto const address = loopback(upstream_port);
    if (refuse ||
        ::connect(server, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) {
        reset(client);
        ::close(server);
        return;
    }
    ::fcntl(server, F_SETFL, ::fcntl(server, F_GETFL) | O_NONBLOCK);
    auto const yes = 1;
    ::setsockopt(client, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    ::setsockopt(server, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    auto& link = links.emplace_back(protocol);
    link.up = {.from = client, .to = server, .to_server = true, .arrived = {}, .ready = {}};
    link.down = {.from = server, .to = client, .to_server = false, .arrived = {}, .ready = {}};
}

void TcpProxy::State::read_into(Link& link, Flow& flow) {
    auto buffer = std::array<char, 65536>{};
    auto const count = ::recv(flow.from, buffer.data(), buffer.size(), 0);
    if (count > 0) {
        flow.arrived.append(buffer.data(), static_cast<std::size_t>(count));
    } else if (count == 0) {
        flow.ended = true;
    } else if (errno != EAGAIN && errno != EINTR) {
        flow.ended = flow.to_server;
        link.broken = !flow.to_server;
    }
}

void TcpProxy::State::advance(Link& link, Flow& flow) {
    while (!flow.held && !link.broken) {
        auto const length = link.frames.message_length(flow.arrived, flow.to_server);
        if (length == 0) {
            return;
        }
        auto const step = flow.passed_next
                              ? std::nullopt
                              : link.frames.step_of({flow.arrived.data(), length}, flow.to_server);
        flow.passed_next = false;
        if (step) {
            ++seen[static_cast<std::size_t>(*step)];
            auto const action = observer ? observer(*step) : WireAction::pass;
            if (action == WireAction::cut) {
                link.broken = true;
                return;
            }
            if (action == WireAction::hold) {
                flow.held = flow.passed_next = true;
                return;
            }
        }
        auto message = flow.arrived.substr(0, length);
        if (!flow.to_server && link.frames.told_of_brokers()) {
            readdress(message, upstream_port, port);
        }
        flow.ready += message;
        flow.arrived.erase(0, length);
    }
}

void TcpProxy::State::write_from(Link& link, Flow& flow) {
    while (!flow.ready.empty()) {
        auto const count = ::send(flow.to, flow.ready.data(), flow.ready.size(), MSG_NOSIGNAL);
        if (count < 0 && errno != EAGAIN && errno != EINTR) {
            flow.ready.clear();
            link.up.ended = true;
            link.broken = link.broken || flow.to_server;
        }
        if (count <= 0) {
            return;
        }
        flow.ready.erase(0, static_cast<std::size_t>(count));
    }
    if (flow.ended && !flow.held) {
        (flow.to_server ? link.finished : link.broken) = true;
    }
}

void TcpProxy::State::run() {
    while (true) {
        auto polled = std::vector<pollfd>{{wake[0], POLLIN, 0}, {listener, POLLIN, 0}};
        {
            auto const lock = std::scoped_lock{mutex};
            for (auto& link : links) {
                for (auto* flow : {&link.up, &link.down}) {
                    auto const in = static_cast<short>(frozen || flow->ended ? 0 : POLLIN);
                    polled.push_back({flow->from, in, 0});
                    polled.push_back(
                        {flow->to, static_cast<short>(flow->ready.empty() ? 0 : POLLOUT), 0});
                }
            }
        }
        ::poll(polled.data(), polled.size(), 1000);
        auto const lock = std::scoped_lock{mutex};
        if (stop) {
            break;
        }
        auto drained = std::array<char, 64>{};
        if ((polled[0].revents & POLLIN) != 0) {
            [[maybe_unused]] auto const n = ::read(wake[0], drained.data(), drained.size());
        }
        for (auto& link : links) {
            // Upwards twice: an answer may be what a message waits for.
            for (auto* flow : {&link.up, &link.down, &link.up}) {
                if (!frozen && !link.broken) {
                    read_into(link, *flow);
                    advance(link, *flow);
                    write_from(link, *flow);
                }
            }
        }
        links.remove_if([](Link const& link) {
            if (link.broken) {
                reset(link.up.from);
                reset(link.up.to);
            } else if (link.finished) {
                ::close(link.up.from);
                ::close(link.up.to);
            }
            return link.broken || link.finished;
        });
        if ((polled[1].revents & POLLIN) != 0) {
            accept_one();
        }
    }
}

TcpProxy::TcpProxy(Protocol protocol, std::uint16_t upstream_port, std::uint16_t listen_port)
    : state_{std::make_unique<State>()} {
    state_->protocol = protocol;
    state_->upstream_port = upstream_port;
    state_->listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    auto const yes = 1;
    ::setsockopt(state_->listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    auto address = loopback(listen_port);
    if (::bind(state_->listener, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0 ||
        ::listen(state_->listener, 128) != 0) {
        fail("the proxy cannot listen");
    }
    auto length = socklen_t{sizeof address};
    ::getsockname(state_->listener, reinterpret_cast<sockaddr*>(&address), &length);
    state_->port = ntohs(address.sin_port);
    if (::pipe2(state_->wake.data(), O_CLOEXEC | O_NONBLOCK) != 0) {
        fail("the proxy cannot make a pipe");
    }
    state_->thread = std::thread{[state = state_.get()] {
        state->run();
    }};
}

TcpProxy::~TcpProxy() {
    {
        auto const lock = std::scoped_lock{state_->mutex};
        state_->stop = true;
    }
    state_->ring();
    state_->thread.join();
    for (auto& link : state_->links) {
        ::close(link.up.from);
        ::close(link.up.to);
    }
    ::close(state_->listener);
    ::close(state_->wake[0]);
    ::close(state_->wake[1]);
}

std::uint16_t TcpProxy::port() const {
    return state_->port;
}

void TcpProxy::on_step(std::function<WireAction(WireStep)> observer) {
    auto const lock = std::scoped_lock{state_->mutex};
    state_->observer = std::move(observer);
}

void TcpProxy::release() {
    {
        auto const lock = std::scoped_lock{state_->mutex};
        for (auto& link : state_->links) {
            link.up.held = link.down.held = false;
        }
    }
    state_->ring();
}

void TcpProxy::cut_all() {
    {
        auto const lock = std::scoped_lock{state_->mutex};
        for (auto& link : state_->links) {
            link.broken = true;
        }
    }
    state_->ring();
}

void TcpProxy::refuse_connections(bool refuse) {
    state_->refuse = refuse;
}

void TcpProxy::freeze(bool frozen) {
    {
        auto const lock = std::scoped_lock{state_->mutex};
        state_->frozen = frozen;
    }
    state_->ring();
}

std::uint64_t TcpProxy::seen(WireStep step) const {
    return state_->seen[static_cast<std::size_t>(step)];
}

std::size_t TcpProxy::connections() const {
    auto const lock = std::scoped_lock{state_->mutex};
    return state_->links.size();
}

}  // namespace frontrow::support
