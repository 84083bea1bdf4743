// relay_topics: how many partitions each topic had when the relay first saw it.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "common/pg/connection.hpp"

namespace frontrow::relay::storage {

[[nodiscard]] std::map<std::string, std::int32_t> remembered_topics(pg::Connection& connection);
/// What is remembered already stays.
void remember_topic(pg::Connection& connection, std::string const& topic, std::int32_t partitions);

}  // namespace frontrow::relay::storage
