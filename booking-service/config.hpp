// The whole configuration of booking-service as one table.
#pragma once

#include "booking-service/domain/rules.hpp"
#include "common/service/config.hpp"

namespace frontrow::booking {

struct Config {
    service::ServiceConfig common;
    std::string pass_jwks_file{};
    domain::Rules rules{};
    std::size_t seats_per_reservation_max{8};
    bool sweeper_enabled{true};
    std::chrono::milliseconds sweeper_interval{};
    std::chrono::milliseconds passes_kept{};
    std::chrono::milliseconds passes_interval{};
    std::chrono::milliseconds payment_poll{};
    std::size_t lanes_waiting_max{8192};
};

[[nodiscard]] inline Config read_config(config::Reader& reader) {
    using namespace std::chrono_literals;
    auto config = Config{.common = service::read_common(reader, "booking-service")};
    config.pass_jwks_file = reader.required_text(
        "pass.jwks_file", "The file with the public keys (JWKS) that sign passes of the queue.");
    config.rules.hold = reader.duration("hold.duration", 5min, 10ms, 24h,
                                        "How long seats are held for who reserved them.");
    config.rules.payment_minimum =
        reader.duration("hold.payment_minimum", 60s, 10ms, 1h,
                        "What the first request to pay leaves of the hold at least.");
    config.seats_per_reservation_max = static_cast<std::size_t>(reader.integer(
        "seats_per_reservation_max", 8, 1, 8, "Seats that one reservation may name."));
    config.sweeper_enabled = reader.boolean(
        "sweeper.enabled", true, "Whether this replica cleans up after holds that ran out.");
    config.sweeper_interval =
        reader.duration("sweeper.interval", 500ms, 1ms, 1h, "How often it does.");
    config.passes_kept = reader.duration(
        "passes.kept", 90 * 24h, 24h, 10 * 365 * 24h,
        "How old a queue token must be for its pass to be forgotten: longer than a pass is valid.");
    config.passes_interval = reader.duration("passes.interval", 1h, 1ms, 24h,
                                             "How often passes that old are looked for.");
    config.payment_poll =
        reader.duration("payment.poll", 50ms, 1ms, 10s,
                        "How often a client that waits for its payment is looked after.");
    config.lanes_waiting_max = static_cast<std::size_t>(
        reader.integer("lanes.waiting_max", 8192, 1, 1'000'000,
                       "Requests of a kind that may wait; more are answered 503."));
    return config;
}

}  // namespace frontrow::booking
