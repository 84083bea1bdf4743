// Dead letters as Kafka records: the original octets, with headers that say what happened to them.
#include <algorithm>
#include <charconv>

#include "common/deadletter/dead_letter.hpp"
#include "common/deadletter/rows.hpp"
#include "common/outbox/outbox.hpp"

#ifndef FRONTROW_VERSION
#define FRONTROW_VERSION "0.1.0"
#endif

namespace frontrow::deadletter {
namespace {

constexpr auto text_octets_max = std::size_t{1024};

/// As Spring for Apache Kafka writes its numbers.
template <class Number>
std::string big_endian(Number number) {
    auto octets = std::string(sizeof(Number), '\0');
    for (auto i = octets.size(); i-- > 0;) {
        octets[i] = static_cast<char>(number & 0xff);
        number = static_cast<Number>(number >> 8);
    }
    return octets;
}

template <class Number>
std::optional<Number> number_from(std::optional<std::string_view> text) {
    auto number = Number{};
    if (!text) {
        return std::nullopt;
    }
    auto const [end, error] = std::from_chars(text->data(), text->data() + text->size(), number);
    auto const whole = error == std::errc{} && end == text->data() + text->size();
    return whole ? std::optional{number} : std::nullopt;
}

std::string coordinates(kafka::Record const& record) {
    return record.topic + "/" + std::to_string(record.partition) + "/" +
           std::to_string(record.offset);
}

void add_origin(kafka::Headers& headers, Letter const& letter) {
    auto const& record = letter.record;
    headers.emplace_back("__dlq.errors.topic", record.topic);
    headers.emplace_back("__dlq.errors.partition", std::to_string(record.partition));
    headers.emplace_back("__dlq.errors.offset", std::to_string(record.offset));
    headers.emplace_back("__dlq.errors.group", letter.consumer);
    headers.emplace_back("x-dlq-id", letter.id.to_string());
    headers.emplace_back("x-dlq-event-id", letter.event_id.to_string());
}

std::size_t octets_of(kafka::Record const& record) {
    auto octets = (record.key ? record.key->size() : 0) + (record.value ? record.value->size() : 0);
    for (auto const& [name, value] : record.headers) {
        octets += name.size() + (value ? value->size() : 0) + 16;
    }
    return octets;
}

outbox::Message message_of(Letter const& letter, std::string topic, kafka::Headers const& headers) {
    return {.event_id = letter.id,
            .aggregate_type = "dead_letter",
            .aggregate_id = coordinates(letter.record),
            .version = {},
            .type = letter.type,
            .topic = std::move(topic),
            .key = as_bytes(letter.record.key),
            .payload = as_bytes(letter.record.value),
            .time = letter.failed_at,
            .traceparent = {},
            .correlation_id = {},
            .causation_id = {},
            .headers = outbox::encode_headers(headers),
            .partition = letter.record.partition};
}

}  // namespace

std::string_view class_of(std::string_view reason) {
    if (reason == "no_value" || reason == "missing_header" || reason == "not_json") {
        return "DESERIALIZE";
    }
    if (reason == "unknown_type" || reason == "schema" || reason == "key_mismatch") {
        return "SCHEMA";
    }
    return reason == "rejected_by_database" || reason == "killed_the_process" ? "BUG" : "RULE";
}

std::string dlq_topic(std::string_view group, std::string_view topic) {
    return "dlq." + std::string{group} + "." + std::string{topic};
}

std::string retry_topic(std::string_view group, std::string_view topic) {
    return "retry." + std::string{group} + "." + std::string{topic};
}

std::string printable(std::string_view octets) {
    auto text = std::string{octets.substr(0, text_octets_max)};
    std::ranges::replace_if(
        text, [](char c) { return c < ' ' || c > '~'; }, '?');
    return text;
}

outbox::Message dlq_message(Letter const& letter) {
    auto const& record = letter.record;
    // Topics take no larger record than this; the table keeps all octets.
    auto const is_too_large = octets_of(record) > outbox::payload_octets_max;
    auto headers = is_too_large ? kafka::Headers{} : record.headers;
    add_origin(headers, letter);
    headers.emplace_back("__dlq.errors.delivery.count", std::to_string(letter.replay_count + 1));
    headers.emplace_back("__dlq.errors.message", letter.detail);
    headers.emplace_back("kafka_dlt-original-topic", record.topic);
    headers.emplace_back("kafka_dlt-original-partition", big_endian(record.partition));
    headers.emplace_back("kafka_dlt-original-offset", big_endian(record.offset));
    headers.emplace_back("kafka_dlt-original-consumer-group", letter.consumer);
    headers.emplace_back("x-dlq-reason", std::string{class_of(letter.reason)});
    headers.emplace_back("x-dlq-failed-at", to_rfc3339(letter.failed_at));
    headers.emplace_back("x-dlq-version", FRONTROW_VERSION);
    if (is_too_large) {
        headers.emplace_back("x-dlq-octets-left-out", std::to_string(octets_of(record)));
    }
    auto message = message_of(letter, dlq_topic(letter.consumer, record.topic), headers);
    if (is_too_large) {
        message.key.reset();
        message.payload.reset();
    }
    return message;
}

outbox::Message replay_message(Letter const& letter, Uuid const& replay_id,
                               std::string_view replayed_by, Instant now) {
    auto headers = letter.record.headers;
    add_origin(headers, letter);
    headers.emplace_back("x-replay-id", replay_id.to_string());
    headers.emplace_back("x-replay-count", std::to_string(letter.replay_count + 1));
    headers.emplace_back("x-replay-by", printable(replayed_by));
    auto message = message_of(letter, retry_topic(letter.consumer, letter.record.topic), headers);
    message.event_id = replay_id;
    message.time = now;
    return message;
}

std::optional<Replayed> read_replay(kafka::Record const& record) {
    auto const uuid = [&](std::string_view name) {
        auto const text = kafka::header(record.headers, name);
        return text ? Uuid::parse(*text) : std::nullopt;
    };
    auto const letter = uuid("x-dlq-id");
    auto const event_id = uuid("x-dlq-event-id");
    auto const topic = kafka::header(record.headers, "__dlq.errors.topic");
    auto const partition =
        number_from<std::int32_t>(kafka::header(record.headers, "__dlq.errors.partition"));
    auto const offset =
        number_from<std::int64_t>(kafka::header(record.headers, "__dlq.errors.offset"));
    if (!letter || !event_id || !topic || !partition || !offset) {
        return std::nullopt;
    }
    auto replayed = Replayed{*letter, *event_id, record};
    replayed.record.topic = std::string{*topic};
    replayed.record.partition = *partition;
    replayed.record.offset = *offset;
    return replayed;
}

}  // namespace frontrow::deadletter
