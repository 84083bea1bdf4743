// Records that nobody of ours would produce, in partitions that are empty otherwise, so that they
// can be taken back.
#pragma once

#include <cstdint>
#include <string>

#include "common/events/event.hpp"
#include "tests/support/whole_stack.hpp"

namespace frontrow::whole {

class PlantedRecords {
  public:
    explicit PlantedRecords(support::WholeStack& stack) : stack_{stack} {}

    /// A partition of the topic in which no key of the topic's outbox rows belongs.
    [[nodiscard]] std::int32_t empty_partition(std::string const& topic);
    /// Produces to that partition, whatever the key, and waits for the acknowledgement.
    void produce(outbox::Message const& message, std::int32_t partition);
    /// Every record of the partition is gone when it returns.
    void take_back(std::string const& topic, std::int32_t partition);

  private:
    support::WholeStack& stack_;
};

}  // namespace frontrow::whole
