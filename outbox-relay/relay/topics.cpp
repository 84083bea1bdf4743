// Asks Kafka for each topic's partitions once in the life of a session.
#include "outbox-relay/relay/topics.hpp"

#include <functional>
#include <utility>

#include "outbox-relay/storage/topics.hpp"

namespace frontrow::relay {

Topics::Topics(pg::Connection& connection, kafka::Producer& producer, std::string prefix,
               std::chrono::milliseconds patience)
    : connection_{connection},
      producer_{producer},
      prefix_{std::move(prefix)},
      patience_{patience} {
    for (auto const& [name, remembered] : storage::remembered_topics(connection_)) {
        auto const now = ask(name);
        if (now != remembered) {
            throw PartitionsChanged{"topic " + name + " has " + std::to_string(now) +
                                    " partitions and had " + std::to_string(remembered) +
                                    ": keys would change their partition and lose their order"};
        }
        if (name.starts_with(prefix_)) {
            topics_.emplace(name.substr(prefix_.size()), Topic{name, now});
        }
    }
}

Topics::Topic const& Topics::find(std::string_view topic) {
    if (auto const found = topics_.find(topic); found != topics_.end()) {
        return found->second;
    }
    auto const name = prefix_ + std::string{topic};
    auto const partitions = ask(name);
    storage::remember_topic(connection_, name, partitions);
    return topics_.emplace(topic, Topic{name, partitions}).first->second;
}

std::int32_t Topics::ask(std::string const& name) {
    return producer_.partition_count(name, patience_);
}

}  // namespace frontrow::relay
