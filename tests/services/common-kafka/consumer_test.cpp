// Reading in a group, committing and going back, against a broker as it is in production.
#include "common/kafka/consumer.hpp"

#include <algorithm>
#include <memory>
#include <set>

#include "common/kafka/admin.hpp"
#include "common/kafka/producer.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::kafka {
namespace {

using namespace std::chrono_literals;

class KafkaGroup : public ::testing::Test {
  protected:
    explicit KafkaGroup(std::string bootstrap_servers = support::kafka().bootstrap_servers())
        : bootstrap_servers_{std::move(bootstrap_servers)}, topic_{support::topic_prefix() + "t"} {}

    [[nodiscard]] ClientOptions client() const {
        return {.bootstrap_servers = bootstrap_servers_, .client_id = "frontrow-tests"};
    }
    [[nodiscard]] ConsumerOptions options() const {
        return {.client = client(),
                .group = topic_ + "-group",
                .topics = {topic_},
                .session_timeout = 3s};  // so that members hear of each other within a second
    }
    void make_topic(std::int32_t partitions) {
        Admin{client()}.create({{.name = topic_, .partitions = partitions}}, 30s);
    }
    /// Records from..to, whose values are their numbers. Each is in its place before the next one
    /// goes, and goes again until it is acknowledged: a broker may call the first of several on
    /// their way a repetition and not have it (see Delivery).
    void fill(int from, int to) {
        auto acknowledged = 0;
        auto producer =
            Producer{ProducerOptions{.client = client()}, [&acknowledged](Delivery const& one) {
                         acknowledged += one.acknowledged ? 1 : 0;
                     }};
        auto const deadline = std::chrono::steady_clock::now() + 60s;
        while (acknowledged < to - from && std::chrono::steady_clock::now() < deadline) {
            auto const n = std::to_string(from + acknowledged);
            ASSERT_TRUE(producer.produce(topic_, "k" + n, n, Headers{}, 0));
            ASSERT_TRUE(producer.flush(30s));
        }
        ASSERT_EQ(acknowledged, to - from);
    }

    std::string bootstrap_servers_;
    std::string topic_;
};

std::vector<Record> read(Consumer& consumer, std::size_t count) {
    auto records = std::vector<Record>{};
    auto const deadline = std::chrono::steady_clock::now() + 60s;
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

TEST_F(KafkaGroup, BeginsAtTheStartIfItIsNew) {
    make_topic(1);
    fill(0, 3);
    auto consumer = Consumer{options()};
    auto const records = read(consumer, 3);
    EXPECT_EQ(values_of(records), (std::vector<std::string>{"0", "1", "2"}));
    EXPECT_EQ(consumer.assigned_partitions(), 1U);
}

TEST_F(KafkaGroup, GoesOnBehindWhatWasCommittedAndOnlyBehindThat) {
    make_topic(1);
    fill(0, 10);
    {
        auto consumer = Consumer{options()};
        auto const records = read(consumer, 7);
        ASSERT_EQ(records.size(), 7U);
        EXPECT_TRUE(consumer.commit(std::span{records}.first(4)));
    }
    auto consumer = Consumer{options()};
    auto const records = read(consumer, 6);
    EXPECT_EQ(values_of(records), (std::vector<std::string>{"4", "5", "6", "7", "8", "9"}));
}

// librdkafka commits by itself, and begins a new group at the end, unless it is told otherwise.
TEST_F(KafkaGroup, KeepsItsPromisesWhateverThePropertiesSay) {
    make_topic(1);
    fill(0, 5);
    auto careless = options();
    careless.client.properties = {{"enable.auto.commit", "true"},
                                  {"enable.auto.offset.store", "true"},
                                  {"auto.commit.interval.ms", "1"},
                                  {"auto.offset.reset", "latest"},
                                  {"partition.assignment.strategy", "cooperative-sticky"}};
    {
        auto consumer = Consumer{careless};
        ASSERT_EQ(read(consumer, 5).size(), 5U);
        EXPECT_TRUE(consumer.poll(10, 20ms).empty());
    }
    auto consumer = Consumer{careless};
    EXPECT_EQ(read(consumer, 5).size(), 5U);
}

TEST_F(KafkaGroup, PollsAgainWhatItWentBackBehind) {
    make_topic(1);
    fill(0, 10);
    auto consumer = Consumer{options()};
    auto const first = read(consumer, 6);
    ASSERT_EQ(first.size(), 6U);
    consumer.seek_back(std::span{first}.subspan(2));
    auto const second = read(consumer, 8);
    EXPECT_EQ(values_of(second),
              (std::vector<std::string>{"2", "3", "4", "5", "6", "7", "8", "9"}));
}

TEST_F(KafkaGroup, SharesPartitionsWithAnotherAndLosesNoRecordOnTheWay) {
    make_topic(4);
    fill(0, 40);
    auto first = Consumer{options()};
    auto const before = read(first, 40);
    ASSERT_EQ(before.size(), 40U);
    EXPECT_EQ(first.assigned_partitions(), 4U);
    EXPECT_TRUE(first.commit(before));
    auto second = Consumer{options()};
    auto const deadline = std::chrono::steady_clock::now() + 60s;
    while ((first.assigned_partitions() != 2 || second.assigned_partitions() != 2) &&
           std::chrono::steady_clock::now() < deadline) {
        EXPECT_TRUE(first.poll(10, 10ms).empty());
        EXPECT_TRUE(second.poll(10, 10ms).empty());
    }
    fill(40, 80);
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

// librdkafka goes on committing for partitions that another member has by now.
TEST_F(KafkaGroup, CommitsNothingForAPartitionThatItHasLost) {
    make_topic(2);
    fill(0, 20);
    auto first = Consumer{options()};
    auto const before = read(first, 20);
    ASSERT_EQ(before.size(), 20U);
    auto second = Consumer{options()};
    auto const deadline = std::chrono::steady_clock::now() + 60s;
    auto again = std::vector<Record>{};
    while (
        (first.assigned_partitions() != 1 || second.assigned_partitions() != 1 || again.empty()) &&
        std::chrono::steady_clock::now() < deadline) {
        static_cast<void>(first.poll(10, 10ms));
        for (auto& record : second.poll(10, 10ms)) {
            again.push_back(std::move(record));
        }
    }
    ASSERT_FALSE(again.empty());
    auto lost = before;
    std::erase_if(
        lost, [&](Record const& record) { return record.partition != again.front().partition; });
    ASSERT_FALSE(lost.empty());
    EXPECT_FALSE(first.commit(lost));
    EXPECT_TRUE(second.commit(again));
}

class KafkaGroupAlone : public KafkaGroup {
  protected:
    KafkaGroupAlone() : KafkaGroup{std::string{}} { bootstrap_servers_ = own_.bootstrap_servers(); }
    support::PrivateKafka own_;
};

// rd_kafka_consumer_close waits for minutes, and crashes at times, if the coordinator is away.
TEST_F(KafkaGroupAlone, LeavesInTimeAlthoughTheCoordinatorIsGone) {
    make_topic(1);
    fill(0, 3);
    auto consumer = std::make_unique<Consumer>(options());
    auto const records = read(*consumer, 3);
    ASSERT_EQ(records.size(), 3U);
    own_.freeze();
    EXPECT_FALSE(consumer->commit(records));
    consumer.reset();
    own_.thaw();
    // Whether the commit arrived nobody knows: the next one begins behind it or at the start.
    fill(3, 4);
    consumer = std::make_unique<Consumer>(options());
    auto value = std::string{};
    while (value.empty() || value == "0" || value == "1" || value == "2") {
        auto const next = read(*consumer, 1);
        ASSERT_EQ(next.size(), 1U);
        value = *next.front().value;
    }
    EXPECT_EQ(value, "3");
}

}  // namespace
}  // namespace frontrow::kafka
