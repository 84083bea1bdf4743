// Each program reads the topics that the plan of topics says it reads, and no others: a topic that
// is missing there would have no dlq and no retry topic.
#include <regex>
#include <set>
#include <string>

#include "tests/support/testing.hpp"
#include "tests/tidy/source_tree.hpp"

namespace frontrow::tidy {
namespace {

using Topics = std::set<std::string>;

Topics quoted_in(std::string const& text) {
    auto topics = Topics{};
    auto const quoted = std::regex{R"re("([a-z0-9.]+)")re"};
    for (auto match = std::sregex_iterator{text.begin(), text.end(), quoted};
         match != std::sregex_iterator{}; ++match) {
        topics.insert((*match)[1].str());
    }
    return topics;
}

/// What `pattern` captures first in the file; empty if it is not there.
std::string captured(std::string const& file, std::string const& pattern) {
    auto const text = text_of(file);
    auto match = std::smatch{};
    return std::regex_search(text, match, std::regex{pattern}) ? match[1].str() : std::string{};
}

Topics read_by(std::string const& program) {
    auto list = captured(program + "/main.cpp", R"(\.topics = \{([^}]*)\})");
    if (list.empty()) {
        list = captured(program + "/consumers/consume.cpp",
                        R"(consumed_topics\(\) \{\s*return \{([^}]*)\})");
    }
    return quoted_in(list);
}

Topics planned_for(std::string const& program) {
    auto topics = Topics{};
    auto const text = text_of("frontrowctl/commands/topic_plan.cpp");
    auto const row = std::regex{R"re(\{"([a-z-]+)", "([a-z0-9.]+)"\})re"};
    for (auto match = std::sregex_iterator{text.begin(), text.end(), row};
         match != std::sregex_iterator{}; ++match) {
        if ((*match)[1].str() == program) {
            topics.insert((*match)[2].str());
        }
    }
    return topics;
}

TEST(Subscriptions, OfThePlanAreThoseOfThePrograms) {
    for (auto const* program :
         {"booking-service", "payment-service", "queue-service", "dataplatform-consumer"}) {
        EXPECT_THAT(read_by(program), ::testing::Not(::testing::IsEmpty())) << program;
        EXPECT_EQ(planned_for(program), read_by(program)) << program;
    }
}

}  // namespace
}  // namespace frontrow::tidy
