// The Kafka broker of a test stage: one for all, a topic prefix of its own for each test.
#pragma once

#include <memory>
#include <string>

#include "frontrowctl/local/kafka_broker.hpp"

namespace frontrow::support {

class TestKafka {
  public:
    /// That of FRONTROW_TEST_KAFKA (bootstrap servers), else one of our own.
    TestKafka();
    [[nodiscard]] std::string const& bootstrap_servers() const { return bootstrap_servers_; }

  private:
    std::string bootstrap_servers_;
};

/// The broker of this process, started at the first call.
TestKafka& kafka();

/// Such as `t3f9a1c-`: the same throughout a test, another for every other test. Topics whose names
/// start with it are deleted when the test ends.
std::string topic_prefix();

/// A broker of a test's own, to be stopped, frozen, killed and started again.
class PrivateKafka {
  public:
    PrivateKafka();
    ~PrivateKafka();
    [[nodiscard]] std::string bootstrap_servers() const;
    void start();
    void stop();
    void kill();
    void freeze();
    void thaw();

  private:
    std::string name_;
    std::unique_ptr<local::KafkaBroker> broker_;
};

}  // namespace frontrow::support
