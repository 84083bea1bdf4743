// docs/asyncapi.yaml says what the code does: channels, messages, headers, who sends and who reads.
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/support/testing.hpp"
#include "tests/unit/frontrowctl-commands/asyncapi_text.hpp"

namespace frontrow::commands {
namespace {

TEST(AsyncApi, DescribesTheTopicsTypesHeadersAndGroupsOfTheCode) {
    auto const file = std::filesystem::path{__FILE__}.parent_path() / "../../../docs/asyncapi.yaml";
    auto text = std::stringstream{};
    text << std::ifstream{file, std::ios::binary}.rdbuf();
    EXPECT_EQ(text.str(), asyncapi_text());
}

TEST(AsyncApi, NamesEveryTypeAndEveryPlannedTopic) {
    auto const text = asyncapi_text();
    for (auto const& info : events::catalogue()) {
        EXPECT_THAT(text, ::testing::HasSubstr("schemas/" + std::string{info.type} + ".json'"));
    }
    for (auto const& topic : planned_topics("", 12, 1)) {
        EXPECT_THAT(text, ::testing::HasSubstr("    address: " + topic.name + "\n"));
    }
}

}  // namespace
}  // namespace frontrow::commands
