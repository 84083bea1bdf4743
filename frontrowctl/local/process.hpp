// Programs that we start: servers that outlive us and are found again, and tools that we wait for.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace frontrow::local {

/// Who a program runs as.
struct Account {
    uid_t user;
    gid_t group;
    std::vector<gid_t> groups;
};

struct Program {
    std::string name;                                  ///< for messages
    std::vector<std::string> arguments;                ///< the first is the program's path
    std::map<std::string, std::string> environment{};  ///< added to ours
    std::filesystem::path working_folder{"/"};
    std::filesystem::path log_file{};  ///< both outputs are appended to it; empty: ours
    std::filesystem::path pid_file{};  ///< written before the program runs; empty: none
    std::optional<Account> account{};  ///< nothing: ours
    /// Sent to the program when the thread that started it ends; 0: it lives on.
    int death_signal{0};
};

/// A program that was started. Copies name the same process; destruction does not stop it.
class Process {
  public:
    /// Starts in a session of its own, so that no terminal's signals reach it. Its pid file is in
    /// place before its first instruction, so a kill -9 of ours never leaves it unknown.
    /// Throws std::system_error if it cannot run.
    static Process start(Program const& program);
    /// The process that `pid_file` names, if it is alive and really that one: a pid that was given
    /// to somebody else meanwhile is never taken for it.
    static std::optional<Process> find(std::filesystem::path const& pid_file);

    [[nodiscard]] pid_t id() const { return id_; }
    [[nodiscard]] bool is_running();
    /// As waitpid tells it, once our child has ended.
    [[nodiscard]] std::optional<int> exit_status() const { return exit_status_; }
    /// Whether it was started with the same arguments and environment, from the same binary.
    [[nodiscard]] bool runs(Program const& program) const;

    /// To this process alone (PostgreSQL and nginx look after their children themselves).
    void signal(int number);
    /// Signals, waits, and after `patience` kills the whole session. True if it ended by itself.
    bool stop(int number, std::chrono::milliseconds patience);
    /// Waits until it has ended; false if it has not within that time.
    bool wait(std::chrono::milliseconds patience);

  private:
    Process(pid_t id, std::string start_time, std::string digest)
        : id_{id}, start_time_{std::move(start_time)}, digest_{std::move(digest)} {}

    pid_t id_;
    std::string start_time_;  ///< in ticks since boot, as /proc tells it
    std::string digest_;      ///< of the arguments and environment, and the boot
    std::optional<int> exit_status_;
};

/// Runs a tool to its end and answers its exit status (128 + signal if one killed it). The tool is
/// killed if we are. Throws Interrupted, after stopping it, when the person gives up.
int run(Program program);

/// The processes that this one started and that still live.
[[nodiscard]] std::vector<pid_t> child_ids(pid_t parent);

/// The account of that name. Throws if there is none.
[[nodiscard]] Account account_of(std::string const& user_name);

}  // namespace frontrow::local
