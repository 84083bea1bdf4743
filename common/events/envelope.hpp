// What every event carries besides its own facts, as CloudEvents 1.0 attributes.
#pragma once

#include <cstdint>
#include <string>

#include "common/core/clock.hpp"
#include "common/core/uuid.hpp"
#include "common/tracing/trace_context.hpp"

namespace frontrow::events {

struct Envelope {
    Uuid id;                  ///< `ce_id`, UUIDv7: deduplicate by it
    Instant time{};           ///< `ce_time`: the database's clock of the transaction that made it
    std::int64_t version{1};  ///< of the aggregate (the key): 1, 2, 3, ... without a gap
    std::string correlation_id;  ///< one for the whole story, from the first request on
    std::string causation_id;    ///< the event or request that led to this one
    TraceContext trace;
};

}  // namespace frontrow::events
