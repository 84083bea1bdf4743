// librdkafka's statistics as metrics.
#include "common/kafka/statistics.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::kafka {
namespace {

constexpr auto sample =
    R"({ "name": "x\"y", "msg_cnt":3, "brokers":{ "b:1": { "txretries":2, "txmsgs":1 },
    "b:2":{"txretries":5}}, "topics":{"t":{"partitions":{"0":{"consumer_lag":7,"txmsgs":9},
    "1":{"consumer_lag":-1},"2":{"consumer_lag":4}}}}, "txmsgs":10 })";

TEST(KafkaStatistics, AddsUpWhatBrokersAndPartitionsSayAndKeepsTheClientsOwnApart) {
    auto const sums = sums_of(sample);
    EXPECT_EQ(sums.at("txretries"), 7);
    EXPECT_EQ(sums.at("txmsgs"), 10);
    EXPECT_EQ(sums.at("/txmsgs"), 10);
    EXPECT_EQ(sums.at("/msg_cnt"), 3);
}

TEST(KafkaStatistics, LeavesOutAPartitionWhoseLagIsUnknown) {
    EXPECT_EQ(sums_of(sample).at("consumer_lag"), 11);
}

TEST(KafkaStatistics, SurvivesTextThatEndsInTheMiddle) {
    auto const whole = std::string_view{sample};
    for (std::size_t length = 0; length < whole.size(); ++length) {
        EXPECT_LE(sums_of(whole.substr(0, length)).size(), 6U);
    }
}

TEST(KafkaStatistics, ShowsThemAsMetricsOfTheClient) {
    auto registry = metrics::Registry{};
    auto statistics = Statistics{registry, "relay"};
    statistics.read(sample);
    statistics.read(R"({"msg_cnt":1,"txmsgs":12})");
    auto const text = registry.text();
    EXPECT_THAT(text,
                ::testing::HasSubstr("frontrow_kafka_sent_records_total{client=\"relay\"} 12"));
    EXPECT_THAT(text, ::testing::HasSubstr("frontrow_kafka_queued_records{client=\"relay\"} 1"));
    EXPECT_THAT(text, ::testing::HasSubstr("frontrow_kafka_consumer_lag{client=\"relay\"} 11"));
}

}  // namespace
}  // namespace frontrow::kafka
