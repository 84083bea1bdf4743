// The AsyncAPI document of the topics, derived from the catalogue, the subscriptions and the plan.
#pragma once

#include <map>
#include <set>
#include <string>

#include "common/deadletter/dead_letter.hpp"
#include "common/events/event.hpp"
#include "common/outbox/outbox.hpp"
#include "frontrowctl/commands/topic_plan.hpp"

namespace frontrow::commands {

inline constexpr auto asyncapi_head = R"(asyncapi: 3.0.0
info:
  title: frontrow, its events
  version: 1.0.0
  description: >-
    What frontrow tells the world. Records are CloudEvents 1.0 in Kafka's binary mode; the key is
    the id of what the event is about, and events of one key are in order. Delivery is at least
    once: remember `ce_id`, and skip what you have seen. Within `.v1` members are only ever added.
    See events.md. A test compares this document with the code.
  license:
    name: MIT
defaultContentType: application/json
servers:
  kafka:
    host: localhost:9092
    protocol: kafka
channels:
)";

inline std::string asyncapi_channels() {
    auto types = std::map<std::string, std::vector<std::string>>{};
    for (auto const& info : events::catalogue()) {
        types[std::string{info.topic}].emplace_back(info.type);
    }
    auto text = std::string{};
    for (auto const& topic : planned_topics("", 12, 1)) {
        text += "  " + topic.name + ":\n    address: " + topic.name + "\n    bindings:\n" +
                "      kafka:\n        partitions: " + std::to_string(topic.partitions) +
                "\n        topicConfiguration:\n          cleanup.policy: [" +
                topic.config.at("cleanup.policy") +
                "]\n          retention.ms: " + topic.config.at("retention.ms") +
                "\n    messages:\n";
        if (!types.contains(topic.name)) {
            auto const* const kind = topic.name.starts_with("dlq.") ? "deadLetter" : "replay";
            text += "      " + std::string{kind} + ":\n        $ref: '#/components/messages/" +
                    kind + "'\n";
        }
        for (auto const& type : types[topic.name]) {
            text += "      " + type + ":\n        $ref: '#/components/messages/" + type + "'\n";
        }
    }
    return text;
}

inline std::string asyncapi_operation(std::string const& who, std::string const& topic,
                                      char const* action) {
    return "  " + who + "." + action + "." + topic + ":\n    action: " + action +
           "\n    summary: " + who + "\n    channel:\n      $ref: '#/channels/" + topic + "'\n";
}

inline std::string asyncapi_operations() {
    auto text = std::string{"operations:\n"};
    auto senders = std::set<std::pair<std::string, std::string>>{};
    for (auto const& info : events::catalogue()) {
        senders.emplace(info.producer, info.topic);
    }
    for (auto const& [producer, topic] : senders) {
        text += asyncapi_operation(producer, topic, "send");
    }
    for (auto const& [group, topic] : subscriptions()) {
        auto const of_group = std::string{group} + "." + std::string{topic};
        text += asyncapi_operation(std::string{group}, std::string{topic}, "receive");
        text += asyncapi_operation(std::string{group}, "dlq." + of_group, "send");
        text += asyncapi_operation(std::string{group}, "retry." + of_group, "send");
        text += asyncapi_operation(std::string{group}, "retry." + of_group, "receive");
    }
    return text;
}

inline std::string asyncapi_components() {
    auto text = std::string{"components:\n  messages:\n"};
    for (auto const& info : events::catalogue()) {
        auto const type = std::string{info.type};
        text += "    " + type + ":\n      name: " + type +
                "\n      contentType: application/json\n      headers:\n        $ref: "
                "'#/components/schemas/eventHeaders'\n      payload:\n        $ref: "
                "'schemas/" +
                type + ".json'\n";
    }
    text += R"(    deadLetter:
      name: deadLetter
      summary: A record that the group could not take, with its octets and more headers.
      headers:
        $ref: '#/components/schemas/deadLetterHeaders'
      payload: {}
    replay:
      name: replay
      summary: A dead letter on its way back to the group that failed, with its original octets.
      payload: {}
  schemas:
    eventHeaders:
      type: object
      properties:
)";
    for (auto const& [name, value] : events::headers_of(events::to_message(events::Event{}))) {
        text += "        " + name + ": {type: string}\n";
    }
    text += R"(    deadLetterHeaders:
      type: object
      properties:
)";
    for (auto const& [name, value] :
         outbox::decode_headers(*deadletter::dlq_message(deadletter::Letter{}).headers)) {
        text += "        " + name + ": {type: string}\n";
    }
    return text;
}

/// What docs/asyncapi.yaml must say.
inline std::string asyncapi_text() {
    return asyncapi_head + asyncapi_channels() + asyncapi_operations() + asyncapi_components();
}

}  // namespace frontrow::commands
