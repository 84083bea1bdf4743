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
    using Arguments = std::vector<std::string>;
    using Variables = std::map<std::string, std::string>;

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
    /// Lets `./dev` build here, in no time: its project has the targets, but nothing to compile for
    /// them, because the programs are there already. `more` is added to the project. Also what
    /// `./dev test` needs, but for the stages' binaries.
    void make_buildable(std::string const& more = {}) const;
    /// Puts a binary of ours, `built`, among the built ones under this name.
    void add_binary(std::string const& name, std::string const& built) const;

    /// `frontrowctl local ARGUMENTS`, to its end.
    CommandOutcome run_local(Arguments const& arguments) const;
    /// The same in the background; its output is in `output()`.
    Process start_local(Arguments const& arguments) const;
    [[nodiscard]] std::string output() const;
    [[nodiscard]] std::filesystem::path output_file() const { return top_ / "output"; }
    /// `./dev ARGUMENTS` of this clone, with these variables besides ours.
    CommandOutcome run_dev(Arguments const& arguments, Variables const& variables = {}) const;
    Process start_dev(Arguments const& arguments, Variables const& variables = {}) const;
    /// A script for bash, in this clone.
    CommandOutcome run_shell(std::string const& script, Variables const& variables = {}) const;
    /// The command lines of the processes that name this clone's folder, or PostgreSQL's, on it, or
    /// that write a log of this clone.
    [[nodiscard]] std::vector<std::string> servers() const;

  private:
    [[nodiscard]] Program program(Arguments arguments) const;
    [[nodiscard]] Program dev(Arguments const& arguments, Variables const& variables) const;
    [[nodiscard]] CommandOutcome finish(Program const& program) const;

    std::filesystem::path top_;
    std::filesystem::path root_;
    std::optional<Account> account_;
};

}  // namespace frontrow::local
