// Starts counted against ends: which record kills the process that handles it.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "common/core/uuid.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::inbox {

struct Place {
    std::string topic;  ///< without prefix
    std::int32_t partition{0};
    std::int64_t offset{0};
    auto operator<=>(Place const&) const = default;
};

/// A process begins with these records, each the first that it got of its partition. Answers those
/// that a process has begun with before and that never ended: what comes from there must run alone.
[[nodiscard]] std::vector<Place> note_starts(pg::Transaction& tx, std::string_view consumer,
                                             std::span<Place const> firsts);
/// The record is about to run alone. Answers how often it was started so, this time included.
[[nodiscard]] std::int32_t note_start_alone(pg::Transaction& tx, std::string_view consumer,
                                            Place const& place);
/// It did not end, but the process lives: that start does not count.
void take_back_start(pg::Transaction& tx, std::string_view consumer, Place const& place);

/// As `note_start_alone`, for a parked event that is about to be drained.
[[nodiscard]] std::int32_t note_drain_start(pg::Transaction& tx, Uuid const& letter);
void take_back_drain_start(pg::Transaction& tx, Uuid const& letter);

}  // namespace frontrow::inbox
