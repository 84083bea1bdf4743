// Makes the envelope of a new event from what caused it.
#pragma once

#include "common/events/envelope.hpp"
#include "common/tracing/origin.hpp"

namespace frontrow::events {

/// A fresh id; `time` is the transaction's clock, `version` the aggregate's after the change.
[[nodiscard]] inline Envelope stamp(Origin const& origin, Instant time, std::int64_t version) {
    return {.id = new_uuid(),
            .time = time,
            .version = version,
            .correlation_id = origin.correlation_id,
            .causation_id = origin.causation_id,
            .trace = origin.trace};
}

/// What an event that was consumed hands on to those that it leads to.
[[nodiscard]] inline Origin origin_of(Envelope const& consumed) {
    return {.correlation_id = consumed.correlation_id,
            .causation_id = consumed.id.to_string(),
            .trace = consumed.trace.child()};
}

}  // namespace frontrow::events
