// A terminal with a person at it who may close its window.
#pragma once

#include <sys/types.h>

#include <filesystem>
#include <string>
#include <vector>

namespace frontrow::local {

class Terminal {
  public:
    /// Runs `arguments` in `folder`; the terminal is theirs.
    Terminal(std::filesystem::path const& folder, std::vector<std::string> arguments);
    /// Closes it.
    ~Terminal();
    Terminal(Terminal const&) = delete;
    Terminal& operator=(Terminal const&) = delete;

    /// Reads until `text` was printed; false if the command ended before.
    bool shows(std::string const& text);
    /// All that was printed so far.
    [[nodiscard]] std::string const& screen() const { return screen_; }
    void type(std::string const& keys) const;
    /// Closes the window, and waits for the command's end.
    void close();

  private:
    int descriptor_{-1};
    pid_t command_{0};
    std::string screen_;
};

}  // namespace frontrow::local
