// One story, found by any id that belongs to it.
#pragma once

#include <span>
#include <string>
#include <variant>
#include <vector>

#include "dataplatform-consumer/storage/history.hpp"

namespace frontrow::dataplatform::use_cases {

struct TraceId {
    std::string hex;  ///< 32 lower-case digits
};

struct ReadTimeline {
    std::variant<Uuid, TraceId> id;  ///< a reservation, an event, or a trace
    storage::history::Viewer viewer;
};

/// In the order of time; empty if there is nothing, or nothing that this viewer may see.
using Timeline = std::vector<storage::history::Entry>;

[[nodiscard]] std::vector<Timeline> read_timelines(pg::Transaction& tx,
                                                   std::span<ReadTimeline const> queries);

}  // namespace frontrow::dataplatform::use_cases
