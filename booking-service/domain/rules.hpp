// The durations and limits that an operator may change.
#pragma once

#include <chrono>
#include <cstdint>

namespace frontrow::booking::domain {

struct Rules {
    std::chrono::microseconds hold{std::chrono::minutes{5}};
    /// The first entry into PAYING leaves at least this much time.
    std::chrono::microseconds payment_minimum{std::chrono::seconds{60}};
};

}  // namespace frontrow::booking::domain
