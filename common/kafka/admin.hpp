// Topics: made explicitly, never by accident.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common/kafka/error.hpp"
#include "common/kafka/options.hpp"

namespace frontrow::kafka {

struct TopicSpec {
    std::string name;
    std::int32_t partitions{12};
    std::int16_t replicas{1};
    std::map<std::string, std::string> config{};
};

struct TopicState {
    std::string name;
    std::int32_t partitions;
};

class Admin {
  public:
    explicit Admin(ClientOptions options);
    ~Admin();
    /// Creates what is missing; returns the names that it made. An existing topic is left as it is.
    std::vector<std::string> create(std::vector<TopicSpec> const& topics,
                                    std::chrono::milliseconds wait);
    void remove(std::vector<std::string> const& topics, std::chrono::milliseconds wait);
    [[nodiscard]] std::vector<TopicState> topics(std::chrono::milliseconds wait);
    /// The settings that are in force for each topic, by topic and name.
    [[nodiscard]] std::map<std::string, std::map<std::string, std::string>> settings(
        std::vector<std::string> const& topics, std::chrono::milliseconds wait);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace frontrow::kafka
