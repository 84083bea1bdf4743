// One row of the outbox: what will be one record of a topic.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "common/core/bytes.hpp"
#include "common/core/clock.hpp"
#include "common/core/uuid.hpp"

namespace frontrow::outbox {

struct Message {
    Uuid event_id;
    std::string aggregate_type;           ///< "reservation"; for dead letters "dead_letter"
    std::string aggregate_id;             ///< for dead letters the source's coordinates
    std::optional<std::int64_t> version;  ///< the aggregate's own; dead letters have none
    std::string type;                     ///< ce_type
    std::string topic;                    ///< without the configured prefix, which the relay adds
    std::optional<Bytes> key;
    std::optional<Bytes> payload;
    Instant time{};  ///< ce_time
    std::string traceparent;
    std::string correlation_id;
    std::string causation_id;
    /// Raw headers of a dead letter, encoded by `encode_headers`; ordinary rows have none, the
    /// relay makes theirs from the columns.
    std::optional<Bytes> headers{};
    std::optional<std::int32_t> partition{};  ///< of a dead letter: its source's, modulo the count
};

}  // namespace frontrow::outbox
