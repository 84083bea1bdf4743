// The durations and limits that an operator may change.
#pragma once

#include <chrono>
#include <cstdint>

namespace frontrow::booking::domain {

struct Rules {
    std::chrono::microseconds hold{std::chrono::minutes{5}};
    /// One extension raises the deadline by this, but to no more than the maximum after reserving.
    std::chrono::microseconds extension{std::chrono::minutes{5}};
    std::chrono::microseconds hold_maximum{std::chrono::minutes{10}};
    /// The first entry into PAYING leaves at least this much time.
    std::chrono::microseconds payment_minimum{std::chrono::seconds{60}};
};

}  // namespace frontrow::booking::domain
