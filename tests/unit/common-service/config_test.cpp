// The shared rows.
#include "common/service/config.hpp"

#include <tuple>

#include "tests/support/testing.hpp"

namespace frontrow::service {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::Pair;

config::Sources sources(std::map<std::string, std::string> environment) {
    return {.program = "booking-service",
            .environment_prefix = "FRONTROW_BOOKING__",
            .arguments = {},
            .environment = std::move(environment)};
}

TEST(ServiceConfig, NeedsOnlyDatabaseBrokerAndKeys) {
    auto reader = config::Reader{sources({{"FRONTROW_BOOKING__DATABASE__URL", "postgresql://x"},
                                          {"FRONTROW_BOOKING__KAFKA__BOOTSTRAP_SERVERS", "k:1"},
                                          {"FRONTROW_BOOKING__AUTH__JWKS_FILE", "keys.json"}})};
    auto const service = read_common(reader, "booking-service");
    EXPECT_EQ(reader.finish(), std::nullopt);
    EXPECT_EQ(service.http_host, "127.0.0.1");
    EXPECT_EQ(service.process.drain_patience, 20s);
    EXPECT_EQ(service.database("reserve").application_name, "booking-service/reserve");
    EXPECT_EQ(service.database("reserve").url, "postgresql://x");
    EXPECT_EQ(service.kafka.client("c", nullptr).bootstrap_servers, "k:1");
    EXPECT_EQ(service.auth.jwks_file, "keys.json");
}

TEST(ServiceConfig, PassesSettingsOfLibrdkafkaThroughAndItsPasswordAsASecret) {
    auto reader = config::Reader{sources(
        {{"FRONTROW_BOOKING__KAFKA__BOOTSTRAP_SERVERS", "k:1"},
         {"FRONTROW_BOOKING__KAFKA__PROPERTIES", "security.protocol=SASL_SSL, client.rack=b=c"},
         {"FRONTROW_BOOKING__KAFKA__SASL_PASSWORD", "canary"}})};
    auto const kafka = read_kafka(reader);
    EXPECT_EQ(reader.finish(), std::nullopt);
    EXPECT_THAT(kafka.properties,
                ElementsAre(Pair("client.rack", "b=c"), Pair("sasl.password", "canary"),
                            Pair("security.protocol", "SASL_SSL")));
}

// Else the service would start, never be ready, and say why once a second.
TEST(ServiceConfig, RefusesSettingsThatLibrdkafkaDoesNotKnow) {
    auto reader = config::Reader{
        sources({{"FRONTROW_BOOKING__KAFKA__BOOTSTRAP_SERVERS", "k:1"},
                 {"FRONTROW_BOOKING__KAFKA__PROPERTIES", "sasl.mechanisn=PLAIN,odd,acks=many"}})};
    std::ignore = read_kafka(reader);
    testing::internal::CaptureStderr();
    EXPECT_EQ(reader.finish(), 2);
    auto const said = testing::internal::GetCapturedStderr();
    EXPECT_THAT(said, testing::HasSubstr("KAFKA__PROPERTIES: No such configuration property: "
                                         "\"sasl.mechanisn\""));
    EXPECT_THAT(said, testing::HasSubstr("KAFKA__PROPERTIES: an item is not name=value"));
    EXPECT_THAT(said, testing::HasSubstr("\"request.required.acks\""));
    EXPECT_THAT(said, testing::HasSubstr("3 error(s)"));
}

}  // namespace
}  // namespace frontrow::service
