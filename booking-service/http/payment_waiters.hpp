// Clients that said `Prefer: wait`: who waits for which reservation to leave PAYING.
#pragma once

#include <chrono>
#include <functional>
#include <mutex>
#include <optional>
#include <span>
#include <unordered_map>
#include <vector>

#include "booking-service/http/lanes.hpp"

namespace frontrow::booking::http {

/// Looks at the reservations when told (a hint after a commit, here or in another replica) and at
/// each tick, by one read for all. Safe for threads.
class PaymentWaiters {
  public:
    /// Gets the reservation as it stands after PAYING, or nothing if the time was over before.
    using Done = std::function<void(std::optional<use_cases::ReservationView>)>;

    /// The lane must be stopped before this goes.
    explicit PaymentWaiters(ReservationLane& lane) : lane_{lane} {}

    /// Looks at once: it may have happened already. `done` is called exactly once, on any thread.
    void wait(ReservationId const& id, lane::Deadline until, Done done);
    /// Looks again at those of them that somebody waits for.
    void look_at(std::span<ReservationId const> ids);
    /// Ends the waits whose time is over and looks at all others. Every 50 ms: hints may be lost.
    void tick();
    /// Ends every wait, and each later one at once: the process is draining.
    void stop();

  private:
    struct Waiter {
        lane::Deadline until;
        Done done;
    };
    struct Watched {
        std::vector<Waiter> waiters;
        bool is_read_under_way{false};
        bool must_read_again{
            false};  ///< told while a read was under way, which may not have seen it
    };
    void begin_read(ReservationId const& id);
    void settle(ReservationId const& id,
                Result<use_cases::ReservationsRead, lane::Fault> const& read);

    ReservationLane& lane_;
    std::mutex mutex_;
    std::unordered_map<ReservationId, Watched> watched_;
    bool stopped_{false};
};

}  // namespace frontrow::booking::http
