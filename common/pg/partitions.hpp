// Partitions of a day, for every table that a room has registered in `partitioned_tables`.
#pragma once

#include <cstdint>

#include "common/pg/connection.hpp"

namespace frontrow::pg {

/// Makes what is missing from today to `days_ahead` days after it; returns how many. Services call
/// it at their start and hourly; several at once are safe.
std::int32_t ensure_partitions(Connection& connection, std::int32_t days_ahead = 14);

/// How many days after today every partitioned table can still take rows. For `/readyz`, which
/// fails below two.
[[nodiscard]] std::int32_t partition_days_ahead(Connection& connection);

}  // namespace frontrow::pg
