// The transactional outbox: events are rows of the same transaction as the change that they tell.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "common/kafka/record.hpp"
#include "common/outbox/message.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::outbox {

/// Topics accept no larger value.
inline constexpr std::size_t payload_octets_max = 900'000;

/// Appends in the order given, in one statement. Call it last, under the locks of the aggregates:
/// ids then rise as versions do. A payload above the maximum is a bug of the caller and aborts.
void append(pg::Transaction& tx, std::span<Message const> messages);

/// An ordered list of raw names and values as octets, for the `headers` column, and back.
[[nodiscard]] Bytes encode_headers(kafka::Headers const& headers);
[[nodiscard]] kafka::Headers decode_headers(Bytes const& octets);

/// Tells the relay in whose database something was committed: one UDP datagram, never blocks, may
/// be lost (the relay polls as well). Safe for threads.
class RelayHint {
  public:
    /// `endpoint` is "host:port"; empty: no hints. `database` is its name in the relay's settings.
    RelayHint(std::string const& endpoint, std::string database);
    ~RelayHint();
    RelayHint(RelayHint const&) = delete;
    RelayHint& operator=(RelayHint const&) = delete;
    void send() const noexcept;

  private:
    std::string database_;
    int socket_{-1};
};

}  // namespace frontrow::outbox
