// relay_cursor: how far the relay is, and who may move it.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>

#include "common/pg/transaction.hpp"
#include "outbox-relay/domain/cursor.hpp"
#include "outbox-relay/domain/in_flight.hpp"

namespace frontrow::relay::storage {

/// Another relay has taken over: this one must stop at once, without flushing its producer.
class Fenced : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

struct Lease {
    std::int64_t epoch{0};
    domain::Cursor cursor;
};

/// Takes the lease under a new epoch if it is free: never taken, its time is up, the holder's
/// session with the database is gone, or `holder` has it already. Else nothing.
[[nodiscard]] std::optional<Lease> take_lease(pg::Connection& connection, std::string const& holder,
                                              std::chrono::milliseconds duration);
/// Lets another take the lease at once; nothing happens if one has.
void release_lease(pg::Connection& connection, std::int64_t epoch);

/// What makes snapshots comparable, and the first transaction id that is not given out yet.
struct ServerState {
    domain::Server server;
    std::uint64_t next_transaction{0};
};
[[nodiscard]] ServerState server_state(pg::Connection& connection);

/// Writes the cursor durably, renews the lease, and puts the stopped rows where they are kept, all
/// or nothing. Throws Fenced if the epoch is another's.
void write_cursor(pg::Connection& connection, std::int64_t epoch, domain::Cursor const& cursor,
                  std::chrono::milliseconds lease, std::span<domain::StoppedRow const> stopped);

/// As write_cursor, sent with the next statement and in one transaction with it: true if it was
/// written, false if the epoch is another's.
[[nodiscard]] pg::Later<bool> ask_write_cursor(pg::Connection& connection, std::int64_t epoch,
                                               domain::Cursor const& cursor,
                                               std::chrono::milliseconds lease);

/// Throws Fenced if the epoch is another's.
void check_epoch(pg::Connection& connection, std::int64_t epoch);

/// Durable commits, and indexes whatever the statistics say: an outbox that was empty when it was
/// analyzed must not be read as a whole when it is full.
void set_up_session(pg::Connection& connection);

}  // namespace frontrow::relay::storage
