// Brokers in memory, made by librdkafka's mock: for what a client does, never for what Kafka
// promises.
#pragma once

#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <chrono>
#include <string>

#include "common/kafka/options.hpp"

namespace frontrow::kafka {

class MockBroker {
  public:
    MockBroker() {
        auto* const conf = rd_kafka_conf_new();
        rd_kafka_conf_set(conf, "log_level", "0", nullptr, 0);
        client_ = rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0);
        cluster_ = rd_kafka_mock_cluster_new(client_, 1);
    }
    ~MockBroker() {
        rd_kafka_mock_cluster_destroy(cluster_);
        rd_kafka_destroy(client_);
    }
    MockBroker(MockBroker const&) = delete;
    MockBroker& operator=(MockBroker const&) = delete;

    void make_topic(std::string const& name, int partitions) {
        rd_kafka_mock_topic_create(cluster_, name.c_str(), partitions, 1);
    }
    /// The next Produce requests are answered with these errors, one each.
    template <class... Codes>
    void refuse_produce(Codes... codes) {
        constexpr std::int16_t produce_request = 0;
        rd_kafka_mock_push_request_errors(cluster_, produce_request, sizeof...(codes), codes...);
    }
    /// The next questions for the ends of partitions are answered with these errors, one each.
    template <class... Codes>
    void refuse_offsets(Codes... codes) {
        constexpr std::int16_t list_offsets_request = 2;
        rd_kafka_mock_push_request_errors(cluster_, list_offsets_request, sizeof...(codes),
                                          codes...);
    }
    /// Records of the partition wait, whatever the others do, until it has a leader again.
    void lose_leader(std::string const& topic, int partition) {
        rd_kafka_mock_partition_set_leader(cluster_, topic.c_str(), partition, -1);
    }
    void elect_leader(std::string const& topic, int partition) {
        rd_kafka_mock_partition_set_leader(cluster_, topic.c_str(), partition, 1);
    }
    /// What is asked is done at once, and answered after this time.
    void answer_after(std::chrono::milliseconds time) {
        rd_kafka_mock_broker_set_rtt(cluster_, 1, static_cast<int>(time.count()));
    }
    void go_down() { rd_kafka_mock_broker_set_down(cluster_, 1); }
    void come_up() { rd_kafka_mock_broker_set_up(cluster_, 1); }

    [[nodiscard]] ClientOptions client(std::string const& id) const {
        return ClientOptions{.bootstrap_servers = rd_kafka_mock_cluster_bootstraps(cluster_),
                             .client_id = id};
    }

  private:
    rd_kafka_t* client_;
    rd_kafka_mock_cluster_t* cluster_;
};

}  // namespace frontrow::kafka
