// Programs that we start: servers that outlive us and are found again, and tools that we wait for.
#include "frontrowctl/local/process.hpp"

#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <poll.h>
#include <pwd.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

extern "C" {
#include <sys/pidfd.h>  // glibc 2.36 forgot to say that these are C
}

#include <array>
#include <cerrno>
#include <cstring>
#include <sstream>
#include <stdexcept>
#include <system_error>
#include <thread>

#include "common/core/bytes.hpp"
#include "common/core/sha256.hpp"
#include "frontrowctl/local/failure.hpp"
#include "frontrowctl/local/files.hpp"

namespace frontrow::local {
namespace {
using namespace std::chrono_literals;
namespace fs = std::filesystem;

/// Of "pid (name) state ...": state is field 3 and the start time field 22 of proc(5).
struct ProcessState {
    char state;
    std::string start_time;
};

std::optional<ProcessState> state_of(pid_t id) {
    auto const text = read_file("/proc/" + std::to_string(id) + "/stat");
    if (!text || text->rfind(')') == std::string::npos) {
        return std::nullopt;
    }
    auto position = text->rfind(')') + 2;
    auto const state = text->at(position);
    for (auto field = 3; field < 22; ++field) {
        position = text->find(' ', position) + 1;
    }
    return ProcessState{state, text->substr(position, text->find(' ', position) - position)};
}

std::string digest_of(Program const& program) {
    auto text = read_file("/proc/sys/kernel/random/boot_id").value_or("");
    for (auto const& argument : program.arguments) {
        text += argument + '\0';
    }
    for (auto const& [name, value] : program.environment) {
        text += name + '=' + value + '\0';
    }
    return to_hex(sha256(text).substr(0, 16));
}

std::vector<std::string> environment_with(std::map<std::string, std::string> const& added) {
    auto all = std::vector<std::string>{};
    for (auto entry = environ; *entry != nullptr; ++entry) {
        auto const text = std::string{*entry};
        if (!added.contains(text.substr(0, text.find('=')))) {
            all.push_back(text);
        }
    }
    for (auto const& [name, value] : added) {
        all.push_back(name + '=' + value);
    }
    return all;
}

std::vector<char*> pointers_to(std::vector<std::string>& texts) {
    auto pointers = std::vector<char*>{};
    for (auto& text : texts) {
        pointers.push_back(text.data());
    }
    pointers.push_back(nullptr);
    return pointers;
}

/// Everything the child needs, made before the fork: between fork and exec, other threads' locks
/// may be held for ever, so only system calls are allowed there.
struct ChildPlan {
    Program const& program;
    std::vector<char*> arguments;
    std::vector<char*> environment;
    std::string pid_file_unfinished;
    std::string digest;
    int output;
    int report;
    pid_t parent;
};

void write_pid_file(ChildPlan const& plan) {
    // The pid and the start time are copied as text out of /proc: nothing to format.
    auto text = std::array<char, 1024>{};
    auto const stat = ::open("/proc/self/stat", O_RDONLY | O_CLOEXEC);
    auto const size = ::read(stat, text.data(), text.size() - 1);
    ::close(stat);
    if (size <= 0) {
        return;
    }
    auto* position = std::strrchr(text.data(), ')') + 2;
    for (auto field = 3; field < 22; ++field) {
        position = std::strchr(position, ' ') + 1;
    }
    auto const file =
        ::open(plan.pid_file_unfinished.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
    auto const put = [file](char const* from, std::ptrdiff_t length) {
        return ::write(file, from, static_cast<std::size_t>(length)) == length;
    };
    auto const whole = put(text.data(), std::strchr(text.data(), ' ') + 1 - text.data()) &&
                       put(position, std::strchr(position, ' ') + 1 - position) &&
                       put(plan.digest.data(), std::ssize(plan.digest)) && put("\n", 1);
    ::close(file);
    if (whole) {
        ::rename(plan.pid_file_unfinished.c_str(), plan.program.pid_file.c_str());
    }
}

bool become(Account const& account) {
    return ::setgroups(account.groups.size(), account.groups.data()) == 0 &&
           ::setresgid(account.group, account.group, account.group) == 0 &&
           ::setresuid(account.user, account.user, account.user) == 0;
}

[[noreturn]] void run_child(ChildPlan& plan) {
    auto const give_up = [&plan] {
        auto const reason = errno;
        [[maybe_unused]] auto const written = ::write(plan.report, &reason, sizeof(reason));
        ::_exit(127);
    };
    ::setsid();
    struct sigaction by_default {};
    by_default.sa_handler = SIG_DFL;
    for (auto number = 1; number < NSIG; ++number) {
        ::sigaction(number, &by_default, nullptr);
    }
    auto none = sigset_t{};
    ::sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    auto const input = ::open("/dev/null", O_RDONLY);
    ::dup2(input, STDIN_FILENO);
    if (plan.output >= 0) {
        ::dup2(plan.output, STDOUT_FILENO);
        ::dup2(plan.output, STDERR_FILENO);
    }
    ::close_range(3, ~0U, CLOSE_RANGE_CLOEXEC);
    if (!plan.program.pid_file.empty()) {
        write_pid_file(plan);
    }
    if (::chdir(plan.program.working_folder.c_str()) != 0) {
        give_up();
    }
    if (plan.program.account && !become(*plan.program.account)) {
        give_up();
    }
    if (plan.program.death_signal != 0) {
        // After the change of user, which clears it. The parent may have died before this line.
        ::prctl(PR_SET_PDEATHSIG, plan.program.death_signal);
        if (::getppid() != plan.parent) {
            ::_exit(127);
        }
    }
    ::execve(plan.arguments.front(), plan.arguments.data(), plan.environment.data());
    give_up();
    ::_exit(127);
}

int open_log(Program const& program) {
    if (program.log_file.empty()) {
        return -1;
    }
    auto const log = ::open(program.log_file.c_str(),
                            O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC | O_NOFOLLOW, 0640);
    if (log < 0) {
        throw std::system_error{errno, std::generic_category(),
                                "cannot write " + program.log_file.string()};
    }
    return log;
}

}  // namespace

Process Process::start(Program const& program) {
    auto arguments = program.arguments;
    auto environment = environment_with(program.environment);
    auto report = std::array<int, 2>{};
    if (::pipe2(report.data(), O_CLOEXEC) != 0) {
        throw std::system_error{errno, std::generic_category(), "pipe"};
    }
    auto const log = open_log(program);
    auto plan = ChildPlan{program,
                          pointers_to(arguments),
                          pointers_to(environment),
                          unfinished(program.pid_file).string(),
                          digest_of(program),
                          log,
                          report[1],
                          ::getpid()};
    auto const id = ::fork();
    if (id == 0) {
        run_child(plan);
    }
    auto reason = errno;
    ::close(report[1]);
    if (log >= 0) {
        ::close(log);
    }
    if (id > 0 && ::read(report[0], &reason, sizeof(reason)) <= 0) {
        reason = 0;
    }
    ::close(report[0]);
    if (reason != 0) {
        if (id > 0) {
            ::waitpid(id, nullptr, 0);
            ::unlink(program.pid_file.c_str());
        }
        throw std::system_error{reason, std::generic_category(),
                                "cannot run " + program.arguments.front()};
    }
    auto const state = state_of(id);
    return Process{id, state ? state->start_time : "", plan.digest};
}

std::optional<Process> Process::find(fs::path const& pid_file) {
    auto const text = read_file(pid_file);
    if (!text) {
        return std::nullopt;
    }
    auto const first = text->find(' ');
    auto const second = text->find(' ', first + 1);
    auto const end = text->find('\n');
    if (first == std::string::npos || second == std::string::npos || end == std::string::npos) {
        return std::nullopt;
    }
    auto found = Process{static_cast<pid_t>(std::stol(text->substr(0, first))),
                         text->substr(first + 1, second - first - 1),
                         text->substr(second + 1, end - second - 1)};
    if (!found.is_running()) {
        return std::nullopt;
    }
    return found;
}

bool Process::is_running() {
    if (exit_status_) {
        return false;
    }
    auto const state = state_of(id_);
    if (state && !start_time_.empty() && state->start_time != start_time_) {
        return false;
    }
    // Of a child of ours only this tells: what /proc shows while it ends is unsteady, and whoever
    // believes that never learns how it ended.
    auto status = 0;
    auto const waited = ::waitpid(id_, &status, WNOHANG);
    if (waited == id_) {
        exit_status_ = status;
        return false;
    }
    return waited == 0 || (state && state->state != 'Z' && state->state != 'X');
}

bool Process::runs(Program const& program) const {
    auto failed = std::error_code{};
    auto const binary = fs::read_symlink("/proc/" + std::to_string(id_) + "/exe", failed);
    // A binary that was built anew has another file; the kernel says so of the one that runs.
    return digest_ == digest_of(program) && !binary.string().ends_with(" (deleted)");
}

void Process::signal(int number) {
    // The descriptor pins the process, so the check and the signal are about the same one.
    auto const descriptor = ::pidfd_open(id_, 0);
    if (descriptor < 0) {
        return;
    }
    if (is_running()) {
        ::pidfd_send_signal(descriptor, number, nullptr, 0);
    }
    ::close(descriptor);
}

bool Process::wait(std::chrono::milliseconds patience) {
    auto const deadline = std::chrono::steady_clock::now() + patience;
    while (is_running()) {
        if (std::chrono::steady_clock::now() >= deadline) {
            return false;
        }
        auto const descriptor = ::pidfd_open(id_, 0);
        if (descriptor < 0) {
            std::this_thread::sleep_for(5ms);
            continue;
        }
        auto ended = pollfd{descriptor, POLLIN, 0};
        ::poll(&ended, 1, 50);
        ::close(descriptor);
    }
    return true;
}

bool Process::stop(int number, std::chrono::milliseconds patience) {
    if (!is_running()) {
        return true;
    }
    signal(number);
    if (wait(patience)) {
        return true;
    }
    if (is_running()) {
        ::kill(-id_, SIGKILL);
        wait(5s);
    }
    return false;
}

int run(Program program) {
    program.death_signal = SIGKILL;
    auto tool = Process::start(program);
    while (!tool.wait(50ms)) {
        try {
            check_interrupted();
        } catch (Interrupted const&) {
            tool.stop(SIGTERM, 2s);
            throw;
        }
    }
    auto const status = tool.exit_status().value();
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

std::vector<pid_t> child_ids(pid_t parent) {
    auto ids = std::vector<pid_t>{};
    auto const task = "/proc/" + std::to_string(parent) + "/task";
    auto failed = std::error_code{};
    for (auto const& thread : fs::directory_iterator{task, failed}) {
        auto lines = std::istringstream{read_file(thread.path() / "children").value_or("")};
        auto id = pid_t{0};
        while (lines >> id) {
            ids.push_back(id);
        }
    }
    return ids;
}

Account account_of(std::string const& user_name) {
    auto const* entry = ::getpwnam(user_name.c_str());
    if (entry == nullptr) {
        throw std::runtime_error{"there is no user \"" + user_name + "\" on this machine"};
    }
    auto count = 64;
    auto groups = std::vector<gid_t>(64);
    ::getgrouplist(user_name.c_str(), entry->pw_gid, groups.data(), &count);
    groups.resize(static_cast<std::size_t>(count));
    return {entry->pw_uid, entry->pw_gid, groups};
}

}  // namespace frontrow::local
