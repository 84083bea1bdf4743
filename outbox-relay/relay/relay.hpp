// Publishes one database's outbox for ever: takes the lease, runs sessions, heals.
#pragma once

#include <atomic>
#include <memory>
#include <mutex>
#include <stop_token>
#include <string>

#include "outbox-relay/relay/options.hpp"
#include "outbox-relay/relay/wake.hpp"

namespace frontrow::relay {

/// One relay of one database. Any number may run; one publishes, the others stand by.
class DatabaseRelay {
  public:
    DatabaseRelay(RelayOptions options, metrics::Registry& registry);

    /// Returns after the stop. Faults end a session, never the loop.
    void run(std::stop_token const& stop);
    [[nodiscard]] std::string const& name() const { return options_.name; }
    /// Something was committed in its database. Safe for threads.
    void wake() { wake_.ring(); }
    /// Publishing, or ready to take over from the one that does. Safe for threads.
    [[nodiscard]] bool is_ready() const { return ready_; }
    [[nodiscard]] bool is_active() const { return active_; }

  private:
    /// One connection's life; returns at the stop.
    void connect_and_run(std::stop_token const& stop);
    void wait(std::stop_token const& stop, std::chrono::milliseconds patience);
    void failed(std::string const& action, std::string const& why);

    RelayOptions options_;
    RelayMetrics metrics_;
    Wake wake_;
    std::atomic<bool> ready_{false};
    std::atomic<bool> active_{false};
    std::chrono::milliseconds backoff_{0};
};

/// Drops what is published and older than `retention`; how many partitions went.
std::int32_t clean_up(RelayOptions const& options, std::chrono::milliseconds retention);

}  // namespace frontrow::relay
