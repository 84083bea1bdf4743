// Reading without a group: every octet of a record, from the start or only what comes next.
#include "common/kafka/reader.hpp"

#include "common/kafka/producer.hpp"
#include "tests/support/testing.hpp"
#include "tests/unit/common-kafka/mock_broker.hpp"

namespace frontrow::kafka {
namespace {

using namespace std::chrono_literals;

class KafkaReader : public ::testing::Test {
  protected:
    KafkaReader() { broker_.make_topic("t", 1); }

    void send(std::optional<std::string_view> key, std::optional<std::string_view> value,
              Headers const& headers = {}) {
        auto producer =
            Producer{ProducerOptions{.client = broker_.client("fill")}, [](Delivery const&) {
                     }};
        ASSERT_TRUE(producer.produce("t", key, value, headers, 1, 0));
        ASSERT_TRUE(producer.flush(20s));
    }
    [[nodiscard]] Reader reader(Reader::From from) const {
        return Reader{broker_.client("test"), {"t"}, from, 20s};
    }

    MockBroker broker_;
};

std::vector<Record> read(Reader& reader, std::size_t count) {
    auto records = std::vector<Record>{};
    auto const deadline = std::chrono::steady_clock::now() + 30s;
    while (records.size() < count && std::chrono::steady_clock::now() < deadline) {
        for (auto& record : reader.poll(count - records.size(), 50ms)) {
            records.push_back(std::move(record));
        }
    }
    return records;
}

TEST_F(KafkaReader, ReadsARecordWithItsKeyItsHeadersAndItsPlace) {
    auto const headers = Headers{{"h", "1"}, {"h", "2"}, {"none", {}}, {"empty", ""}};
    send("k0", "0", headers);
    auto from_start = reader(Reader::From::start);
    EXPECT_FALSE(from_start.is_at_the_end());
    auto const records = read(from_start, 1);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].topic, "t");
    EXPECT_EQ(records[0].partition, 0);
    EXPECT_EQ(records[0].offset, 0);
    EXPECT_EQ(records[0].key, "k0");
    EXPECT_EQ(records[0].value, "0");
    EXPECT_GT(records[0].timestamp, Instant{std::chrono::hours{24 * 365 * 50}});
    EXPECT_EQ(records[0].headers, headers);
    EXPECT_TRUE(from_start.is_at_the_end());
}

TEST_F(KafkaReader, TellsANullFromAnEmptyKeyAndValue) {
    send(std::nullopt, "");
    send("", std::nullopt);
    auto from_start = reader(Reader::From::start);
    auto const records = read(from_start, 2);
    ASSERT_EQ(records.size(), 2U);
    EXPECT_EQ(records[0].key, std::nullopt);
    EXPECT_EQ(records[0].value, "");
    EXPECT_EQ(records[1].key, "");
    EXPECT_EQ(records[1].value, std::nullopt);
}

TEST_F(KafkaReader, FromTheEndReadsOnlyWhatComesNext) {
    send("k", "old");
    auto from_end = reader(Reader::From::end);
    EXPECT_TRUE(from_end.is_at_the_end());
    send("k", "new");
    auto const records = read(from_end, 1);
    ASSERT_EQ(records.size(), 1U);
    EXPECT_EQ(records[0].value, "new");
}

// A leader that moved says so to everyone who still asks the old one, which is no end of reading.
TEST_F(KafkaReader, AsksAgainForTheEndOfAPartitionWhoseLeaderMoves) {
    send("k", "v");
    constexpr auto moved = RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION;
    broker_.refuse_offsets(moved, moved, moved, moved, moved, moved);
    auto from_start = reader(Reader::From::start);
    EXPECT_EQ(read(from_start, 1).size(), 1U);
    EXPECT_TRUE(from_start.is_at_the_end());
}

TEST_F(KafkaReader, GivesUpAtAnErrorThatDoesNotPass) {
    broker_.refuse_offsets(RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,
                           RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED);
    EXPECT_THROW(reader(Reader::From::start), Error);
}

TEST_F(KafkaReader, ThrowsIfNoBrokerAnswersInTime) {
    EXPECT_THROW((Reader{{.bootstrap_servers = "127.0.0.1:9", .client_id = "test"},
                         {"t"},
                         Reader::From::start,
                         100ms}),
                 Error);
}

}  // namespace
}  // namespace frontrow::kafka
