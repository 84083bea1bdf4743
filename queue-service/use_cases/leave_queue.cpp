// Leaving: gates and tokens locked, decided in turn, saved, told.
#include "queue-service/use_cases/leave_queue.hpp"

#include "queue-service/storage/places.hpp"
#include "queue-service/storage/tell.hpp"

namespace frontrow::queue::use_cases {

std::vector<LeaveOutcome> leave_queue(pg::Transaction& tx, std::span<LeaveQueue const> commands) {
    auto const places =
        storage::tokens::places_of(tx, storage::distinct(commands, &LeaveQueue::token));
    auto hall = storage::load_places(tx, places);
    auto outcomes = std::vector<LeaveOutcome>{};
    auto told = std::vector<storage::Told>{};
    for (auto const& command : commands) {
        auto const left = domain::leave(hall, command.token, command.user, tx.now());
        if (left) {
            told.push_back({*left, command.origin});
        }
        if (left || left.error() == domain::Objection::already_over) {
            outcomes.emplace_back(Left{});
        } else {
            outcomes.emplace_back(LeaveRefusal::no_such_token);
        }
    }
    storage::save(tx, hall, told);
    return outcomes;
}

}  // namespace frontrow::queue::use_cases
