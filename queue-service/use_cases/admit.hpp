// Lets in those who waited longest, at every gate with a free place.
#pragma once

#include <chrono>

#include "common/pg/transaction.hpp"

namespace frontrow::queue::use_cases {

struct Admission {
    std::size_t admitted{0};
    std::size_t outrun{0};  ///< gates whose free places were gone once they were locked
};

/// Any number of processes may do it at once: each gate is locked before its places are counted.
[[nodiscard]] Admission admit(pg::Transaction& tx, std::chrono::milliseconds length);

}  // namespace frontrow::queue::use_cases
