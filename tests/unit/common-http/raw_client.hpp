// A client that sends any octets at all and reads what comes back.
#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <cerrno>
#include <chrono>
#include <map>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>

namespace frontrow::http {

struct RawResponse {
    int status{0};
    std::map<std::string, std::string> headers;  ///< names in lower case
    std::string body;
};

/// Waits at most ten seconds for anything: long enough that only a hang takes it.
class RawClient {
  public:
    explicit RawClient(std::uint16_t port) : socket_{::socket(AF_INET, SOCK_STREAM, 0)} {
        auto address = sockaddr_in{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        auto const one = 1;
        ::setsockopt(socket_, IPPROTO_TCP, TCP_NODELAY, &one, sizeof one);
        if (::connect(socket_, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0) {
            auto const failed = errno;
            ::close(socket_);
            throw std::runtime_error{"cannot connect: " + std::to_string(failed)};
        }
    }
    RawClient(RawClient&& other) noexcept
        : socket_{std::exchange(other.socket_, -1)}, input_{std::move(other.input_)} {}
    RawClient& operator=(RawClient&&) = delete;
    ~RawClient() {
        if (socket_ >= 0) {
            ::close(socket_);
        }
    }

    /// False if the server has closed.
    bool send(std::string_view octets) {
        while (!octets.empty()) {
            auto const sent = ::send(socket_, octets.data(), octets.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return false;
            }
            octets.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }
    void end_input() { ::shutdown(socket_, SHUT_WR); }
    /// Closes with a reset instead of an end.
    void reset() {
        auto const at_once = linger{.l_onoff = 1, .l_linger = 0};
        ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        ::close(std::exchange(socket_, -1));
    }
    void shrink_receive_buffer(int octets) {
        ::setsockopt(socket_, SOL_SOCKET, SO_RCVBUF, &octets, sizeof octets);
    }

    /// Everything until the server closes.
    std::string read_to_end() {
        while (receive()) {
        }
        return std::exchange(input_, {});
    }
    /// Up to and with `mark`; what came before the end if there is none.
    std::string read_until(std::string_view mark) {
        auto at = input_.find(mark);
        while (at == std::string::npos && receive()) {
            at = input_.find(mark);
        }
        auto const octets = at == std::string::npos ? input_.size() : at + mark.size();
        auto const out = input_.substr(0, octets);
        input_.erase(0, octets);
        return out;
    }
    /// The next response; status 0 if the server closed before one was whole.
    RawResponse read_response(bool has_body = true) {
        auto const head = read_until("\r\n\r\n");
        if (!head.ends_with("\r\n\r\n") || !head.starts_with("HTTP/1.1 ")) {
            return {};
        }
        auto response =
            RawResponse{.status = std::stoi(head.substr(9, 3)), .headers = {}, .body = {}};
        auto at = head.find("\r\n") + 2;
        while (at + 2 < head.size()) {
            auto const end = head.find("\r\n", at);
            auto const colon = head.find(": ", at);
            auto name = head.substr(at, colon - at);
            std::transform(name.begin(), name.end(), name.begin(),
                           [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
            response.headers[name] = head.substr(colon + 2, end - colon - 2);
            at = end + 2;
        }
        auto const length = response.headers.find("content-length");
        if (has_body && length != response.headers.end()) {
            auto const octets = std::stoul(length->second);
            while (input_.size() < octets && receive()) {
            }
            response.body = input_.substr(0, octets);
            input_.erase(0, octets);
        }
        return response;
    }
    RawResponse exchange(std::string_view octets) {
        send(octets);
        return read_response();
    }
    /// Whether the server has closed and nothing more came.
    bool is_at_end() { return input_.empty() && !receive(); }

  private:
    bool receive() {
        auto waiting = pollfd{.fd = socket_, .events = POLLIN, .revents = 0};
        if (::poll(&waiting, 1, 10'000) != 1) {
            throw std::runtime_error{"nothing came for ten seconds"};
        }
        char buffer[16 * 1024];
        auto const octets = ::recv(socket_, buffer, sizeof buffer, 0);
        if (octets <= 0) {
            return false;
        }
        input_.append(buffer, static_cast<std::size_t>(octets));
        return true;
    }

    int socket_;
    std::string input_;
};

}  // namespace frontrow::http
