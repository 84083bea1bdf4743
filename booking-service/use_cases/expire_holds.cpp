// The sweeper's transaction.
#include "booking-service/use_cases/expire_holds.hpp"

#include "booking-service/domain/hold.hpp"
#include "booking-service/storage/outbox.hpp"
#include "booking-service/storage/reservations.hpp"
#include "booking-service/storage/work.hpp"

namespace frontrow::booking::use_cases {

Expired expire_holds(pg::Transaction& tx) {
    auto const overdue = storage::reservations::overdue(tx, tx.now());
    auto idle = storage::lock_idle(tx, overdue);
    auto const stories = storage::reservations::stories(tx, idle.complete);
    auto expired = Expired{};
    auto told = std::vector<storage::Told>{};
    for (auto const& id : idle.complete) {
        // Decided anew on the locked row: since the look at it, it may have been paid or ended.
        if (auto event = domain::expire(idle.work, id, tx.now())) {
            expired.reservations.push_back(id);
            auto const& story = stories.at(id);
            told.push_back(
                {*std::move(event), Origin{.correlation_id = story.empty() ? id.to_string() : story,
                                           .causation_id = "hold-ran-out",
                                           .trace = TraceContext::start()}});
        }
    }
    storage::save(tx, idle.work);
    storage::append(tx, told);
    expired.passed_by = overdue.size() - expired.reservations.size();
    expired.is_there_more = overdue.size() >= 512 && !expired.reservations.empty();
    return expired;
}

}  // namespace frontrow::booking::use_cases
