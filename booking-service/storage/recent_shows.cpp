// Remembers what was found, and forgets all that is too old whenever it reads.
#include "booking-service/storage/recent_shows.hpp"

#include <utility>

namespace frontrow::booking::storage {

shows::ById RecentShows::kept(std::vector<ShowId> const& ids, SteadyTime now) {
    auto const lock = std::lock_guard{mutex_};
    auto found = shows::ById{};
    for (auto const& id : ids) {
        auto const kept = kept_.find(id);
        if (kept != kept_.end() && now - kept->second.asked_at < kept_for_) {
            found.emplace(id, kept->second.show);
        }
    }
    return found;
}

void RecentShows::keep(shows::ById const& found, SteadyTime asked_at) {
    auto const lock = std::lock_guard{mutex_};
    std::erase_if(kept_,
                  [&](auto const& one) { return asked_at - one.second.asked_at >= kept_for_; });
    for (auto const& [id, show] : found) {
        kept_.insert_or_assign(id, Kept{show, asked_at});
    }
}

pg::Later<shows::ById> RecentShows::load(pg::Transaction& tx, std::vector<ShowId> ids) {
    auto const now = std::chrono::steady_clock::now();
    auto known = kept(ids, now);
    std::erase_if(ids, [&](ShowId const& id) { return known.contains(id); });
    auto asked = shows::load(tx, std::move(ids), layouts_);
    return pg::Later<shows::ById>{[this, now, known = std::move(known), asked]() mutable {
        auto found = asked.get();
        keep(found, now);
        found.merge(known);
        return found;
    }};
}

}  // namespace frontrow::booking::storage
