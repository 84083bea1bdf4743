// The rows of the configuration that programs share, so that they are spelled alike everywhere.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "common/config/reader.hpp"
#include "common/http/server.hpp"
#include "common/kafka/options.hpp"
#include "common/log/log.hpp"
#include "common/pg/connection.hpp"

namespace frontrow::service {

/// What every program has: a log, an admin port, and a way to end.
struct ProcessConfig {
    std::string admin_host;
    std::uint16_t admin_port{0};
    log::Level log_level{log::Level::info};
    log::Format log_format{log::Format::automatic};
    std::chrono::milliseconds drain_delay{};     ///< unready, but still accepting
    std::chrono::milliseconds drain_patience{};  ///< then whatever still runs is cut
};

struct KafkaConfig {
    std::string bootstrap_servers;
    std::map<std::string, std::string> properties;
    std::string topic_prefix;

    [[nodiscard]] kafka::ClientOptions client(std::string const& client_id,
                                              metrics::Registry* metrics) const;
};

struct AuthConfig {
    std::string jwks_file;
    std::string issuer;
    std::string audience;
};

/// Where hints after a commit go, and where this process hears those of others.
struct HintConfig {
    std::string host;
    std::uint16_t port{0};
    std::string relay;               ///< "host:port" of the relay; empty: it polls alone
    std::vector<std::string> peers;  ///< "host:port" of every replica, this one may be among them
};

/// All that a service with an HTTP interface, a database and Kafka has.
struct ServiceConfig {
    ProcessConfig process;
    KafkaConfig kafka;
    AuthConfig auth;
    HintConfig hint;
    std::string http_host;
    std::uint16_t http_port{0};
    std::size_t http_threads{1};
    std::chrono::milliseconds session_timeout{};  ///< of the consumer's membership in its group
    config::Secret database_url;

    [[nodiscard]] http::ServerOptions http(metrics::Registry& metrics) const;
    /// `name` is added to what pg_stat_activity shows: "booking-service/reserve".
    [[nodiscard]] pg::ConnectOptions database(std::string const& name) const;
    std::string program;
};

[[nodiscard]] ProcessConfig read_process(config::Reader& reader);
[[nodiscard]] KafkaConfig read_kafka(config::Reader& reader);
/// Rows of all of the above; `program` is "booking-service".
[[nodiscard]] ServiceConfig read_common(config::Reader& reader, std::string program);

}  // namespace frontrow::service
