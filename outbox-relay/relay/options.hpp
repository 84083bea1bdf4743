// All that one database's relay is told.
#pragma once

#include <chrono>
#include <string>

#include "common/kafka/producer.hpp"
#include "common/metrics/metrics.hpp"
#include "common/pg/connection.hpp"

namespace frontrow::relay {

struct RelayOptions {
    std::string name;  ///< of the database: "booking"
    pg::ConnectOptions database;
    kafka::ProducerOptions producer;
    std::string topic_prefix;
    std::string holder;  ///< of the lease: no two running relays have the same
    std::chrono::milliseconds lease{10'000};
    std::chrono::milliseconds poll_min{20};
    std::chrono::milliseconds poll_max{100};
    /// How often the cursor is written inside a long window, or sooner if there is no room for more
    /// rows in hand; what came after it is sent twice if the relay dies.
    std::chrono::milliseconds cursor_period{100};
    std::chrono::milliseconds backoff_max{5'000};
    std::chrono::milliseconds kafka_patience{5'000};  ///< for an answer about topics
    std::size_t rows_in_hand_max{9'000};
};

/// What an operator watches; the same names for each database, told apart by a label.
struct RelayMetrics {
    explicit RelayMetrics(metrics::Registry& registry, std::string const& database);
    metrics::Gauge pending;
    metrics::Gauge oldest_pending_age;
    metrics::Counter published;
    metrics::Counter failures;
    metrics::Histogram commit_to_publish;
    metrics::Gauge active;
    metrics::Gauge epoch;
    metrics::Gauge stopped_keys;
};

}  // namespace frontrow::relay
