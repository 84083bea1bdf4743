// What someone who waits is told: how long it may take, and when to ask again.
#pragma once

#include "queue-service/domain/token.hpp"

namespace frontrow::queue::domain {

/// How long until the turn of this position comes: places become free as often as those inside take
/// to leave, on average, over the number of places. At once if there is a free place for everyone
/// up to it.
[[nodiscard]] std::chrono::seconds wait_of(Gate const& gate, std::int64_t position);

/// The further from the gate, the rarer: all together ask at a bounded rate. Who is in is told to
/// look now and then, and whose token is over hardly ever.
[[nodiscard]] std::chrono::milliseconds poll_after(TokenState state, std::int64_t position);

}  // namespace frontrow::queue::domain
