// The concert that the demo sells: two shows of 500 seats at three prices.
#pragma once

#include <string>

#include "common/core/clock.hpp"

namespace frontrow::commands {

struct DemoConcert {
    std::string json;             ///< for POST /v1/admin/booking/concerts
    std::string idempotency_key;  ///< the same for all of a day, so that two who start make one
};

[[nodiscard]] DemoConcert demo_concert(std::string const& title, Instant now);

}  // namespace frontrow::commands
