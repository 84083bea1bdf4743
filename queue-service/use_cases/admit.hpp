// Lets in those who waited longest, at every gate with a free place.
#pragma once

#include <chrono>

#include "common/pg/transaction.hpp"

namespace frontrow::queue::use_cases {

/// Answers how many were admitted. Any number of processes may do it at once: each gate is locked
/// before its places are counted.
[[nodiscard]] std::size_t admit(pg::Transaction& tx, std::chrono::milliseconds length);

}  // namespace frontrow::queue::use_cases
