// Reading, committing and going back, against brokers in memory.
#include "common/kafka/consumer.hpp"

#include <algorithm>
#include <memory>
#include <set>

#include "common/kafka/producer.hpp"
#include "tests/support/testing.hpp"
#include "tests/unit/common-kafka/mock_broker.hpp"

namespace frontrow::kafka {
namespace {

using namespace std::chrono_literals;

void fill(MockBroker const& broker, std::string const& topic, int from, int count,
          Headers const& headers = {}) {
    auto producer = Producer{ProducerOptions{.client = broker.client("fill")}, [](Delivery const&) {
                             }};
    for (auto n = from; n < from + count; ++n) {
        static_cast<void>(producer.produce(topic, "k" + std::to_string(n), std::to_string(n),
                                           headers, static_cast<std::uint64_t>(n)));
    }
    ASSERT_TRUE(producer.flush(20s));
}

ConsumerOptions options_for(MockBroker const& broker, std::string const& group = "g") {
    return ConsumerOptions{.client = broker.client("test"), .group = group, .topics = {"t"}};
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

std::vector<std::string> values_of(std::span<Record const> records) {
    auto values = std::vector<std::string>{};
    for (auto const& record : records) {
        values.push_back(record.value.value_or("(null)"));
    }
    return values;
}

TEST(KafkaConsumer, ReadsANewGroupFromTheStartWithKeysAndHeaders) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    fill(broker, "t", 0, 1, {{"h", "1"}, {"h", "2"}, {"none", {}}, {"empty", ""}});
    auto consumer = Consumer{options_for(broker)};
    auto const records = read(consumer, 1);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].topic, "t");
    EXPECT_EQ(records[0].partition, 0);
    EXPECT_EQ(records[0].offset, 0);
    EXPECT_EQ(records[0].key, "k0");
    EXPECT_EQ(records[0].value, "0");
    EXPECT_GT(records[0].timestamp, Instant{std::chrono::hours{24 * 365 * 50}});
    auto const expected = Headers{{"h", "1"}, {"h", "2"}, {"none", {}}, {"empty", ""}};
    EXPECT_EQ(records[0].headers, expected);
    EXPECT_EQ(consumer.assigned_partitions(), 1U);
}

TEST(KafkaConsumer, TellsANullFromAnEmptyKeyAndValue) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    {
        auto producer =
            Producer{ProducerOptions{.client = broker.client("fill")}, [](Delivery const&) {
                     }};
        ASSERT_TRUE(producer.produce("t", std::nullopt, "", Headers{}, 1, 0));
        ASSERT_TRUE(producer.produce("t", "", std::nullopt, Headers{}, 2, 0));
        ASSERT_TRUE(producer.flush(20s));
    }
    auto consumer = Consumer{options_for(broker)};
    auto const records = read(consumer, 2);
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].key, std::nullopt);
    EXPECT_EQ(records[0].value, "");
    EXPECT_EQ(records[1].key, "");
    EXPECT_EQ(records[1].value, std::nullopt);
}

TEST(KafkaConsumer, GoesOnBehindWhatWasCommittedAndOnlyBehindThat) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    fill(broker, "t", 0, 10);
    {
        auto consumer = Consumer{options_for(broker)};
        auto const records = read(consumer, 7);
        ASSERT_EQ(records.size(), 7U);
        EXPECT_TRUE(consumer.commit(std::span{records}.first(4)));
    }
    auto consumer = Consumer{options_for(broker)};
    auto const records = read(consumer, 6);
    EXPECT_EQ(values_of(records), (std::vector<std::string>{"4", "5", "6", "7", "8", "9"}));
}

TEST(KafkaConsumer, PollsAgainWhatItWentBackBehind) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    fill(broker, "t", 0, 10);
    auto consumer = Consumer{options_for(broker)};
    auto const first = read(consumer, 6);
    ASSERT_EQ(first.size(), 6U);
    consumer.seek_back(std::span{first}.subspan(2));
    auto const second = read(consumer, 8);
    EXPECT_EQ(values_of(second),
              (std::vector<std::string>{"2", "3", "4", "5", "6", "7", "8", "9"}));
}

TEST(KafkaConsumer, GoesBackInEachPartitionOfTheSpan) {
    auto broker = MockBroker{};
    broker.make_topic("t", 3);
    fill(broker, "t", 0, 60);
    auto consumer = Consumer{options_for(broker)};
    auto const first = read(consumer, 60);
    ASSERT_EQ(first.size(), 60U);
    consumer.seek_back(first);
    auto second = values_of(read(consumer, 60));
    auto expected = values_of(first);
    std::sort(second.begin(), second.end());
    std::sort(expected.begin(), expected.end());
    EXPECT_EQ(second, expected);
}

TEST(KafkaConsumer, AnswersNothingAtAllIfNothingComesInTime) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    auto consumer = Consumer{options_for(broker)};
    EXPECT_TRUE(consumer.poll(10, 1ms).empty());
    EXPECT_TRUE(consumer.commit({}));
}

TEST(KafkaConsumer, DoesNotCommitForAPartitionThatItDoesNotHave) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    auto consumer = Consumer{options_for(broker)};
    auto const foreign = std::vector<Record>{
        Record{.topic = "t", .partition = 5, .offset = 3, .key = {}, .value = {}, .headers = {}}};
    EXPECT_FALSE(consumer.commit(foreign));
    EXPECT_NO_THROW(consumer.seek_back(foreign));
}

TEST(KafkaConsumer, SharesPartitionsWithAnotherAndLosesNoRecordOnTheWay) {
    auto broker = MockBroker{};
    broker.make_topic("t", 4);
    fill(broker, "t", 0, 40);
    auto first = Consumer{options_for(broker)};
    auto const before = read(first, 40);
    ASSERT_EQ(before.size(), 40U);
    EXPECT_EQ(first.assigned_partitions(), 4U);
    EXPECT_TRUE(first.commit(before));
    auto second = Consumer{options_for(broker)};
    auto const deadline = std::chrono::steady_clock::now() + 60s;
    while ((first.assigned_partitions() != 2 || second.assigned_partitions() != 2) &&
           std::chrono::steady_clock::now() < deadline) {
        EXPECT_TRUE(first.poll(10, 10ms).empty());
        EXPECT_TRUE(second.poll(10, 10ms).empty());
    }
    fill(broker, "t", 40, 40);
    auto values = std::set<std::string>{};
    while (values.size() < 40 && std::chrono::steady_clock::now() < deadline) {
        for (auto* consumer : {&first, &second}) {
            for (auto const& record : consumer->poll(10, 10ms)) {
                values.insert(*record.value);
            }
        }
    }
    EXPECT_EQ(values.size(), 40U);
    EXPECT_EQ(first.assigned_partitions(), 2U);
}

TEST(KafkaConsumer, LeavesInTimeAlthoughTheCoordinatorIsGone) {
    auto broker = MockBroker{};
    broker.make_topic("t", 1);
    fill(broker, "t", 0, 3);
    auto consumer = std::make_unique<Consumer>(options_for(broker));
    auto const records = read(*consumer, 3);
    ASSERT_EQ(records.size(), 3U);
    broker.go_down();
    EXPECT_FALSE(consumer->commit(records));
    consumer.reset();
    EXPECT_EQ(consumer, nullptr);
}

}  // namespace
}  // namespace frontrow::kafka
