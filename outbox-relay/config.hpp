// The whole configuration of the relay.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

#include "common/service/config.hpp"

namespace frontrow::relay {

struct DatabaseConfig {
    std::string name;
    config::Secret url;
};

struct RelayConfig {
    service::ProcessConfig process;
    service::KafkaConfig kafka;
    std::vector<DatabaseConfig> databases;  ///< those that have a URL
    std::string hint_host;
    std::uint16_t hint_port{0};
    std::chrono::milliseconds lease{};
    std::chrono::milliseconds poll_min{};
    std::chrono::milliseconds poll_max{};
    std::chrono::milliseconds retention{};
    std::chrono::milliseconds clean_up_period{};
    std::string compression;
    std::chrono::milliseconds linger{};
};

inline RelayConfig read_config(config::Reader& reader) {
    using namespace std::chrono_literals;
    auto config = RelayConfig{};
    config.process = service::read_process(reader);
    config.kafka = service::read_kafka(reader);
    for (auto const* const name : {"booking", "payment", "queue", "dataplatform"}) {
        auto url =
            reader.secret(std::string{name} + ".url",
                          "The database as a libpq URI; empty: its outbox is not published.");
        if (!url.empty()) {
            config.databases.push_back({name, std::move(url)});
        }
    }
    config.hint_host =
        reader.text("hint.host", "127.0.0.1", "The address at which hints of commits are heard.");
    config.hint_port = reader.port("hint.port", 0, "Its UDP port; 0: any free one.");
    config.lease = reader.duration("lease.duration", 10s, 100ms, 10min,
                                   "After how long of silence another relay takes over.");
    config.poll_min =
        reader.duration("poll.min", 20ms, 1ms, 10s,
                        "The first pause when nothing is to publish and no hint comes.");
    config.poll_max = reader.duration("poll.max", 100ms, 1ms, 10s,
                                      "The longest pause when nothing is to publish.");
    config.retention = reader.duration("retention.period", 7 * 24h, 24h, 3650 * 24h,
                                       "How long published rows are kept, to refill a broker.");
    config.clean_up_period = reader.duration("retention.check_period", 1h, 1s, 24h,
                                             "How often older partitions are looked for.");
    config.compression =
        reader.choice("kafka.compression", "lz4", {"none", "gzip", "snappy", "lz4", "zstd"},
                      "How batches of records are compressed.");
    config.linger = reader.duration("kafka.linger", 0ms, 0ms, 1s,
                                    "How long a record waits for others to share its request.");
    return config;
}

}  // namespace frontrow::relay
