// From a record to what the invariants need of it.
#include "frontrowctl/audit/records.hpp"

#include <charconv>

#include "common/core/sha256.hpp"
#include "common/kafka/reader.hpp"

namespace frontrow::audit {
namespace {

constexpr auto broker_patience = std::chrono::seconds{10};
constexpr auto read_patience = std::chrono::seconds{2};

std::optional<std::int64_t> version_of(kafka::Headers const& headers) {
    auto const text = kafka::header(headers, "ce_sequence").value_or("");
    auto number = std::int64_t{0};
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    return error == std::errc{} && end == text.data() + text.size() ? std::optional{number}
                                                                    : std::nullopt;
}

RecordFact fact_of(kafka::Record const& record, std::size_t prefix_octets) {
    auto const topic = record.topic.substr(prefix_octets);
    // A record of `dlq.` or `retry.` carries its source's headers: its own id is the dead letter's.
    auto const is_source = !topic.starts_with("dlq.") && !topic.starts_with("retry.");
    auto const id = kafka::header(record.headers, is_source                   ? "ce_id"
                                                  : topic.starts_with("dlq.") ? "x-dlq-id"
                                                                              : "x-replay-id");
    return {.topic = topic,
            .partition = record.partition,
            .offset = record.offset,
            .event_id = Uuid::parse(id.value_or("")),
            .key = record.key.value_or(""),
            .type = std::string{kafka::header(record.headers, "ce_type").value_or("")},
            .version = is_source ? version_of(record.headers) : std::nullopt,
            .payload_sha256 = record.value ? sha256(*record.value) : std::string{}};
}

}  // namespace

void read_records(kafka::ClientOptions const& kafka, std::string const& prefix,
                  std::vector<std::string> const& topics, Facts& facts) {
    auto names = std::vector<std::string>{};
    for (auto const& topic : topics) {
        names.push_back(prefix + topic);
    }
    auto reader = kafka::Reader{kafka, names, kafka::Reader::From::start, broker_patience};
    while (!reader.is_at_the_end()) {
        auto const batch = reader.poll(10'000, read_patience);
        for (auto const& record : batch) {
            facts.records.push_back(fact_of(record, prefix.size()));
        }
    }
}

}  // namespace frontrow::audit
