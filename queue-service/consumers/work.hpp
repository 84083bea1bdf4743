// The working set of a batch of events: the hall, and what the batch leads to.
#pragma once

#include <vector>

#include "common/events/event.hpp"
#include "common/inbox/consumer.hpp"
#include "queue-service/storage/tell.hpp"

namespace frontrow::queue::consumers {

struct Work {
    domain::Hall hall;
    Instant now{};
    std::chrono::milliseconds admission_length{};
    std::vector<storage::Told> told{};
};

// What queue does with booking's events, one file each.
using events::Envelope;
[[nodiscard]] inbox::Outcome react(Work& work, Envelope const& cause,
                                   events::ShowCreated const& event);
[[nodiscard]] inbox::Outcome react(Work& work, Envelope const& cause,
                                   events::ReservationConfirmed const& event);

}  // namespace frontrow::queue::consumers
