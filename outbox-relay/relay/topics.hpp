// The topics that the relay writes to, and the promise that their partitions stay as many.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>

#include "common/kafka/producer.hpp"
#include "common/pg/connection.hpp"

namespace frontrow::relay {

/// A topic has another number of partitions than it had: keys would move, and with them the order
/// of their records would be lost. Only a person can decide what to do.
class PartitionsChanged : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

class Topics {
  public:
    /// Compares every topic that was ever written to with what is remembered of it. Throws
    /// PartitionsChanged, or kafka::Error if Kafka does not answer or a topic is gone.
    Topics(pg::Connection& connection, kafka::Producer& producer, std::string prefix,
           std::chrono::milliseconds patience);

    struct Topic {
        std::string name;  ///< with the prefix
        std::int32_t partitions{0};
    };
    /// The topic of a row. Remembered at its first use; throws kafka::Error if it does not exist.
    Topic const& find(std::string_view topic);

  private:
    std::int32_t ask(std::string const& name);

    pg::Connection& connection_;
    kafka::Producer& producer_;
    std::string prefix_;
    std::chrono::milliseconds patience_;
    std::map<std::string, Topic, std::less<>> topics_;
};

}  // namespace frontrow::relay
