// Sends the datagram that wakes the relay.
#include <netdb.h>
#include <sys/socket.h>
#include <unistd.h>

#include <memory>
#include <stdexcept>
#include <utility>

#include "common/outbox/outbox.hpp"

namespace frontrow::outbox {
namespace {

using Addresses = std::unique_ptr<addrinfo, decltype(&freeaddrinfo)>;

Addresses resolve(std::string const& endpoint) {
    auto const colon = endpoint.rfind(':');
    if (colon == std::string::npos || colon == 0 || colon + 1 == endpoint.size()) {
        throw std::runtime_error{"the relay's endpoint must be host:port, not " + endpoint};
    }
    auto wanted = addrinfo{};
    wanted.ai_socktype = SOCK_DGRAM;
    addrinfo* found = nullptr;
    auto const host = endpoint.substr(0, colon);
    auto const port = endpoint.substr(colon + 1);
    // A name that is not known now: no hints, the relay polls.
    getaddrinfo(host.c_str(), port.c_str(), &wanted, &found);
    return {found, &freeaddrinfo};
}

}  // namespace

RelayHint::RelayHint(std::string const& endpoint, std::string database)
    : database_{std::move(database)} {
    if (endpoint.empty()) {
        return;
    }
    auto const addresses = resolve(endpoint);
    for (auto const* address = addresses.get(); address != nullptr; address = address->ai_next) {
        auto const made = socket(address->ai_family, SOCK_DGRAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
        if (made >= 0 && connect(made, address->ai_addr, address->ai_addrlen) == 0) {
            socket_ = made;
            return;
        }
        if (made >= 0) {
            close(made);
        }
    }
}

RelayHint::~RelayHint() {
    if (socket_ >= 0) {
        close(socket_);
    }
}

void RelayHint::send() const noexcept {
    if (socket_ >= 0) {
        // May fail, as when no relay listens: it polls as well.
        [[maybe_unused]] auto const sent =
            ::send(socket_, database_.data(), database_.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
    }
}

}  // namespace frontrow::outbox
