// Which topics there are, and who reads them.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "common/kafka/admin.hpp"

namespace frontrow::commands {

/// A consumer group (it has its program's name) and a topic that it reads.
struct Subscription {
    std::string_view group;
    std::string_view topic;
};
[[nodiscard]] std::vector<Subscription> const& subscriptions();

/// The groups that read a topic, in the order of `subscriptions`, joined with ", ".
[[nodiscard]] std::string readers_of(std::string_view topic);

/// Every topic of events, kept for ever; and for each subscription its dlq and its retry topic,
/// kept for 14 days.
[[nodiscard]] std::vector<kafka::TopicSpec> planned_topics(std::string const& prefix,
                                                           std::int32_t partitions,
                                                           std::int16_t replicas);

}  // namespace frontrow::commands
