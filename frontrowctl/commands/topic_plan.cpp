// The plan of the topics.
#include "frontrowctl/commands/topic_plan.hpp"

#include <set>

#include "common/deadletter/dead_letter.hpp"
#include "common/events/event.hpp"

namespace frontrow::commands {
namespace {

constexpr auto two_weeks_ms = "1209600000";
constexpr auto for_ever = "-1";

}  // namespace

std::vector<Subscription> const& subscriptions() {
    static auto const all = std::vector<Subscription>{
        {"booking-service", "payment.payment.v1"},
        {"booking-service", "queue.token.v1"},
        {"payment-service", "booking.reservation.v1"},
        {"queue-service", "booking.show.v1"},
        {"queue-service", "booking.reservation.v1"},
        {"dataplatform-consumer", "booking.reservation.v1"},
        {"dataplatform-consumer", "booking.show.v1"},
        {"dataplatform-consumer", "payment.payment.v1"},
        {"dataplatform-consumer", "payment.wallet.v1"},
        {"dataplatform-consumer", "queue.token.v1"},
    };
    return all;
}

std::string readers_of(std::string_view topic) {
    auto groups = std::string{};
    for (auto const& subscription : subscriptions()) {
        if (subscription.topic == topic) {
            groups += (groups.empty() ? "" : ", ") + std::string{subscription.group};
        }
    }
    return groups;
}

std::vector<kafka::TopicSpec> planned_topics(std::string const& prefix, std::int32_t partitions,
                                             std::int16_t replicas) {
    auto specs = std::vector<kafka::TopicSpec>{};
    auto const add = [&](std::string const& name, char const* retention) {
        auto spec =
            kafka::TopicSpec{.name = prefix + name,
                             .partitions = partitions,
                             .replicas = replicas,
                             .config = {{"retention.ms", retention}, {"cleanup.policy", "delete"}}};
        if (replicas >= 3) {
            spec.config["min.insync.replicas"] = "2";
        }
        specs.push_back(std::move(spec));
    };
    auto names = std::set<std::string>{};
    for (auto const& type : events::catalogue()) {
        names.emplace(type.topic);
    }
    for (auto const& name : names) {
        add(name, for_ever);
    }
    for (auto const& [group, topic] : subscriptions()) {
        add(deadletter::dlq_topic(group, topic), two_weeks_ms);
        add(deadletter::retry_topic(group, topic), two_weeks_ms);
    }
    return specs;
}

}  // namespace frontrow::commands
