// Cuts the two protocols' byte streams into messages and names the steps that they show.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>

#include "tests/support/tcp_proxy.hpp"

namespace frontrow::support {

/// Follows one connection, both directions. `to_server` and `to_client` are fed by what arrived.
class WireFrames {
  public:
    explicit WireFrames(Protocol protocol) : protocol_{protocol} {}

    /// The length of the first whole message in `octets`, or 0 if it is not whole yet. What shares
    /// the Sync of a COMMIT counts as one message: a server that has a part of it would wait for
    /// the rest without a timeout. It is not whole until every Sync before it is answered: only
    /// then is known what it commits. Each write beside COMMIT counts as a change.
    [[nodiscard]] std::size_t message_length(std::string_view octets, bool to_server) const;
    /// What the message shows, if anything. Call once for each message, in order.
    [[nodiscard]] std::optional<WireStep> step_of(std::string_view message, bool to_server);
    /// Whether the message that `step_of` was asked about last tells a client of Kafka where its
    /// brokers are.
    [[nodiscard]] bool told_of_brokers() const { return told_of_brokers_; }

  private:
    [[nodiscard]] std::size_t postgres_length(std::string_view octets, bool to_server) const;
    [[nodiscard]] std::optional<WireStep> postgres_step(std::string_view message, bool to_server);
    [[nodiscard]] std::optional<WireStep> postgres_request(std::string_view message);
    [[nodiscard]] std::optional<WireStep> postgres_answer(std::string_view message);
    [[nodiscard]] std::optional<WireStep> kafka_step(std::string_view message, bool to_server);

    Protocol protocol_;
    bool started_{false};      ///< PostgreSQL: the start-up message was seen
    bool tls_asked_{false};    ///< PostgreSQL: the answer to SSLRequest is one octet
    bool in_block_{false};     ///< PostgreSQL: the server is between BEGIN and COMMIT
    bool block_asked_{false};  ///< PostgreSQL: BEGIN was sent, and no COMMIT since
    bool changed_{false};      ///< PostgreSQL: rows were changed since BEGIN
    bool will_change_{false};  ///< PostgreSQL: what runs at the next Sync writes
    int unanswered_{0};        ///< PostgreSQL: Syncs and simple queries
    std::set<std::string> writing_prepared_;  ///< PostgreSQL: names of statements that write
    std::set<std::string> begin_prepared_;    ///< PostgreSQL: names that stand for BEGIN
    std::set<std::string> commit_prepared_;   ///< PostgreSQL: names that stand for COMMIT
    bool told_of_brokers_{false};
    std::map<std::int32_t, std::int16_t> kafka_requests_;  ///< correlation id to API key
};

}  // namespace frontrow::support
