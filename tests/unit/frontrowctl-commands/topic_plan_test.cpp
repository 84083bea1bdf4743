// The topics that are planned are those that the catalogue and the subscriptions need, and no
// other.
#include "frontrowctl/commands/topic_plan.hpp"

#include <map>
#include <set>

#include "common/events/event.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::commands {
namespace {

std::map<std::string, kafka::TopicSpec> by_name(std::vector<kafka::TopicSpec> const& specs) {
    auto all = std::map<std::string, kafka::TopicSpec>{};
    for (auto const& spec : specs) {
        EXPECT_TRUE(all.emplace(spec.name, spec).second) << spec.name;
    }
    return all;
}

TEST(TopicPlan, KeepsEveryTopicOfEventsForEver) {
    auto const plan = by_name(planned_topics("p.", 12, 1));
    for (auto const& type : events::catalogue()) {
        auto const name = "p." + std::string{type.topic};
        ASSERT_TRUE(plan.contains(name)) << name;
        EXPECT_EQ(plan.at(name).partitions, 12);
        EXPECT_EQ(plan.at(name).config.at("retention.ms"), "-1");
        EXPECT_EQ(plan.at(name).config.at("cleanup.policy"), "delete");
    }
}

TEST(TopicPlan, HasADlqAndARetryTopicForWhatAGroupReadsAndOnlyForThat) {
    auto const plan = by_name(planned_topics("", 12, 1));
    auto topics = std::set<std::string_view>{};
    for (auto const& type : events::catalogue()) {
        topics.insert(type.topic);
    }
    EXPECT_EQ(plan.size(), topics.size() + 2 * subscriptions().size());
    for (auto const& [group, topic] : subscriptions()) {
        EXPECT_TRUE(topics.contains(topic)) << topic;
        for (auto const* kind : {"dlq.", "retry."}) {
            auto const name = std::string{kind}.append(group).append(".").append(topic);
            ASSERT_TRUE(plan.contains(name)) << name;
            EXPECT_EQ(plan.at(name).config.at("retention.ms"), "1209600000");
        }
    }
}

TEST(TopicPlan, AsksForTwoInSyncReplicasWhereThereAreThree) {
    for (auto const& spec : planned_topics("", 12, 3)) {
        EXPECT_EQ(spec.replicas, 3);
        EXPECT_EQ(spec.config.at("min.insync.replicas"), "2");
    }
    EXPECT_FALSE(planned_topics("", 12, 1).front().config.contains("min.insync.replicas"));
}

TEST(TopicPlan, NamesTheReadersOfATopic) {
    EXPECT_EQ(readers_of("booking.show.v1"), "queue-service, dataplatform-consumer");
    EXPECT_EQ(readers_of("nobody.reads.v1"), "");
}

}  // namespace
}  // namespace frontrow::commands
