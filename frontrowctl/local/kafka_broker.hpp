// Apache Kafka as one KRaft node on loopback, from the jars that Maven resolved.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "frontrowctl/local/process.hpp"

namespace frontrow::local {

struct KafkaOptions {
    std::filesystem::path folder;   ///< data and settings
    std::filesystem::path jars;     ///< every jar of docker/kafka/pom.xml
    std::filesystem::path logging;  ///< docker/kafka/log4j2.properties
    std::filesystem::path log_file;
    std::filesystem::path pid_file;
    std::uint16_t port;
    std::uint16_t controller_port;
    int heap_mb{512};
    int death_signal{0};
};

class KafkaBroker {
  public:
    explicit KafkaBroker(KafkaOptions options) : options_{std::move(options)} {}

    /// Formats the data if there is none, starts the broker if it does not run, and waits until it
    /// answers. False if it ran already. Throws StepFailed.
    bool start();
    void stop();
    [[nodiscard]] bool is_running() const;
    /// Whether it serves metadata now.
    [[nodiscard]] bool answers() const;
    [[nodiscard]] std::string bootstrap_servers() const;

  private:
    [[nodiscard]] std::string settings(std::filesystem::path const& data) const;
    [[nodiscard]] Program java(std::string const& main_class) const;
    [[nodiscard]] Program program() const;
    void format() const;
    void wait_until_ready(Process& broker) const;

    KafkaOptions options_;
};

}  // namespace frontrow::local
