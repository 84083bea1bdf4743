// Candidates are found without a lock, and looked at again under it.
#include "queue-service/use_cases/sweep.hpp"

#include "queue-service/storage/places.hpp"
#include "queue-service/storage/tell.hpp"

namespace frontrow::queue::use_cases {
namespace {

template <class Decide>
std::size_t end_each(pg::Transaction& tx, std::span<storage::tokens::Place const> places,
                     Decide decide) {
    if (places.empty()) {
        return 0;
    }
    auto hall = storage::load_places(tx, places);
    auto ended = std::vector<domain::Changed>{};
    for (auto const& place : places) {
        if (auto const changed = decide(hall, place.token)) {
            ended.push_back(*changed);
        }
    }
    auto const told = storage::told_unasked(tx, std::move(ended));
    storage::save(tx, hall, told);
    return told.size();
}

}  // namespace

std::size_t expire_overdue(pg::Transaction& tx) {
    auto const now = tx.now();
    return end_each(tx, storage::tokens::overdue(tx, now),
                    [now](domain::Hall& hall, TokenId const& token) {
                        return domain::expire(hall, token, now);
                    });
}

std::size_t abandon_silent(pg::Transaction& tx, Instant silent_since) {
    auto const now = tx.now();
    return end_each(tx, storage::tokens::silent(tx, silent_since),
                    [=](domain::Hall& hall, TokenId const& token) {
                        return domain::abandon(hall, token, silent_since, now);
                    });
}

}  // namespace frontrow::queue::use_cases
