// Loads tokens that are known by id alone: where they belong, their gates, then themselves.
#pragma once

#include <span>
#include <vector>

#include "queue-service/domain/hall.hpp"
#include "queue-service/storage/distinct.hpp"
#include "queue-service/storage/gates.hpp"
#include "queue-service/storage/tokens.hpp"

namespace frontrow::queue::storage {

/// Locks the gates first, then the tokens. A token's show never changes, so it is read unlocked.
[[nodiscard]] inline domain::Hall load_places(pg::Transaction& tx,
                                              std::span<tokens::Place const> places) {
    auto gates = gates::lock(tx, distinct(places, &tokens::Place::show));
    auto const tokens = distinct(places, &tokens::Place::token);
    return {std::move(gates), tokens::lock(tx, tokens)};
}

}  // namespace frontrow::queue::storage
