// Declares and reads the shared rows.
#include "common/service/config.hpp"

#include "common/metrics/metrics.hpp"

namespace frontrow::service {
namespace {

using namespace std::chrono_literals;

std::string refusal_of_property(std::string const& item) {
    auto const equals = item.find('=');
    if (equals == std::string::npos) {
        // It is not shown: it may be what a comma has cut off a password.
        return "an item is not name=value (a password belongs into kafka.sasl_password)";
    }
    return kafka::refusal_of_property(item.substr(0, equals), item.substr(equals + 1));
}

/// "name=value" items as librdkafka's settings.
std::map<std::string, std::string> properties_of(std::vector<std::string> const& items) {
    auto properties = std::map<std::string, std::string>{};
    for (auto const& item : items) {
        auto const equals = std::min(item.find('='), item.size());
        properties[item.substr(0, equals)] =
            equals == item.size() ? std::string{} : item.substr(equals + 1);
    }
    return properties;
}

AuthConfig read_auth(config::Reader& reader) {
    return {.jwks_file = reader.required_text(
                "auth.jwks_file", "The file with the public keys (JWKS) that sign users' tokens."),
            .issuer = reader.text("auth.issuer", "frontrow-dev", "What a token's `iss` must be."),
            .audience =
                reader.text("auth.audience", "frontrow", "What a token's `aud` must be or hold.")};
}

HintConfig read_hint(config::Reader& reader) {
    return {
        .host = reader.text("hint.host", "127.0.0.1",
                            "The address at which hints of other replicas are heard (UDP)."),
        .port = reader.port("hint.port", 0, "Its port; 0: any free one."),
        .relay = reader.text("hint.relay", "",
                             "host:port of the relay, told after each commit; empty: it polls."),
        .peers = reader.list("hint.peers",
                             "host:port of every replica of this service, told of what has "
                             "changed; without it those who wait poll.")};
}

}  // namespace

kafka::ClientOptions KafkaConfig::client(std::string const& client_id,
                                         metrics::Registry* metrics) const {
    return {.bootstrap_servers = bootstrap_servers,
            .client_id = client_id,
            .properties = properties,
            .metrics = metrics};
}

http::ServerOptions ServiceConfig::http(metrics::Registry& metrics) const {
    auto options = http::ServerOptions{};
    options.address = http_host;
    options.port = http_port;
    options.threads = http_threads;
    options.metrics = &metrics;
    return options;
}

pg::ConnectOptions ServiceConfig::database(std::string const& name) const {
    auto options = pg::ConnectOptions{};
    options.url = database_url.reveal();
    options.application_name = program + "/" + name;
    options.plan_by_index = true;
    return options;
}

ProcessConfig read_process(config::Reader& reader) {
    return {
        .admin_host = reader.text("admin.host", "127.0.0.1",
                                  "The address of the admin port: health and metrics."),
        .admin_port = reader.port("admin.port", 0, "The admin port; 0: any free one."),
        .log_level = log::level_from(reader.choice("log.level", "info",
                                                   {"debug", "info", "warning", "error"},
                                                   "The least that is logged.")),
        .log_format = log::format_from(reader.choice("log.format", "auto", {"auto", "json", "text"},
                                                     "auto: text on a terminal, else JSON.")),
        .drain_delay = reader.duration("drain.delay", 0ms, 0ms, 5min,
                                       "How long a stopping process still accepts, so that load "
                                       "balancers see that it is not ready."),
        .drain_patience = reader.duration("drain.patience", 20s, 100ms, 10min,
                                          "How long a stopping process may finish what runs."),
    };
}

KafkaConfig read_kafka(config::Reader& reader) {
    auto kafka = KafkaConfig{
        .bootstrap_servers = reader.required_text("kafka.bootstrap_servers", "host:port,..."),
        .properties = properties_of(reader.list(
            "kafka.properties", "Further settings of librdkafka, each name=value: TLS, SASL.",
            refusal_of_property)),
        .topic_prefix = reader.text("topics.prefix", "", "Stands before each topic's name.")};
    auto const password = reader.secret("kafka.sasl_password", "librdkafka's sasl.password.");
    if (!password.empty()) {
        kafka.properties["sasl.password"] = password.reveal();
    }
    return kafka;
}

ServiceConfig read_common(config::Reader& reader, std::string program) {
    auto service = ServiceConfig{};
    service.program = std::move(program);
    service.http_host = reader.text("http.host", "127.0.0.1", "The address to listen at.");
    service.http_port = reader.port("http.port", 0, "The port to listen at; 0: any free one.");
    service.http_threads = static_cast<std::size_t>(
        reader.integer("http.threads", 1, 1, 64,
                       "Threads that read requests, each those of its own connections."));
    service.database_url = reader.required_secret(
        "database.url", "The database as a libpq URI: postgresql://role:password@host/name.");
    service.kafka = read_kafka(reader);
    service.session_timeout =
        reader.duration("consumer.session_timeout", 10s, 1s, 5min,
                        "After this long without a sign of life others take over its partitions.");
    service.auth = read_auth(reader);
    service.hint = read_hint(reader);
    service.process = read_process(reader);
    return service;
}

}  // namespace frontrow::service
