// Loads tokens that are known by id alone: where they belong, their gates, then themselves.
#pragma once

#include <span>
#include <vector>

#include "queue-service/domain/hall.hpp"
#include "queue-service/storage/gates.hpp"
#include "queue-service/storage/tokens.hpp"
#include "queue-service/use_cases/distinct.hpp"

namespace frontrow::queue::use_cases {

/// Locks the gates first, then the tokens. A token's show never changes, so it is read unlocked.
[[nodiscard]] inline domain::Hall load_places(pg::Transaction& tx,
                                              std::span<storage::tokens::Place const> places) {
    auto gates = storage::gates::lock(tx, distinct(places, &storage::tokens::Place::show));
    auto const tokens = distinct(places, &storage::tokens::Place::token);
    return {std::move(gates), storage::tokens::lock(tx, tokens)};
}

}  // namespace frontrow::queue::use_cases
