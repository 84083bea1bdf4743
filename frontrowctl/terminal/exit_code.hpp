// How a command ended, for scripts.
#pragma once

#include <stdexcept>
#include <string>

namespace frontrow::terminal {

enum class ExitCode {
    ok = 0,
    error = 1,     ///< a fault: no connection, an unexpected answer, an expectation that failed
    usage = 2,     ///< the command line is wrong
    no_match = 3,  ///< nothing is there that was asked for
    partial = 4,   ///< done for some, not for all
    refused = 5,   ///< the service understood and said no
    vacuous = 6,   ///< a check looked at nothing, which proves nothing
};

/// Ends a command with one sentence on stderr.
class CommandFailed : public std::runtime_error {
  public:
    CommandFailed(ExitCode code, std::string const& sentence)
        : std::runtime_error{sentence}, code_{code} {}
    [[nodiscard]] ExitCode code() const { return code_; }

  private:
    ExitCode code_;
};

}  // namespace frontrow::terminal
