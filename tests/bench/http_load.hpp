// Many HTTP connections driven by one thread: the load generator, which must cost little because
// it shares the machine with what it measures.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::bench {

using Seconds = std::chrono::duration<double>;

/// The octets of a request, ready to be sent.
[[nodiscard]] std::string request_octets(std::string const& method, std::string const& path,
                                         std::map<std::string, std::string> const& headers,
                                         std::string const& body = {});

/// A closed loop: each connection, kept alive, sends its next request as soon as the last one is
/// answered. Blocking connect, then epoll. Throws std::runtime_error if the server hangs up.
class HttpLoad {
  public:
    struct Answer {
        int status{0};
        std::string_view body;  ///< valid during the call only
    };
    /// The next request of that connection; nothing: it is done. The text must stay until answered.
    using Next = std::function<std::optional<std::string_view>(std::size_t connection)>;
    using OnAnswer = std::function<void(std::size_t connection, Answer const& answer)>;

    HttpLoad(std::uint16_t port, std::size_t connections);
    ~HttpLoad();
    HttpLoad(HttpLoad const&) = delete;
    HttpLoad& operator=(HttpLoad const&) = delete;

    /// From the first request to the last answer.
    Seconds run(Next const& next, OnAnswer const& on_answer);

  private:
    struct Connection {
        int socket{-1};
        std::string in;
    };
    bool send_next(std::size_t connection, Next const& next);
    /// Whether a whole answer was there; it is taken off the input.
    bool take_answer(std::size_t connection, OnAnswer const& on_answer);
    void receive(std::size_t connection);

    int epoll_;
    std::vector<Connection> connections_;
};

/// Sends all of them over that many connections, in their order; how long it took.
Seconds send_all(
    std::uint16_t port, std::size_t connections, std::vector<std::string> const& requests,
    std::function<void(std::size_t request, HttpLoad::Answer const&)> const& on_answer);

/// The text of the first member of that name: enough for answers of ours.
[[nodiscard]] std::string_view text_member(std::string_view json, std::string_view name);

}  // namespace frontrow::bench
