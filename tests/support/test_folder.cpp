// A folder for the servers of one test process, which is gone when the process is, however it ends.
#include "tests/support/test_folder.hpp"

#include <fcntl.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <stdexcept>
#include <string>

namespace frontrow::support {
namespace {

// The end of the input is our end. SIGQUIT lets PostgreSQL release its shared memory at once.
constexpr auto guardian_script = R"(
cat > /dev/null
for file in "$1"/*.pid; do
    read -r id rest < "$file" && kill -CONT "$id" && kill -QUIT "$id"
done 2> /dev/null
for file in "$1"/*.pid; do
    read -r id rest < "$file" || continue
    for tick in 1 2 3 4 5 6 7 8 9 10; do
        kill -0 "$id" || break
        sleep 0.1
    done
    kill -KILL -- "-$id"
done 2> /dev/null
# A killed process may still write for a moment.
for tick in 1 2 3 4 5 6 7 8 9 10; do
    rm -rf "$1" && break
    sleep 0.1
done 2> /dev/null
)";

}  // namespace

TestFolder::TestFolder() {
    auto name = std::string{"/var/tmp/frontrow-test-XXXXXX"};
    if (::mkdtemp(name.data()) == nullptr) {
        throw std::runtime_error{"cannot make a folder in /var/tmp"};
    }
    // PostgreSQL, which as root runs as another user, must be able to pass.
    ::chmod(name.c_str(), 0755);
    path_ = name;
    auto ends = std::array<int, 2>{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
        throw std::runtime_error{"cannot make a pipe"};
    }
    lifeline_ = ends[1];
    auto actions = posix_spawn_file_actions_t{};
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawn_file_actions_adddup2(&actions, ends[0], STDIN_FILENO);
    auto attributes = posix_spawnattr_t{};
    ::posix_spawnattr_init(&attributes);
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID);
    auto arguments = std::array<std::string, 5>{"sh", "-c", guardian_script, "guardian", name};
    auto pointers = std::array<char*, 6>{};
    for (auto index = std::size_t{0}; index < arguments.size(); ++index) {
        pointers[index] = arguments[index].data();
    }
    auto const failed =
        ::posix_spawn(&guardian_, "/bin/sh", &actions, &attributes, pointers.data(), environ);
    ::posix_spawn_file_actions_destroy(&actions);
    ::posix_spawnattr_destroy(&attributes);
    ::close(ends[0]);
    if (failed != 0) {
        throw std::runtime_error{"cannot start the guardian of the test servers"};
    }
}

TestFolder::~TestFolder() {
    ::close(lifeline_);
    ::waitpid(guardian_, nullptr, 0);
}

TestFolder const& TestFolder::shared() {
    static auto const folder = TestFolder{};
    return folder;
}

}  // namespace frontrow::support
