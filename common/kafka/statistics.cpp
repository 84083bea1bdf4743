// Reads the few members that an operator looks at; see librdkafka's STATISTICS.md for all.
#include "common/kafka/statistics.hpp"

#include <cstdlib>

namespace frontrow::kafka {
namespace {

struct Meaning {
    char const* member;
    char const* metric;
    char const* help;
};

constexpr Meaning totals[] = {
    {"/txmsgs", "frontrow_kafka_sent_records_total", "Records sent to brokers."},
    {"/rxmsgs", "frontrow_kafka_received_records_total", "Records received from brokers."},
    {"txretries", "frontrow_kafka_request_retries_total", "Requests that were sent again."},
    {"req_timeouts", "frontrow_kafka_request_timeouts_total", "Requests that timed out."},
    {"disconnects", "frontrow_kafka_disconnects_total", "Connections to brokers that were lost."},
    {"rebalance_cnt", "frontrow_kafka_rebalances_total", "Rebalances of the consumer's group."},
};

constexpr Meaning gauges[] = {
    {"/msg_cnt", "frontrow_kafka_queued_records", "Records that wait in the producer or fly."},
    {"/msg_size", "frontrow_kafka_queued_octets", "Octets of those records."},
    {"consumer_lag", "frontrow_kafka_consumer_lag", "Records behind the end of the partitions."},
};

std::string_view quoted(std::string_view json, std::size_t& at) {
    auto const begin = ++at;
    while (at < json.size() && json[at] != '"') {
        at += json[at] == '\\' ? 2 : 1;
    }
    auto const text = json.substr(begin, at - begin);
    ++at;
    return text;
}

}  // namespace

std::map<std::string, double, std::less<>> sums_of(std::string_view json) {
    auto sums = std::map<std::string, double, std::less<>>{};
    auto depth = 0;
    for (std::size_t at = 0; at < json.size();) {
        if (json[at] != '"') {
            depth += json[at] == '{' ? 1 : json[at] == '}' ? -1 : 0;
            ++at;
            continue;
        }
        auto const name = quoted(json, at);
        if (at >= json.size() || json[at] != ':') {
            continue;  // a text value, not a member's name
        }
        ++at;
        while (at < json.size() && json[at] == ' ') {
            ++at;
        }
        if (at >= json.size() || json[at] < '0' || json[at] > '9') {
            continue;  // an object, a text, or unknown (-1)
        }
        auto const number = std::string{json.substr(at, json.find_first_of(",} \n", at) - at)};
        at += number.size();
        sums[(depth == 1 ? "/" : "") + std::string{name}] += std::strtod(number.c_str(), nullptr);
    }
    return sums;
}

Statistics::Statistics(metrics::Registry& registry, std::string const& client_id)
    : errors_{registry.counter("frontrow_kafka_client_errors_total",
                               "Errors that a Kafka client reported of itself.",
                               {{"client", client_id}})} {
    auto const labels = metrics::Labels{{"client", client_id}};
    for (auto const& [member, metric, help] : totals) {
        totals_.emplace(member, Total{registry.counter(metric, help, labels)});
    }
    for (auto const& [member, metric, help] : gauges) {
        gauges_.emplace(member, registry.gauge(metric, help, labels));
    }
}

void Statistics::read(std::string_view json) {
    auto const sums = sums_of(json);
    for (auto& [member, total] : totals_) {
        if (auto const found = sums.find(member); found != sums.end()) {
            auto const value = found->second;
            total.counter.add(value > total.last ? value - total.last : 0);
            total.last = value;
        }
    }
    for (auto& [member, gauge] : gauges_) {
        if (auto const found = sums.find(member); found != sums.end()) {
            gauge.set(found->second);
        }
    }
}

}  // namespace frontrow::kafka
