// The shows that batches ask for again and again, each kept for a moment.
#pragma once

#include <chrono>
#include <mutex>
#include <unordered_map>
#include <vector>

#include "booking-service/storage/shows.hpp"

namespace frontrow::booking::storage {

/// A change by hand, of `closed` or of the times on sale, counts when what was read before it is as
/// old as that: after 100 ms. Safe for threads.
class RecentShows {
  public:
    static constexpr auto usually_kept_for = std::chrono::milliseconds{100};

    /// `layouts` must outlive it.
    explicit RecentShows(Layouts& layouts, std::chrono::milliseconds kept_for = usually_kept_for)
        : layouts_{layouts}, kept_for_{kept_for} {}

    /// As shows::load, but asks only for those that nobody read lately.
    [[nodiscard]] pg::Later<shows::ById> load(pg::Transaction& tx, std::vector<ShowId> ids);

  private:
    using SteadyTime = std::chrono::steady_clock::time_point;
    struct Kept {
        domain::Show show;
        SteadyTime asked_at;  ///< it may have changed since then
    };
    [[nodiscard]] shows::ById kept(std::vector<ShowId> const& ids, SteadyTime now);
    void keep(shows::ById const& found, SteadyTime asked_at);

    Layouts& layouts_;
    std::chrono::milliseconds kept_for_;
    std::mutex mutex_;
    std::unordered_map<ShowId, Kept> kept_;
};

}  // namespace frontrow::booking::storage
