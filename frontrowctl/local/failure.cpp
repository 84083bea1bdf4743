// A step that failed, told so that a person knows what to do.
#include "frontrowctl/local/failure.hpp"

#include <csignal>

#include "frontrowctl/local/files.hpp"

namespace frontrow::local {
namespace {

volatile std::sig_atomic_t interrupted = 0;

void note_interrupt(int) {
    interrupted = 1;
}

std::string told(std::string const& step, std::string const& what,
                 std::filesystem::path const& log_file, std::string const& advice) {
    auto text = "step \"" + step + "\" failed: " + what + "\n";
    if (!log_file.empty()) {
        text += "  last lines of " + log_file.string() + ":\n";
        for (auto const& line : last_lines(log_file, 15)) {
            text += "    | " + line + "\n";
        }
    }
    return text + "  what to do: " + advice;
}

}  // namespace

StepFailed::StepFailed(std::string const& step, std::string const& what,
                       std::filesystem::path const& log_file, std::string const& advice)
    : std::runtime_error{told(step, what, log_file, advice)} {}

void catch_interrupts() {
    struct sigaction action {};
    action.sa_handler = note_interrupt;
    for (auto const signal : {SIGINT, SIGTERM, SIGHUP}) {
        ::sigaction(signal, &action, nullptr);
    }
}

void check_interrupted() {
    if (interrupted != 0) {
        throw Interrupted{};
    }
}

}  // namespace frontrow::local
