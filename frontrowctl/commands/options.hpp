// Options that several commands have, spelled once.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <vector>

#include "common/kafka/options.hpp"
#include "frontrowctl/terminal/exit_code.hpp"
#include "frontrowctl/terminal/output.hpp"

namespace frontrow::commands {

/// `-o table|json|jsonl`.
struct OutputOption {
    std::string name{"table"};
    void add_to(CLI::App& command);
    [[nodiscard]] terminal::Format format() const;
};

/// How to reach Kafka, and what stands before the topics' names.
struct KafkaOption {
    std::string bootstrap_servers;
    std::vector<std::string> properties;
    std::string prefix;
    void add_to(CLI::App& command);
    [[nodiscard]] kafka::ClientOptions client() const;
};

/// Runs a command; what it throws becomes a line on stderr and the exit code.
void guarded(std::function<void()> const& command);

}  // namespace frontrow::commands
