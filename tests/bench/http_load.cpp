// One thread, one epoll, and as many sockets as connections.
#include "tests/bench/http_load.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <stdexcept>

namespace frontrow::bench {
namespace {

constexpr auto answer_patience_ms = 60'000;

int connect_to(std::uint16_t port) {
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    auto const made = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    auto const on = 1;
    ::setsockopt(made, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    if (::connect(made, reinterpret_cast<sockaddr const*>(&address), sizeof address) != 0) {
        ::close(made);
        throw std::runtime_error{"nobody listens on port " + std::to_string(port)};
    }
    return made;
}

/// The value of Content-Length in the head; an answer without one has no body.
std::size_t length_of(std::string_view head) {
    auto length = std::size_t{0};
    for (auto const* const name : {"\r\nContent-Length: ", "\r\ncontent-length: "}) {
        if (auto const found = head.find(name); found != std::string_view::npos) {
            auto const digits = head.substr(found + std::string_view{name}.size());
            std::from_chars(digits.data(), digits.data() + digits.size(), length);
        }
    }
    return length;
}

}  // namespace

std::string request_octets(std::string const& method, std::string const& path,
                           std::map<std::string, std::string> const& headers,
                           std::string const& body) {
    auto octets = method + " " + path + " HTTP/1.1\r\nHost: bench\r\n";
    for (auto const& [name, value] : headers) {
        octets += name + ": " + value + "\r\n";
    }
    if (!body.empty()) {
        octets += "Content-Type: application/json\r\n";
    }
    if (method == "POST") {
        octets += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    }
    return octets + "\r\n" + body;
}

HttpLoad::HttpLoad(std::uint16_t port, std::size_t connections)
    : epoll_{::epoll_create1(EPOLL_CLOEXEC)}, connections_(connections) {
    for (std::size_t n = 0; n < connections; ++n) {
        connections_[n].socket = connect_to(port);
        auto event = epoll_event{};
        event.events = EPOLLIN | EPOLLET;  // looked at once an answer, not twice
        event.data.u64 = n;
        ::epoll_ctl(epoll_, EPOLL_CTL_ADD, connections_[n].socket, &event);
    }
}

HttpLoad::~HttpLoad() {
    for (auto const& connection : connections_) {
        ::close(connection.socket);
    }
    ::close(epoll_);
}

bool HttpLoad::send_next(std::size_t connection, Next const& next) {
    auto request = next(connection);
    if (!request) {
        return false;
    }
    while (!request->empty()) {
        auto const sent =
            ::send(connections_[connection].socket, request->data(), request->size(), MSG_NOSIGNAL);
        if (sent <= 0) {
            throw std::runtime_error{"the server hung up on a request"};
        }
        request->remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void HttpLoad::receive(std::size_t connection) {
    std::array<char, 16'384> octets;  // not zeroed: that took a 25th of the load
    auto& from = connections_[connection];
    auto got = static_cast<ssize_t>(octets.size());
    while (got == static_cast<ssize_t>(octets.size())) {
        got = ::recv(from.socket, octets.data(), octets.size(), MSG_DONTWAIT);
        if (got == 0 || (got < 0 && errno != EAGAIN)) {
            throw std::runtime_error{"the server hung up before it had answered"};
        }
        from.in.append(octets.data(), static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
    }
}

bool HttpLoad::take_answer(std::size_t connection, OnAnswer const& on_answer) {
    auto& in = connections_[connection].in;
    auto const end_of_head = in.find("\r\n\r\n");
    if (end_of_head == std::string::npos || in.size() < 12) {
        return false;
    }
    auto const head = std::string_view{in}.substr(0, end_of_head + 2);
    auto const length = length_of(head);
    if (in.size() < end_of_head + 4 + length) {
        return false;
    }
    auto answer = Answer{};
    std::from_chars(in.data() + 9, in.data() + 12, answer.status);
    answer.body = std::string_view{in}.substr(end_of_head + 4, length);
    on_answer(connection, answer);
    in.erase(0, end_of_head + 4 + length);
    return true;
}

Seconds HttpLoad::run(Next const& next, OnAnswer const& on_answer) {
    auto const begin = std::chrono::steady_clock::now();
    auto busy = std::size_t{0};
    for (std::size_t n = 0; n < connections_.size(); ++n) {
        busy += send_next(n, next) ? 1 : 0;
    }
    auto events = std::array<epoll_event, 64>{};
    while (busy > 0) {
        auto const ready = ::epoll_wait(epoll_, events.data(), static_cast<int>(events.size()),
                                        answer_patience_ms);
        if (ready == 0) {
            throw std::runtime_error{"no answer for a minute"};
        }
        for (auto n = 0; n < ready; ++n) {
            auto const connection = events[static_cast<std::size_t>(n)].data.u64;
            receive(connection);
            if (take_answer(connection, on_answer) && !send_next(connection, next)) {
                --busy;
            }
        }
    }
    return std::chrono::steady_clock::now() - begin;
}

Seconds send_all(
    std::uint16_t port, std::size_t connections, std::vector<std::string> const& requests,
    std::function<void(std::size_t request, HttpLoad::Answer const&)> const& on_answer) {
    auto load = HttpLoad{port, connections};
    auto at = std::vector<std::size_t>(connections);
    auto begun = std::size_t{0};
    return load.run(
        [&](std::size_t connection) -> std::optional<std::string_view> {
            if (begun == requests.size()) {
                return std::nullopt;
            }
            at[connection] = begun;
            return requests[begun++];
        },
        [&](std::size_t connection, HttpLoad::Answer const& answer) {
            on_answer(at[connection], answer);
        });
}

std::string_view text_member(std::string_view json, std::string_view name) {
    auto const quoted = "\"" + std::string{name} + "\":\"";
    auto const found = json.find(quoted);
    if (found == std::string_view::npos) {
        return {};
    }
    auto const rest = json.substr(found + quoted.size());
    return rest.substr(0, rest.find('"'));
}

}  // namespace frontrow::bench
