// The story of a demo: each step with what was asked and what came back.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "frontrowctl/terminal/output.hpp"

namespace frontrow::commands {

struct Step {
    std::string name;
    std::string request;
    std::int64_t status{0};
    std::string result;
};

/// Prints each step when it is known, unless told to be quiet, and keeps it.
class Steps {
  public:
    /// With JSON on stdout the story goes to stderr.
    Steps(terminal::Format format, bool quiet) : format_{format}, quiet_{quiet} {}
    void add(Step step);
    [[nodiscard]] std::vector<Step> const& all() const { return steps_; }

  private:
    terminal::Format format_;
    bool quiet_;
    std::vector<Step> steps_;
};

}  // namespace frontrow::commands
