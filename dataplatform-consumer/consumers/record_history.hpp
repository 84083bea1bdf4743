// What the data platform does with every event: it remembers it.
#pragma once

#include <span>
#include <vector>

#include "common/inbox/consumer.hpp"
#include "dataplatform-consumer/storage/history.hpp"

namespace frontrow::dataplatform::consumers {

/// The event as its row of the history.
[[nodiscard]] storage::history::Entry entry_of(events::Event const& event,
                                               kafka::Record const& record);

/// Appends them all in one set. A version that does not follow the one before it is logged and
/// counted: the event is true all the same, but one is missing.
[[nodiscard]] std::vector<inbox::Outcome> record_history(
    pg::Transaction& tx, std::span<events::Event const> events,
    std::span<kafka::Record const* const> records, metrics::Registry* metrics);

}  // namespace frontrow::dataplatform::consumers
