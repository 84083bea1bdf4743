// Producing past the outbox, and deleting with the broker's own means.
#include "tests/system/whole/planted_records.hpp"

#include <librdkafka/rdkafka.h>

#include <memory>
#include <set>

#include "common/kafka/producer.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::whole {
namespace {

constexpr auto patience = std::chrono::seconds{20};
constexpr auto patience_ms = 20'000;

template <auto destroy>
struct Free {
    template <class Handle>
    void operator()(Handle* handle) const {
        destroy(handle);
    }
};

kafka::ClientOptions client() {
    return {.bootstrap_servers = support::kafka().bootstrap_servers(), .client_id = "test"};
}

}  // namespace

std::int32_t PlantedRecords::empty_partition(std::string const& topic) {
    auto used = std::set<std::int32_t>{};
    for (auto const* const database : {"booking", "payment", "queue"}) {
        for (auto const& key :
             stack_.list(database,
                         "SELECT DISTINCT aggregateid FROM outbox WHERE topic = '" + topic + "'")) {
            used.insert(kafka::partition_of(key, stack_.partitions()));
        }
    }
    auto partition = 0;
    while (used.contains(partition)) {
        ++partition;
    }
    EXPECT_LT(partition, stack_.partitions());
    return partition;
}

void PlantedRecords::produce(outbox::Message const& message, std::int32_t partition) {
    auto acknowledged = 0;
    auto producer =
        kafka::Producer{{.client = client()}, [&acknowledged](kafka::Delivery const& delivery) {
                            acknowledged += delivery.acknowledged ? 1 : 0;
                        }};
    ASSERT_TRUE(producer.produce(stack_.prefix() + message.topic, message.key->octets,
                                 message.payload->octets, events::headers_of(message), 0,
                                 partition));
    ASSERT_TRUE(producer.flush(patience));
    ASSERT_EQ(acknowledged, 1);
}

void PlantedRecords::take_back(std::string const& topic, std::int32_t partition) {
    auto* const conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "bootstrap.servers", client().bootstrap_servers.c_str(), nullptr, 0);
    auto const rk = std::unique_ptr<rd_kafka_t, Free<rd_kafka_destroy>>{
        rd_kafka_new(RD_KAFKA_PRODUCER, conf, nullptr, 0)};
    auto const offsets = std::unique_ptr<rd_kafka_topic_partition_list_t,
                                         Free<rd_kafka_topic_partition_list_destroy>>{
        rd_kafka_topic_partition_list_new(1)};
    auto const name = stack_.prefix() + topic;
    rd_kafka_topic_partition_list_add(offsets.get(), name.c_str(), partition)->offset =
        RD_KAFKA_OFFSET_END;
    auto const queue = std::unique_ptr<rd_kafka_queue_t, Free<rd_kafka_queue_destroy>>{
        rd_kafka_queue_new(rk.get())};
    auto* records = rd_kafka_DeleteRecords_new(offsets.get());
    rd_kafka_DeleteRecords(rk.get(), &records, 1, nullptr, queue.get());
    rd_kafka_DeleteRecords_destroy(records);
    auto const event = std::unique_ptr<rd_kafka_event_t, Free<rd_kafka_event_destroy>>{
        rd_kafka_queue_poll(queue.get(), patience_ms)};
    ASSERT_NE(event, nullptr);
    ASSERT_EQ(rd_kafka_event_error(event.get()), RD_KAFKA_RESP_ERR_NO_ERROR)
        << rd_kafka_event_error_string(event.get());
}

}  // namespace frontrow::whole
