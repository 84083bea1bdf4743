// Which settings reach librdkafka: ours, those of the operator, and those that nobody may change.
#include <array>

#include "common/kafka/librdkafka.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::kafka {
namespace {

std::string setting(Conf const& conf, char const* name) {
    auto value = std::array<char, 512>{};
    auto size = value.size();
    EXPECT_EQ(rd_kafka_conf_get(conf.get(), name, value.data(), &size), RD_KAFKA_CONF_OK) << name;
    return value.data();
}

Conf conf_of(std::map<std::string, std::string> properties) {
    static auto context = ClientContext{};
    return make_conf({.bootstrap_servers = "127.0.0.1:9",
                      .client_id = "test",
                      .properties = std::move(properties)},
                     context, {{"linger.ms", "7"}}, {{"acks", "all"}});
}

TEST(KafkaSettings, SendAtOnceAndHealWithinASecond) {
    auto const conf = conf_of({});
    EXPECT_EQ(setting(conf, "socket.nagle.disable"), "true");
    EXPECT_EQ(setting(conf, "reconnect.backoff.max.ms"), "1000");
    EXPECT_EQ(setting(conf, "client.id"), "test");
    EXPECT_EQ(setting(conf, "linger.ms"), "7");
}

TEST(KafkaSettings, OfTheOperatorWinUnlessAGuaranteeRestsOnThem) {
    auto const conf = conf_of({{"linger.ms", "3"}, {"acks", "0"}, {"security.protocol", "ssl"}});
    EXPECT_EQ(setting(conf, "linger.ms"), "3");
    EXPECT_EQ(setting(conf, "security.protocol"), "ssl");
    EXPECT_EQ(setting(conf, "acks"), "-1");
}

}  // namespace
}  // namespace frontrow::kafka
