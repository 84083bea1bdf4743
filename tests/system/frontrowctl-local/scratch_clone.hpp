// A second clone for tests of `up`: its own state, the programs and jars that are built already.
#pragma once

#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "frontrowctl/local/process.hpp"

namespace frontrow::local {

struct CommandOutcome {
    int status;
    std::string output;  ///< both outputs
};

class ScratchClone {
  public:
    /// In a folder of mode 0700 whose path has at least `path_length` characters. As `account`, if
    /// one is given and we are root.
    explicit ScratchClone(std::size_t path_length = 0, std::optional<Account> account = {});
    /// Stops and removes everything.
    ~ScratchClone();
    ScratchClone(ScratchClone const&) = delete;
    ScratchClone& operator=(ScratchClone const&) = delete;

    [[nodiscard]] std::filesystem::path const& root() const { return root_; }
    /// PostgreSQL's folder.
    [[nodiscard]] std::filesystem::path postgres() const;
    /// `frontrowctl local ARGUMENTS`, to its end.
    CommandOutcome run_local(std::vector<std::string> const& arguments) const;
    /// The same in the background; its output is in `output()`.
    Process start_local(std::vector<std::string> const& arguments) const;
    [[nodiscard]] std::string output() const;
    /// `./dev ARGUMENTS` of this clone, with these variables besides ours.
    CommandOutcome run_dev(std::vector<std::string> const& arguments,
                           std::map<std::string, std::string> const& variables) const;
    /// The processes that have this clone's folder, or PostgreSQL's, on their command line.
    [[nodiscard]] std::vector<std::string> servers() const;

  private:
    [[nodiscard]] Program program(std::vector<std::string> arguments) const;
    [[nodiscard]] CommandOutcome finish(Program const& program) const;

    std::filesystem::path top_;
    std::filesystem::path root_;
    std::optional<Account> account_;
};

}  // namespace frontrow::local
