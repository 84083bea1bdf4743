// The whole configuration of dataplatform-consumer as one table.
#pragma once

#include "common/service/config.hpp"

namespace frontrow::dataplatform {

struct Config {
    service::ServiceConfig common;
    std::size_t read_lanes_waiting_max{8192};
    std::size_t batch_records_max{512};
    std::int32_t inbox_keep_days{30};
};

[[nodiscard]] inline Config read_config(config::Reader& reader) {
    auto config = Config{.common = service::read_common(reader, "dataplatform-consumer")};
    config.read_lanes_waiting_max = static_cast<std::size_t>(
        reader.integer("lanes.reads_waiting_max", 8192, 1, 1'000'000,
                       "Reads that may wait; more are answered 503 with Retry-After."));
    config.batch_records_max = static_cast<std::size_t>(reader.integer(
        "consumer.batch_records_max", 512, 1, 10'000, "Events of one transaction at most."));
    config.inbox_keep_days = static_cast<std::int32_t>(
        reader.integer("inbox.keep_days", 30, 15, 3650,
                       "How long events are remembered, so that a repeat is known as one."));
    return config;
}

}  // namespace frontrow::dataplatform
