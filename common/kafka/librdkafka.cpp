// Configuration, errors and log lines of librdkafka clients, the same for all three kinds.
#include "common/kafka/librdkafka.hpp"

#include <array>
#include <future>
#include <string_view>
#include <thread>

#include "common/log/log.hpp"

namespace frontrow::kafka {
namespace {

ClientContext& context_of(void* opaque) {
    return *static_cast<ClientContext*>(opaque);
}

void set(rd_kafka_conf_t* conf, std::string const& name, std::string const& value) {
    auto reason = std::array<char, 512>{};
    if (rd_kafka_conf_set(conf, name.c_str(), value.c_str(), reason.data(), reason.size()) !=
        RD_KAFKA_CONF_OK) {
        throw Error{RD_KAFKA_RESP_ERR__INVALID_ARG, false, false,
                    "Kafka setting " + name + ": " + reason.data()};
    }
}

void on_log(rd_kafka_t const* rk, int level, char const* facility, char const* text) {
    // syslog's levels: librdkafka speaks of a lost broker as an error, and heals it by itself.
    auto const ours = level <= 2   ? log::Level::error
                      : level <= 4 ? log::Level::warning
                      : level <= 6 ? log::Level::info
                                   : log::Level::debug;
    log::write(ours, "kafka_client", text,
               {{"frontrow.kafka.client", std::string{rd_kafka_name(rk)}},
                {"frontrow.kafka.facility", std::string{facility}}});
}

void on_error(rd_kafka_t* rk, int code, char const* reason, void* opaque) {
    if (auto const& statistics = context_of(opaque).statistics; statistics) {
        statistics->count_error();
    }
    auto const is_fatal = code == RD_KAFKA_RESP_ERR__FATAL;
    log::write(
        is_fatal ? log::Level::error : log::Level::warning,
        is_fatal ? "kafka_client_fatal" : "kafka_client_error", reason,
        {{"frontrow.kafka.client", std::string{rd_kafka_name(rk)}},
         {"error.code", std::string{rd_kafka_err2name(static_cast<rd_kafka_resp_err_t>(code))}}});
}

int on_statistics(rd_kafka_t*, char* json, std::size_t size, void* opaque) {
    if (auto const& statistics = context_of(opaque).statistics; statistics) {
        statistics->read(std::string_view{json, size});
    }
    return 0;  // librdkafka frees the text
}

}  // namespace

bool is_retriable(int code) {
    switch (static_cast<rd_kafka_resp_err_t>(code)) {
        case RD_KAFKA_RESP_ERR__INVALID_ARG:
        case RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC:
        case RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION:
        case RD_KAFKA_RESP_ERR__AUTHENTICATION:
        case RD_KAFKA_RESP_ERR__SSL:
        case RD_KAFKA_RESP_ERR__UNSUPPORTED_FEATURE:
        case RD_KAFKA_RESP_ERR__FATAL:
        case RD_KAFKA_RESP_ERR__FENCED:
        case RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART:
        case RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION:
        case RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE:
        case RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED:
        case RD_KAFKA_RESP_ERR_INVALID_TIMESTAMP:
        case RD_KAFKA_RESP_ERR_INVALID_PARTITIONS:
        case RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR:
        case RD_KAFKA_RESP_ERR_INVALID_CONFIG:
        case RD_KAFKA_RESP_ERR_INVALID_REQUEST:
        case RD_KAFKA_RESP_ERR_UNSUPPORTED_FOR_MESSAGE_FORMAT:
        case RD_KAFKA_RESP_ERR_POLICY_VIOLATION:
        case RD_KAFKA_RESP_ERR_INVALID_RECORD:
            return false;
        default:
            return true;
    }
}

bool is_about_topic(int code) {
    return code == RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC ||
           code == RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION ||
           code == RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART ||
           code == RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION;
}

Error error_of(rd_kafka_resp_err_t code, std::string const& doing, rd_kafka_t* rk) {
    auto is_fatal = code == RD_KAFKA_RESP_ERR__FATAL;
    auto text = std::string{rd_kafka_err2str(code)};
    if (rk != nullptr) {
        auto reason = std::array<char, 512>{};
        if (auto const cause = rd_kafka_fatal_error(rk, reason.data(), reason.size());
            cause != RD_KAFKA_RESP_ERR_NO_ERROR) {
            is_fatal = true;
            code = cause;
            text = reason.data();
        }
    }
    return Error{code, !is_fatal && is_retriable(code), is_fatal, doing + ": " + text};
}

Conf make_conf(ClientOptions const& options, ClientContext& context, Settings tunable,
               Settings promised) {
    auto conf = Conf{rd_kafka_conf_new()};
    context.client_id = options.client_id;
    set(conf.get(), "bootstrap.servers", options.bootstrap_servers);
    set(conf.get(), "client.id", options.client_id);
    set(conf.get(), "client.software.name", "frontrow");
    set(conf.get(), "socket.nagle.disable", "true");  // 40 ms late otherwise (librdkafka#4986)
    set(conf.get(), "socket.keepalive.enable", "true");
    set(conf.get(), "reconnect.backoff.ms", "50");
    set(conf.get(), "reconnect.backoff.max.ms", "1000");  // heal within a second, not ten
    set(conf.get(), "topic.metadata.refresh.interval.ms", "10000");
    if (options.metrics != nullptr) {
        context.statistics = std::make_unique<Statistics>(*options.metrics, options.client_id);
        set(conf.get(), "statistics.interval.ms", "5000");
    }
    for (auto const& [name, value] : tunable) {
        set(conf.get(), name, value);
    }
    for (auto const& [name, value] : options.properties) {
        set(conf.get(), name, value);
    }
    for (auto const& [name, value] : promised) {
        set(conf.get(), name, value);
    }
    rd_kafka_conf_set_opaque(conf.get(), &context);
    rd_kafka_conf_set_log_cb(conf.get(), on_log);
    rd_kafka_conf_set_error_cb(conf.get(), on_error);
    rd_kafka_conf_set_stats_cb(conf.get(), on_statistics);
    return conf;
}

std::string refusal_of_property(std::string const& name, std::string const& value) {
    auto const conf = Conf{rd_kafka_conf_new()};
    auto reason = std::array<char, 512>{};
    auto const outcome =
        rd_kafka_conf_set(conf.get(), name.c_str(), value.c_str(), reason.data(), reason.size());
    return outcome == RD_KAFKA_CONF_OK ? std::string{} : std::string{reason.data()};
}

rd_kafka_t* make_client(rd_kafka_type_t type, Conf conf) {
    auto reason = std::array<char, 512>{};
    auto* const rk = rd_kafka_new(type, conf.get(), reason.data(), reason.size());
    if (rk == nullptr) {
        throw Error{RD_KAFKA_RESP_ERR__INVALID_ARG, false, false,
                    std::string{"Kafka client: "} + reason.data()};
    }
    static_cast<void>(conf.release());  // rd_kafka_new owns it, but only if it succeeds
    return rk;
}

bool destroy_client(rd_kafka_t* rk, std::chrono::milliseconds wait) {
    if (rk == nullptr) {
        return true;
    }
    auto const name = std::string{rd_kafka_name(rk)};
    auto destroy = std::packaged_task<void()>{[rk] {
        rd_kafka_destroy_flags(rk, RD_KAFKA_DESTROY_F_NO_CONSUMER_CLOSE);
    }};
    auto const destroyed = destroy.get_future();
    auto thread = std::thread{std::move(destroy)};
    if (destroyed.wait_for(wait) == std::future_status::ready) {
        thread.join();
        return true;
    }
    thread.detach();
    log::warning("kafka_client_left_behind", "the Kafka client did not end and is left behind",
                 {{"frontrow.kafka.client", name}});
    return false;
}

Metadata metadata_of(rd_kafka_t* rk, rd_kafka_topic_t* topic, std::chrono::milliseconds wait) {
    rd_kafka_metadata_t const* answer = nullptr;
    auto const code =
        rd_kafka_metadata(rk, topic == nullptr ? 1 : 0, topic, &answer, to_milliseconds(wait));
    if (code != RD_KAFKA_RESP_ERR_NO_ERROR) {
        throw error_of(code, "asking Kafka for its topics", rk);
    }
    return Metadata{answer};
}

namespace {

Headers headers_of(rd_kafka_message_t const& message) {
    auto headers = Headers{};
    rd_kafka_headers_t* raw = nullptr;
    if (rd_kafka_message_headers(&message, &raw) != RD_KAFKA_RESP_ERR_NO_ERROR) {
        return headers;
    }
    headers.reserve(rd_kafka_header_cnt(raw));
    char const* name = nullptr;
    void const* value = nullptr;
    std::size_t size = 0;
    for (std::size_t n = 0;
         rd_kafka_header_get_all(raw, n, &name, &value, &size) == RD_KAFKA_RESP_ERR_NO_ERROR; ++n) {
        auto content = value == nullptr
                           ? std::nullopt
                           : std::optional{std::string{static_cast<char const*>(value), size}};
        headers.emplace_back(name, std::move(content));
    }
    return headers;
}

std::optional<std::string> octets_of(void const* address, std::size_t size) {
    return address == nullptr ? std::nullopt
                              : std::optional{std::string{static_cast<char const*>(address), size}};
}

}  // namespace

Record record_of(rd_kafka_message_t const& message) {
    auto kind = rd_kafka_timestamp_type_t{};
    auto const stamp = rd_kafka_message_timestamp(&message, &kind);
    return Record{.topic = rd_kafka_topic_name(message.rkt),
                  .partition = message.partition,
                  .offset = message.offset,
                  .timestamp = Instant{std::chrono::milliseconds{stamp}},
                  .key = octets_of(message.key, message.key_len),
                  .value = octets_of(message.payload, message.len),
                  .headers = headers_of(message)};
}

}  // namespace frontrow::kafka
