// The whole configuration of queue-service as one table.
#pragma once

#include "common/service/config.hpp"

namespace frontrow::queue {

struct Config {
    service::ServiceConfig common;
    std::string pass_key_file{};
    std::chrono::milliseconds admission_tick{};
    std::chrono::milliseconds admission_length{};
    std::chrono::milliseconds sweep_interval{};
    std::chrono::milliseconds silence_max{};
    std::size_t lanes_waiting_max{8192};
};

[[nodiscard]] inline Config read_config(config::Reader& reader) {
    using namespace std::chrono_literals;
    auto config = Config{.common = service::read_common(reader, "queue-service")};
    config.pass_key_file = reader.required_text(
        "pass.key_file", "The file with the Ed25519 key (a private JWK) that signs passes.");
    config.admission_tick =
        reader.duration("admission.tick", 200ms, 1ms, 1min, "How often free places are given out.");
    config.admission_length =
        reader.duration("admission.length", 10min, 1s, 24h, "How long an admission lasts.");
    config.sweep_interval =
        reader.duration("sweep.interval", 1s, 1ms, 1h,
                        "How often admissions that are over and those who are gone are ended.");
    config.silence_max = reader.duration(
        "heartbeat.silence_max", 5min, 100ms, 24h,
        "Who waits and does not ask for this long has gone. Asking is the heartbeat.");
    config.lanes_waiting_max = static_cast<std::size_t>(
        reader.integer("lanes.waiting_max", 8192, 1, 1'000'000,
                       "Requests of a kind that may wait; more are answered 503."));
    return config;
}

}  // namespace frontrow::queue
