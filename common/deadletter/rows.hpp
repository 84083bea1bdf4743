// A row of dead_letter as a Letter, for every statement that selects the same columns.
#pragma once

#include "common/deadletter/dead_letter.hpp"
#include "common/pg/rows.hpp"

namespace frontrow::deadletter {

/// Columns: id, consumer, topic, partition, record_offset, record_time, event_id, type, key, value,
/// headers, reason, detail, state, failed_at, replay_count.
[[nodiscard]] Letter letter_of(pg::Row const& row);

/// A key or a value as bytea.
[[nodiscard]] inline std::optional<Bytes> as_bytes(std::optional<std::string> const& octets) {
    return octets ? std::optional{Bytes{*octets}} : std::nullopt;
}

}  // namespace frontrow::deadletter
