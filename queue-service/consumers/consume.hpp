// All that queue does with booking's events.
#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "common/inbox/consumer.hpp"

namespace frontrow::queue::consumers {

/// Outcome i belongs to event i; events that open no gate and free no place are ignored.
/// `admission_length` is the first guess of how long those admitted stay.
[[nodiscard]] std::vector<inbox::Outcome> consume(pg::Transaction& tx,
                                                  std::span<events::Event const> batch,
                                                  std::chrono::milliseconds admission_length);

}  // namespace frontrow::queue::consumers
