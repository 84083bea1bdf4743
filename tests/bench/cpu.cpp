// Reads /proc.
#include "tests/bench/cpu.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <sstream>

#include "frontrowctl/local/process.hpp"
#include "tests/bench/figure.hpp"
#include "tests/bench/stage.hpp"
#include "tests/support/test_folder.hpp"

namespace frontrow::bench {

double cpu_seconds(pid_t process) {
    auto text = std::ostringstream{};
    text << std::ifstream{fmt::format("/proc/{}/stat", process)}.rdbuf();
    // The name of the program, in brackets, may contain blanks; user and system time are the 12th
    // and 13th word behind it.
    auto const stat = text.str();
    auto words = std::istringstream{stat.substr(stat.rfind(')') + 1)};
    auto word = std::string{};
    for (auto n = 0; n < 11; ++n) {
        words >> word;
    }
    auto user = 0.0;
    auto system = 0.0;
    words >> user >> system;
    return (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
}

double cpu_seconds_of_sessions() {
    auto sum = 0.0;
    if (auto const server = postgres_process()) {
        for (auto const child : local::child_ids(server->id())) {
            sum += cpu_seconds(child);
        }
    }
    return sum;
}

pid_t process_of(std::string const& program) {
    for (auto const& entry :
         std::filesystem::directory_iterator{support::TestFolder::shared().path()}) {
        if (entry.path().filename().string().ends_with("-" + program + "-0.pid")) {
            return local::Process::find(entry.path()).value().id();
        }
    }
    throw NoRatio{"nothing knows of " + program};
}

}  // namespace frontrow::bench
