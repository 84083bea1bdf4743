// What Kafka knows of a consumer group.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace frontrow::support {

/// Waits until the group has so many members and each knows its partitions: a consumer that is up
/// may join seconds later, as when Kafka still loads what it knows of the group. Throws
/// std::runtime_error, which says how far the group is, after `patience`.
void await_members(std::string const& bootstrap_servers, std::string const& group,
                   std::size_t members, std::chrono::seconds patience);

}  // namespace frontrow::support
