// Ports on loopback: chosen once, kept, and below the range that outgoing connections use.
#include "frontrowctl/local/ports.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <mutex>
#include <random>
#include <set>
#include <sstream>
#include <stdexcept>

#include "frontrowctl/local/files.hpp"

namespace frontrow::local {
namespace {

bool can_bind(int type, std::uint16_t port) {
    auto const socket = ::socket(AF_INET, type | SOCK_CLOEXEC, 0);
    auto const yes = 1;
    if (type == SOCK_STREAM) {
        // Connections of a server that has just ended do not make its port taken.
        ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof(yes));
    }
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_ANY);
    auto const bound =
        ::bind(socket, reinterpret_cast<sockaddr const*>(&address), sizeof(address)) == 0;
    ::close(socket);
    return bound;
}

}  // namespace

bool is_port_free(std::uint16_t port) {
    return can_bind(SOCK_STREAM, port) && can_bind(SOCK_DGRAM, port);
}

std::uint16_t free_port() {
    static auto mutex = std::mutex{};
    static auto given = std::set<std::uint16_t>{};
    auto random = std::random_device{};
    auto any = std::uniform_int_distribution<int>{15000, 32767};
    auto const lock = std::scoped_lock{mutex};
    for (auto attempt = 0; attempt < 1000; ++attempt) {
        auto const port = static_cast<std::uint16_t>(any(random));
        // Whoever was given it before may not have opened it yet.
        if (!given.contains(port) && is_port_free(port)) {
            given.insert(port);
            return port;
        }
    }
    throw std::runtime_error{"no port from 15000 to 32767 is free on loopback"};
}

Ports::Ports(std::filesystem::path file) : file_{std::move(file)} {
    auto lines = std::istringstream{read_file(file_).value_or("")};
    auto name = std::string{};
    auto port = 0;
    while (lines >> name >> port) {
        ports_[name] = static_cast<std::uint16_t>(port);
    }
}

std::uint16_t Ports::of(std::string const& name) {
    auto const found = ports_.find(name);
    return found != ports_.end() ? found->second : choose_again(name);
}

std::uint16_t Ports::choose_again(std::string const& name) {
    // Those that an earlier process chose.
    auto const taken = [this](std::uint16_t port) {
        return std::ranges::any_of(ports_,
                                   [port](auto const& item) { return item.second == port; });
    };
    auto port = free_port();
    while (taken(port)) {
        port = free_port();
    }
    ports_[name] = port;
    auto text = std::string{};
    for (auto const& [each, number] : ports_) {
        text += each + ' ' + std::to_string(number) + '\n';
    }
    write_file(file_, text);
    return port;
}

}  // namespace frontrow::local
