// A TCP proxy between a service and its PostgreSQL or Kafka that sees the steps on the wire, so
// that a fault can strike exactly there without a test point in product code.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

namespace frontrow::support {

/// A step that one message on the wire shows.
enum class WireStep {
    commit_sent = 1,  ///< PostgreSQL: what makes changes durable, on its way to the server: the
                      ///< query COMMIT, or the Sync behind a statement that stands alone
    commit_answered,  ///< PostgreSQL: the tag that says so, on its way back
    produce_sent,     ///< Kafka: a Produce request
    produce_acknowledged,    ///< Kafka: its response
    offset_commit_sent,      ///< Kafka: an OffsetCommit request
    offset_commit_answered,  ///< Kafka: its response
};

enum class Protocol { postgres = 1, kafka };

/// What shall happen to a message that shows a step.
enum class WireAction {
    pass = 1,
    hold,  ///< this message and all behind it on the connection wait until `release`
    cut,   ///< the connection is reset; the message never arrives
};

/// Forwards connections to `127.0.0.1:upstream_port`. What Kafka tells of its brokers' addresses is
/// changed to the proxy's own, so that its clients come back through it. What a client sent before
/// it died arrives, even if it was held meanwhile. Safe for threads.
class TcpProxy {
  public:
    /// `listen_port` 0: any free one.
    TcpProxy(Protocol protocol, std::uint16_t upstream_port, std::uint16_t listen_port = 0);
    ~TcpProxy();

    [[nodiscard]] std::uint16_t port() const;
    /// Called on the proxy's thread for every message that shows a step, before it is forwarded.
    void on_step(std::function<WireAction(WireStep)> observer);
    /// Lets every held message go on.
    void release();
    /// Resets all connections now; new ones are accepted.
    void cut_all();
    /// While set, accepted connections are reset at once.
    void refuse_connections(bool refuse);
    /// While set, nothing is forwarded in either direction; nothing is lost.
    void freeze(bool frozen);
    [[nodiscard]] std::uint64_t seen(WireStep step) const;
    [[nodiscard]] std::size_t connections() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace frontrow::support
