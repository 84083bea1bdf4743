// A step that failed, told so that a person knows what to do.
#pragma once

#include <filesystem>
#include <stdexcept>
#include <string>

namespace frontrow::local {

/// Names the step, shows the last lines of its log, and says what to do next.
class StepFailed : public std::runtime_error {
  public:
    StepFailed(std::string const& step, std::string const& what,
               std::filesystem::path const& log_file, std::string const& advice);
};

/// The person pressed Ctrl-C, or the terminal closed, while something was being started.
class Interrupted : public std::runtime_error {
  public:
    Interrupted() : std::runtime_error{"interrupted"} {}
};

/// From now on SIGINT, SIGTERM and SIGHUP make `check_interrupted` throw instead of ending us.
void catch_interrupts();
/// Throws Interrupted if such a signal has come. Every loop that waits calls it.
void check_interrupted();

}  // namespace frontrow::local
