// Prints the steps of a demo.
#include "frontrowctl/commands/steps.hpp"

#include <fmt/format.h>

namespace frontrow::commands {

void Steps::add(Step step) {
    if (!quiet_) {
        auto const status = step.status == 0 ? std::string{} : std::to_string(step.status);
        auto const line = fmt::format("{:<12} {:<44} {:>3}  {}", step.name, step.request, status,
                                      terminal::clean(step.result));
        if (format_ == terminal::Format::table) {
            terminal::print_line(line);
        } else {
            terminal::talk(line);
        }
    }
    steps_.push_back(std::move(step));
}

}  // namespace frontrow::commands
