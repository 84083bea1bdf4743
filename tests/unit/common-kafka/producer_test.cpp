// What the producer reports, against brokers in memory.
#include "common/kafka/producer.hpp"

#include <map>
#include <memory>

#include "common/kafka/reader.hpp"
#include "tests/support/testing.hpp"
#include "tests/unit/common-kafka/mock_broker.hpp"

namespace frontrow::kafka {
namespace {

using namespace std::chrono_literals;
using Deliveries = std::map<std::uint64_t, Delivery>;

Producer::OnDelivery into(Deliveries& deliveries) {
    return [&](Delivery const& delivery) {
        deliveries.insert_or_assign(delivery.tag, delivery);
    };
}

ProducerOptions options_for(MockBroker const& broker) {
    return ProducerOptions{.client = broker.client("test")};
}

bool wait_for(Producer& producer, Deliveries const& deliveries, std::size_t count) {
    auto const deadline = std::chrono::steady_clock::now() + 20s;
    while (deliveries.size() < count && std::chrono::steady_clock::now() < deadline) {
        producer.poll(20ms);
    }
    return deliveries.size() == count;
}

TEST(KafkaProducer, ReportsAnAcknowledgementWithPartitionAndOffset) {
    auto broker = MockBroker{};
    broker.make_topic("t", 12);
    auto deliveries = Deliveries{};
    auto producer = Producer{options_for(broker), into(deliveries)};
    ASSERT_TRUE(producer.produce("t", "key", "value", Headers{{"n", "v"}, {"null", {}}}, 7));
    ASSERT_TRUE(wait_for(producer, deliveries, 1));
    EXPECT_TRUE(deliveries.at(7).acknowledged);
    EXPECT_FALSE(deliveries.at(7).permanent);
    EXPECT_EQ(deliveries.at(7).partition, partition_of("key", 12));
    EXPECT_EQ(deliveries.at(7).offset, 0);
}

TEST(KafkaProducer, ChoosesTheSamePartitionAsPartitionOfForEveryKey) {
    auto broker = MockBroker{};
    broker.make_topic("t", 12);
    auto deliveries = Deliveries{};
    auto producer = Producer{options_for(broker), into(deliveries)};
    for (std::uint64_t n = 0; n < 200; ++n) {
        ASSERT_TRUE(producer.produce("t", std::to_string(n * 7919), "v", Headers{}, n));
    }
    ASSERT_TRUE(producer.produce("t", "", "v", Headers{}, 200));
    ASSERT_TRUE(wait_for(producer, deliveries, 201));
    for (std::uint64_t n = 0; n < 200; ++n) {
        EXPECT_EQ(deliveries.at(n).partition, partition_of(std::to_string(n * 7919), 12));
    }
    EXPECT_EQ(deliveries.at(200).partition, partition_of("", 12));
}

TEST(KafkaProducer, ReportsARecordThatIsTooLargeAsPermanentAndGoesOn) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    auto deliveries = Deliveries{};
    auto producer = Producer{options_for(broker), into(deliveries)};
    auto const huge = std::string(1'000'001, 'x');
    ASSERT_TRUE(producer.produce("t", "k", huge, Headers{{"a", "b"}}, 1));
    EXPECT_TRUE(deliveries.empty());  // reported by poll, never from inside produce
    ASSERT_TRUE(producer.produce("t", "k", "small", Headers{}, 2));
    ASSERT_TRUE(wait_for(producer, deliveries, 2));
    EXPECT_TRUE(deliveries.at(1).permanent);
    EXPECT_FALSE(deliveries.at(1).refused_as_batch);
    EXPECT_FALSE(deliveries.at(1).acknowledged);
    EXPECT_NE(deliveries.at(1).reason, "");
    EXPECT_TRUE(deliveries.at(2).acknowledged);
}

TEST(KafkaProducer, SaysThatARefusalForSizeByTheBrokerHitAWholeBatch) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    auto deliveries = Deliveries{};
    auto producer = Producer{options_for(broker), into(deliveries)};
    broker.refuse_produce(RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
    ASSERT_TRUE(producer.produce("t", "k", "v", Headers{}, 1));
    ASSERT_TRUE(wait_for(producer, deliveries, 1));
    EXPECT_TRUE(deliveries.at(1).permanent);
    EXPECT_TRUE(deliveries.at(1).refused_as_batch);
    ASSERT_TRUE(producer.produce("t", "k", "v", Headers{}, 2));
    ASSERT_TRUE(wait_for(producer, deliveries, 2));
    EXPECT_TRUE(deliveries.at(2).acknowledged);
}

// librdkafka#4628: a missing partition with headers frees the headers twice in `produceva`.
TEST(KafkaProducer, RefusesAPartitionThatDoesNotExistWithoutTouchingTheHeadersTwice) {
    auto broker = MockBroker{};
    broker.make_topic("t", 3);
    auto deliveries = Deliveries{};
    auto producer = Producer{options_for(broker), into(deliveries)};
    ASSERT_TRUE(producer.produce("t", "k", "v", Headers{{"a", "b"}}, 1, 3));
    ASSERT_TRUE(producer.produce("t", "k", "v", Headers{{"a", "b"}}, 2, 2));
    ASSERT_TRUE(wait_for(producer, deliveries, 2));
    EXPECT_TRUE(deliveries.at(1).permanent);
    EXPECT_TRUE(deliveries.at(2).acknowledged);
    EXPECT_EQ(deliveries.at(2).partition, 2);
}

TEST(KafkaProducer, TriesAgainByItselfWhatTheBrokerRefusesForAWhile) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    auto deliveries = Deliveries{};
    auto producer = Producer{options_for(broker), into(deliveries)};
    broker.refuse_produce(RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS,
                          RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION);
    ASSERT_TRUE(producer.produce("t", "k", "v", Headers{}, 1));
    ASSERT_TRUE(wait_for(producer, deliveries, 1));
    EXPECT_TRUE(deliveries.at(1).acknowledged);
    EXPECT_FALSE(producer.is_fatal());
}

// librdkafka#4438: an out-of-order sequence kills the instance; only a new one helps.
TEST(KafkaProducer, IsFatalAfterALostSequenceAndANewOneGoesOn) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    auto deliveries = Deliveries{};
    auto producer = std::make_unique<Producer>(options_for(broker), into(deliveries));
    EXPECT_FALSE(producer->is_fatal());
    // Two in flight: the first is lost on the way, so the second is out of order for the broker.
    broker.refuse_produce(RD_KAFKA_RESP_ERR__TRANSPORT,
                          RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    ASSERT_TRUE(producer->produce("t", "k", "1", Headers{}, 1));
    ASSERT_TRUE(wait_for(*producer, deliveries, 1));
    EXPECT_TRUE(producer->is_fatal());
    EXPECT_FALSE(deliveries.at(1).acknowledged);
    EXPECT_FALSE(deliveries.at(1).permanent);  // unknown: it may have arrived
    producer = std::make_unique<Producer>(options_for(broker), into(deliveries));
    ASSERT_TRUE(producer->produce("t", "k", "1", Headers{}, 1));
    auto const deadline = std::chrono::steady_clock::now() + 20s;
    while (!deliveries.at(1).acknowledged && std::chrono::steady_clock::now() < deadline) {
        producer->poll(20ms);
    }
    EXPECT_TRUE(deliveries.at(1).acknowledged);
    EXPECT_FALSE(producer->is_fatal());
}

// A broker that knows nothing of us yet takes whatever sequence comes first. If the batch before
// that one was put off, it comes too late, and librdkafka calls it a repetition, and that a
// success.
TEST(KafkaProducer, DoesNotBelieveASuccessThatIsAtNoOffset) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    auto deliveries = Deliveries{};
    auto producer = Producer{options_for(broker), into(deliveries)};
    broker.refuse_produce(RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER);
    ASSERT_TRUE(producer.produce("t", "k", "1", Headers{}, 1));
    ASSERT_TRUE(wait_for(producer, deliveries, 1));
    EXPECT_FALSE(deliveries.at(1).acknowledged);
    EXPECT_FALSE(deliveries.at(1).permanent);  // unknown: to be sent again
    EXPECT_EQ(deliveries.at(1).code, RD_KAFKA_RESP_ERR_DUPLICATE_SEQUENCE_NUMBER);
}

// librdkafka#5032: without metadata the first record of a topic waits for a timer of a second.
TEST(KafkaProducer, AsksForATopicsMetadataBeforeItsFirstRecord) {
    auto broker = MockBroker{};
    broker.make_topic("t", 5);
    auto deliveries = Deliveries{};
    auto producer = Producer{options_for(broker), into(deliveries)};
    ASSERT_TRUE(producer.produce("t", "k", "v", Headers{{"a", "b"}}, 1, 5));
    // It knows already that there is no partition 5: librdkafka itself would still be asking.
    EXPECT_EQ(producer.poll(0ms), 1U);
    EXPECT_TRUE(deliveries.at(1).permanent);
    EXPECT_EQ(producer.partition_count("t", 5s), 5);
}

TEST(KafkaProducer, ThrowsARetriableErrorIfNoBrokerAnswersInTime) {
    auto deliveries = Deliveries{};
    auto producer = Producer{
        ProducerOptions{.client = {.bootstrap_servers = "127.0.0.1:9", .client_id = "test"}},
        into(deliveries)};
    try {
        static_cast<void>(producer.partition_count("t", 100ms));
        ADD_FAILURE() << "somebody answered";
    } catch (Error const& error) {
        EXPECT_TRUE(error.is_retriable());
        EXPECT_FALSE(error.is_fatal());
    }
}

TEST(KafkaProducer, ForgetsWhatIsInFlightWhenItIsDestroyed) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    auto deliveries = Deliveries{};
    {
        auto producer = Producer{options_for(broker), into(deliveries)};
        EXPECT_EQ(producer.partition_count("t", 5s), 1);
        broker.go_down();
        ASSERT_TRUE(producer.produce("t", "k", "v", Headers{}, 1));
        EXPECT_FALSE(producer.flush(50ms));
    }
    EXPECT_TRUE(deliveries.empty());
}

TEST(KafkaProducer, DeliversAfterTheBrokerCameBack) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    auto deliveries = Deliveries{};
    auto producer = Producer{options_for(broker), into(deliveries)};
    EXPECT_EQ(producer.partition_count("t", 5s), 1);
    broker.go_down();
    ASSERT_TRUE(producer.produce("t", "k", "v", Headers{}, 1));
    EXPECT_FALSE(producer.flush(50ms));
    broker.come_up();
    ASSERT_TRUE(wait_for(producer, deliveries, 1));
    EXPECT_TRUE(deliveries.at(1).acknowledged);
}

// What is given up is not what never arrived: librdkafka's default would give up after minutes.
TEST(KafkaProducer, GivesUpNothingByItselfWhateverThePropertiesSay) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    auto deliveries = Deliveries{};
    auto options = options_for(broker);
    options.client.properties = {{"message.timeout.ms", "100"}};
    auto producer = Producer{options, into(deliveries)};
    EXPECT_EQ(producer.partition_count("t", 5s), 1);
    broker.go_down();
    ASSERT_TRUE(producer.produce("t", "k", "v", Headers{}, 1));
    EXPECT_FALSE(producer.flush(1500ms));  // librdkafka looks for what is too old once a second
    EXPECT_TRUE(deliveries.empty());
    broker.come_up();
    ASSERT_TRUE(wait_for(producer, deliveries, 1));
    EXPECT_TRUE(deliveries.at(1).acknowledged);
}

TEST(KafkaProducer, KnowsNothingOfARecordWhoseAnswerCameTooLateAndThatArrived) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    auto deliveries = Deliveries{};
    auto options = options_for(broker);
    options.message_timeout = 500ms;
    {
        auto producer = Producer{options, into(deliveries)};
        ASSERT_TRUE(producer.produce("t", "k", "in time", Headers{}, 1));
        ASSERT_TRUE(wait_for(producer, deliveries, 1));
        broker.answer_after(20s);
        ASSERT_TRUE(producer.produce("t", "k", "too late", Headers{}, 2));
        ASSERT_TRUE(wait_for(producer, deliveries, 2));
    }
    EXPECT_FALSE(deliveries.at(2).acknowledged);
    EXPECT_FALSE(deliveries.at(2).permanent);  // so whoever sent it sends it again
    broker.answer_after(0s);
    auto reader = Reader{broker.client("test"), {"t"}, Reader::From::start, 20s};
    auto values = std::vector<std::string>{};
    while (!reader.is_at_the_end()) {
        for (auto const& record : reader.poll(10, 50ms)) {
            values.push_back(*record.value);
        }
    }
    EXPECT_EQ(values, (std::vector<std::string>{"in time", "too late"}));
}

TEST(KafkaProducer, SaysWhichSettingIsBad) {
    auto options =
        ProducerOptions{.client = {.bootstrap_servers = "127.0.0.1:9", .client_id = "test"}};
    options.client.properties = {{"no.such.setting", "1"}};
    try {
        auto const producer = Producer{options, [](Delivery const&) {
                                       }};
        ADD_FAILURE() << "the setting was taken";
    } catch (Error const& error) {
        EXPECT_FALSE(error.is_retriable());
        EXPECT_THAT(error.what(), ::testing::HasSubstr("no.such.setting"));
    }
}

TEST(KafkaProducer, KeepsItsPromisesWhateverThePropertiesSay) {
    auto broker = MockBroker{};
    broker.make_topic("t", 12);
    auto deliveries = Deliveries{};
    auto options = options_for(broker);
    options.client.properties = {
        {"partitioner", "random"}, {"enable.idempotence", "false"}, {"acks", "1"}};
    auto producer = Producer{options, into(deliveries)};
    for (std::uint64_t n = 0; n < 20; ++n) {
        ASSERT_TRUE(producer.produce("t", "same", "v", Headers{}, n));
    }
    ASSERT_TRUE(wait_for(producer, deliveries, 20));
    for (auto const& [tag, delivery] : deliveries) {
        EXPECT_EQ(delivery.partition, partition_of("same", 12));
    }
}

}  // namespace
}  // namespace frontrow::kafka
