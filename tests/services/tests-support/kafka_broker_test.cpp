// What the tests' own Kafka promises to every other test.
#include "tests/support/kafka_broker.hpp"

#include "common/kafka/admin.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::support {
namespace {
using namespace std::chrono_literals;

TEST(TestBroker, AnswersAndMakesTopicsOnlyWhenAsked) {
    auto admin = kafka::Admin{
        {.bootstrap_servers = support::kafka().bootstrap_servers(), .client_id = "frontrow-tests"}};
    auto const name = topic_prefix() + "seats";
    EXPECT_EQ(topic_prefix() + "seats", name);
    auto const made = admin.create({{.name = name, .partitions = 3}}, 30s);
    EXPECT_THAT(made, ::testing::ElementsAre(name));
}

TEST(PrivateBroker, ComesBackWithItsTopicsAfterAKill) {
    auto broker = PrivateKafka{};
    auto admin = kafka::Admin{
        {.bootstrap_servers = broker.bootstrap_servers(), .client_id = "frontrow-tests"}};
    admin.create({{.name = "kept", .partitions = 2}}, 30s);
    broker.kill();
    broker.start();
    auto const topics = admin.topics(30s);
    EXPECT_THAT(topics, ::testing::Contains(::testing::Field(&kafka::TopicState::name, "kept")));
}

}  // namespace
}  // namespace frontrow::support
