// Hints over UDP.
#include "common/hint/hint.hpp"

#include <netdb.h>
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <stdexcept>
#include <system_error>
#include <thread>
#include <utility>

#include "common/log/log.hpp"

namespace frontrow::hint {
namespace {

struct FreeAddresses {
    void operator()(addrinfo* addresses) const { ::freeaddrinfo(addresses); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

Addresses resolve(std::string const& host, std::string const& port, int flags) {
    auto wanted = addrinfo{};
    wanted.ai_family = AF_UNSPEC;
    wanted.ai_socktype = SOCK_DGRAM;
    wanted.ai_flags = flags | AI_NUMERICSERV;
    addrinfo* found = nullptr;
    if (::getaddrinfo(host.c_str(), port.c_str(), &wanted, &found) != 0) {
        return nullptr;
    }
    return Addresses{found};
}

class Descriptor {
  public:
    explicit Descriptor(int number) : number_{number} {}
    ~Descriptor() {
        if (number_ >= 0) {
            ::close(number_);
        }
    }
    Descriptor(Descriptor&& other) noexcept : number_{std::exchange(other.number_, -1)} {}
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    [[nodiscard]] int get() const { return number_; }

  private:
    int number_;
};

std::pair<std::string, std::string> host_and_port(std::string const& peer) {
    auto const colon = peer.rfind(':');
    auto host = colon == std::string::npos ? std::string{} : peer.substr(0, colon);
    if (host.empty() || colon + 1 == peer.size()) {
        throw std::invalid_argument{"a hint's peer is written host:port, not \"" + peer + "\""};
    }
    if (host.size() > 2 && host.front() == '[' && host.back() == ']') {
        host = host.substr(1, host.size() - 2);
    }
    return {host, peer.substr(colon + 1)};
}

std::vector<std::string_view> lines_of(std::string_view text) {
    auto lines = std::vector<std::string_view>{};
    while (!text.empty()) {
        auto const end = std::min(text.find('\n'), text.size());
        if (end > 0) {
            lines.push_back(text.substr(0, end));
        }
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

[[noreturn]] void throw_errno(std::string const& doing) {
    throw std::system_error{errno, std::generic_category(), doing};
}

}  // namespace

struct Sender::State {
    std::vector<Descriptor> peers;  ///< connected, so that sending needs no address
};

Sender::Sender(std::vector<std::string> const& peers) : state_{std::make_unique<State>()} {
    for (auto const& peer : peers) {
        auto const [host, port] = host_and_port(peer);
        auto const addresses = resolve(host, port, 0);
        if (!addresses) {
            log::warning("hint_peer_unknown", "a peer's name has no address yet; it gets no hints",
                         {{"server.address", peer}});
        }
        for (auto const* at = addresses.get(); at != nullptr; at = at->ai_next) {
            auto socket = Descriptor{::socket(
                at->ai_family, at->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, at->ai_protocol)};
            if (socket.get() >= 0 && ::connect(socket.get(), at->ai_addr, at->ai_addrlen) == 0) {
                state_->peers.push_back(std::move(socket));
            }
        }
    }
}

Sender::~Sender() = default;

void Sender::send(std::span<std::string const> ids) const noexcept {
    auto datagram = std::array<char, datagram_octets_max>{};
    auto used = std::size_t{0};
    auto const flush = [&] {
        for (auto const& peer : state_->peers) {
            if (used > 0) {
                ::send(peer.get(), datagram.data(), used, MSG_DONTWAIT | MSG_NOSIGNAL);
            }
        }
        used = 0;
    };
    for (auto const& id : ids) {
        if (id.empty() || id.size() + 1 > datagram.size() || id.find('\n') != std::string::npos) {
            continue;
        }
        if (used + id.size() + 1 > datagram.size()) {
            flush();
        }
        used += id.copy(datagram.data() + used, id.size());
        datagram[used++] = '\n';
    }
    flush();
}

struct Listener::State {
    Descriptor socket{-1};
    Descriptor wake{-1};
    Heard heard;
    std::uint16_t port{0};
    std::jthread thread;

    void listen() const;
};

void Listener::State::listen() const {
    // One octet more than is ever sent: what is longer is not ours and is dropped.
    auto datagram = std::array<char, datagram_octets_max + 1>{};
    auto waits = std::array{pollfd{.fd = socket.get(), .events = POLLIN, .revents = 0},
                            pollfd{.fd = wake.get(), .events = POLLIN, .revents = 0}};
    while (true) {
        if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) {
            return;
        }
        if (waits[1].revents != 0) {
            return;
        }
        auto const octets = ::recv(socket.get(), datagram.data(), datagram.size(), MSG_DONTWAIT);
        if (octets > 0 && static_cast<std::size_t>(octets) <= datagram_octets_max) {
            auto const ids = lines_of({datagram.data(), static_cast<std::size_t>(octets)});
            heard(ids);
        }
    }
}

Listener::Listener(std::string const& host, std::uint16_t port, Heard heard)
    : state_{std::make_unique<State>()} {
    auto const addresses = resolve(host, std::to_string(port), AI_PASSIVE);
    if (!addresses) {
        throw std::system_error{std::make_error_code(std::errc::address_not_available),
                                "hints cannot be heard at " + host};
    }
    state_->heard = std::move(heard);
    state_->socket = Descriptor{::socket(addresses->ai_family,
                                         addresses->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK,
                                         addresses->ai_protocol)};
    state_->wake = Descriptor{::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)};
    if (state_->socket.get() < 0 || state_->wake.get() < 0) {
        throw_errno("a socket for hints");
    }
    if (::bind(state_->socket.get(), addresses->ai_addr, addresses->ai_addrlen) != 0) {
        throw_errno("cannot listen for hints at " + host + ":" + std::to_string(port));
    }
    auto bound = sockaddr_storage{};
    auto length = socklen_t{sizeof bound};
    if (::getsockname(state_->socket.get(), reinterpret_cast<sockaddr*>(&bound), &length) != 0) {
        throw_errno("the port for hints");
    }
    auto text = std::array<char, NI_MAXSERV>{};
    ::getnameinfo(reinterpret_cast<sockaddr const*>(&bound), length, nullptr, 0, text.data(),
                  text.size(), NI_NUMERICSERV | NI_DGRAM);
    state_->port = static_cast<std::uint16_t>(std::stoul(text.data()));
    state_->thread = std::jthread{[state = state_.get()] {
        state->listen();
    }};
}

Listener::~Listener() {
    auto const one = std::uint64_t{1};
    [[maybe_unused]] auto const written = ::write(state_->wake.get(), &one, sizeof one);
    state_->thread.join();
}

std::uint16_t Listener::port() const {
    return state_->port;
}

}  // namespace frontrow::hint
