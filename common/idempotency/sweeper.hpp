// Forgets old idempotency keys.
#pragma once

#include <cstdint>

#include "common/pg/connection.hpp"

namespace frontrow::idempotency {

/// Walks through the table of keys, and deletes those older than 24 hours. No index leads to them,
/// for every key would pay for its entry. Several processes may sweep at once; each has one.
class Sweeper {
  public:
    /// Begins anywhere: one that is started again and again would never come to the end.
    Sweeper();
    /// Goes on by one of `parts` parts of the table, in transactions of a megabyte; keys that
    /// somebody has locked are left for the next time. How many were deleted.
    std::int64_t sweep_part(pg::Connection& connection, std::int64_t parts);

  private:
    std::int64_t next_page_;
};

}  // namespace frontrow::idempotency
