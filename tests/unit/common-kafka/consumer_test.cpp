// What a consumer does against brokers in memory, whose groups take three seconds to form: groups
// are tested with a real broker (tests/services/common-kafka).
#include "common/kafka/consumer.hpp"

#include <algorithm>

#include "common/kafka/producer.hpp"
#include "tests/support/testing.hpp"
#include "tests/unit/common-kafka/mock_broker.hpp"

namespace frontrow::kafka {
namespace {

using namespace std::chrono_literals;

ConsumerOptions options_for(ClientOptions client) {
    return ConsumerOptions{.client = std::move(client), .group = "g", .topics = {"t"}};
}

std::vector<Record> read(Consumer& consumer, std::size_t count) {
    auto records = std::vector<Record>{};
    auto const deadline = std::chrono::steady_clock::now() + 30s;
    while (records.size() < count && std::chrono::steady_clock::now() < deadline) {
        for (auto& record : consumer.poll(count - records.size(), 50ms)) {
            records.push_back(std::move(record));
        }
    }
    return records;
}

std::vector<std::string> sorted_values_of(std::span<Record const> records) {
    auto values = std::vector<std::string>{};
    for (auto const& record : records) {
        values.push_back(record.value.value_or("(null)"));
    }
    std::sort(values.begin(), values.end());
    return values;
}

TEST(KafkaConsumer, GoesBackAndCommitsInEachPartitionOfTheSpan) {
    auto broker = MockBroker{};
    broker.make_topic("t", 3);
    {
        auto producer =
            Producer{ProducerOptions{.client = broker.client("fill")}, [](Delivery const&) {
                     }};
        for (std::uint64_t n = 0; n < 60; ++n) {
            ASSERT_TRUE(producer.produce("t", std::to_string(n), std::to_string(n), Headers{}, n));
        }
        ASSERT_TRUE(producer.flush(20s));
    }
    auto consumer = Consumer{options_for(broker.client("test"))};
    auto const first = read(consumer, 60);
    ASSERT_EQ(first.size(), 60U);
    EXPECT_EQ(consumer.assigned_partitions(), 3U);
    consumer.seek_back(first);
    auto const second = read(consumer, 60);
    EXPECT_EQ(sorted_values_of(second), sorted_values_of(first));
    EXPECT_TRUE(consumer.commit(second));
}

TEST(KafkaConsumer, AnswersNothingAtAllIfNothingComesInTime) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    auto consumer = Consumer{options_for(broker.client("test"))};
    EXPECT_TRUE(consumer.poll(10, 1ms).empty());
    EXPECT_TRUE(consumer.commit({}));
}

TEST(KafkaConsumer, DoesNotCommitForAPartitionThatItDoesNotHave) {
    auto consumer =
        Consumer{options_for({.bootstrap_servers = "127.0.0.1:9", .client_id = "test"})};
    auto const foreign = std::vector<Record>{
        Record{.topic = "t", .partition = 5, .offset = 3, .key = {}, .value = {}, .headers = {}}};
    EXPECT_FALSE(consumer.commit(foreign));
    EXPECT_NO_THROW(consumer.seek_back(foreign));
}

}  // namespace
}  // namespace frontrow::kafka
