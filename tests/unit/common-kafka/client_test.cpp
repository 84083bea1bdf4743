// The end of a client, and of one that does not end.
#include <thread>

#include "common/kafka/librdkafka.hpp"
#include "common/kafka/producer.hpp"
#include "tests/support/testing.hpp"
#include "tests/unit/common-kafka/mock_broker.hpp"

namespace frontrow::kafka {
namespace {

using namespace std::chrono_literals;

void send_one(MockBroker& broker) {
    auto producer = Producer{ProducerOptions{.client = broker.client("fill")}, [](Delivery const&) {
                             }};
    ASSERT_TRUE(producer.produce("t", "key", "value", Headers{}, 1, 0));
    ASSERT_TRUE(producer.flush(20s));
}

rd_kafka_t* client_at_the_start_of(MockBroker const& broker, ClientContext& context) {
    auto* const rk = make_client(
        RD_KAFKA_CONSUMER, make_conf(broker.client("test"), context, {}, {{"group.id", "g"}}));
    auto const start = Partitions{rd_kafka_topic_partition_list_new(1)};
    rd_kafka_topic_partition_list_add(start.get(), "t", 0)->offset = 0;
    rd_kafka_poll_set_consumer(rk);
    rd_kafka_assign(rk, start.get());
    return rk;
}

Message poll(rd_kafka_t* rk) {
    auto const deadline = std::chrono::steady_clock::now() + 20s;
    auto message = Message{};
    while (message == nullptr && std::chrono::steady_clock::now() < deadline) {
        message.reset(rd_kafka_consumer_poll(rk, 100));
    }
    return message;
}

// A message that nobody gives back is a reference that librdkafka waits for, as it waits for those
// that it lost itself.
TEST(KafkaClient, ThatDoesNotEndIsLeftBehindAndHoldsNobodyUp) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    send_one(broker);
    auto context = ClientContext{};
    auto* const rk = client_at_the_start_of(broker, context);
    auto message = poll(rk);
    ASSERT_NE(message, nullptr);

    EXPECT_FALSE(destroy_client(rk, 500ms));

    auto const threads = rd_kafka_thread_cnt();
    message.reset();
    for (auto n = 0; n < 1000 && rd_kafka_thread_cnt() == threads; ++n) {
        std::this_thread::sleep_for(10ms);
    }
    EXPECT_LT(rd_kafka_thread_cnt(), threads) << "it ends as soon as it can";
}

TEST(KafkaClient, ThatReturnedEverythingEnds) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    send_one(broker);
    auto context = ClientContext{};
    auto* const rk = client_at_the_start_of(broker, context);
    ASSERT_NE(poll(rk), nullptr);

    EXPECT_TRUE(destroy_client(rk));
}

}  // namespace
}  // namespace frontrow::kafka
