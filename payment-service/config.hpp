// The whole configuration of payment-service as one table.
#pragma once

#include "common/service/config.hpp"

namespace frontrow::payment {

struct Config {
    service::ServiceConfig common;
    std::size_t read_lanes_waiting_max{8192};
    std::size_t write_lanes_waiting_max{8192};
};

[[nodiscard]] inline Config read_config(config::Reader& reader) {
    auto config = Config{.common = service::read_common(reader, "payment-service")};
    config.read_lanes_waiting_max = static_cast<std::size_t>(
        reader.integer("lanes.reads_waiting_max", 8192, 1, 1'000'000,
                       "Reads that may wait; more are answered 503 with Retry-After."));
    config.write_lanes_waiting_max = static_cast<std::size_t>(
        reader.integer("lanes.writes_waiting_max", 8192, 1, 1'000'000,
                       "Top-ups that may wait; more are answered 503 with Retry-After."));
    return config;
}

}  // namespace frontrow::payment
