// All that payment does with booking's events.
#pragma once

#include <span>
#include <vector>

#include "common/inbox/consumer.hpp"

namespace frontrow::payment::consumers {

/// Outcome i belongs to event i; events of types that move no money are ignored.
[[nodiscard]] std::vector<inbox::Outcome> consume(pg::Transaction& tx,
                                                  std::span<events::Event const> batch);

}  // namespace frontrow::payment::consumers
