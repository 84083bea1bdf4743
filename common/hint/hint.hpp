// Hints after a commit, from replica to replica: "these ids have changed, look now".
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace frontrow::hint {

/// One UDP datagram of ids, one a line. A hint may be lost, repeated or forged, so whoever gets one
/// asks the database, and whoever waits for one asks by itself now and then.
inline constexpr std::size_t datagram_octets_max = 1400;

/// Tells every peer. Safe for threads; never blocks, never throws: what does not go is lost.
class Sender {
  public:
    /// Each peer is "host:port"; every address of a name is told. One that is not known yet is left
    /// out with a warning. Throws std::invalid_argument for a peer that is no "host:port".
    explicit Sender(std::vector<std::string> const& peers);
    ~Sender();
    Sender(Sender const&) = delete;
    Sender& operator=(Sender const&) = delete;
    /// As many datagrams as the ids need; an id that is empty, too long or has a line break is left
    /// out.
    void send(std::span<std::string const> ids) const noexcept;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Hears hints on a thread of its own.
class Listener {
  public:
    /// Called on the listener's thread with the ids of one datagram; must not block or throw.
    using Heard = std::function<void(std::span<std::string_view const>)>;
    /// Port 0: any free one, see `port()`. Throws std::system_error if the address is taken.
    Listener(std::string const& host, std::uint16_t port, Heard heard);
    ~Listener();
    Listener(Listener const&) = delete;
    Listener& operator=(Listener const&) = delete;
    [[nodiscard]] std::uint16_t port() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace frontrow::hint
