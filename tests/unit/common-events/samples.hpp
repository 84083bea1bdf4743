// One event of each type, with a value in every member: what the golden files hold.
#pragma once

#include <vector>

#include "common/events/event.hpp"

namespace frontrow::events {

/// One for each alternative of Body, in its order.
[[nodiscard]] std::vector<Event> samples();

}  // namespace frontrow::events
