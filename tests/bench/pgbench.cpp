// Runs pgbench and reads what it prints.
#include "tests/bench/pgbench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <sstream>

#include "frontrowctl/local/layout.hpp"
#include "frontrowctl/local/process.hpp"
#include "tests/bench/figure.hpp"
#include "tests/support/test_folder.hpp"

namespace frontrow::bench {
namespace {

namespace fs = std::filesystem;

constexpr auto program = "/usr/lib/postgresql/15/bin/pgbench";

std::string contents_of(fs::path const& path) {
    auto text = std::ostringstream{};
    text << std::ifstream{path}.rdbuf();
    return text.str();
}

double number_after(std::string const& text, std::string const& words) {
    auto const found = text.find(words);
    if (found == std::string::npos) {
        throw NoRatio{"pgbench said no \"" + words + "\":\n" + text};
    }
    return std::stod(text.substr(found + words.size()));
}

/// From a line for each run of the scripts: client, number, microseconds, script, the time of day
/// in two words, and how late it began, which the microseconds include.
double median_ms(fs::path const& folder) {
    auto all = std::vector<double>{};
    for (auto const& entry : fs::directory_iterator{folder}) {
        if (!entry.path().filename().string().starts_with("times")) {
            continue;
        }
        auto lines = std::ifstream{entry.path()};
        auto line = std::string{};
        while (std::getline(lines, line)) {
            auto words = std::istringstream{line};
            auto const columns = std::vector<double>{std::istream_iterator<double>{words}, {}};
            all.push_back((columns.at(2) - columns.at(6)) / 1000);
        }
    }
    return median(all);
}

}  // namespace

PgbenchResult pgbench(PgbenchRun const& run) {
    static auto number = std::atomic{0};
    auto const folder = support::TestFolder::shared().path() / fmt::format("pgbench-{}", ++number);
    fs::create_directory(folder);
    {
        auto script = std::ofstream{folder / "script.sql"};
        for (auto const& name : run.scripts) {
            script << contents_of(local::Layout::of_this_build().root / "tests/bench" /
                                  (name + ".sql"));
        }
    }
    auto command = local::Program{
        .name = "pgbench",
        .arguments = {program, "-n", "-M", "prepared", "-c", std::to_string(run.clients), "-j",
                      std::to_string(std::min(run.clients, 2)), "-t",
                      std::to_string(run.transactions / run.clients), "-f",
                      (folder / "script.sql").string()},
        .log_file = folder / "log"};
    if (run.paced_per_second) {
        command.arguments.insert(command.arguments.end(),
                                 {fmt::format("--rate={}", *run.paced_per_second), "--log",
                                  "--log-prefix=" + (folder / "times").string()});
    }
    for (auto const& [name, value] : run.variables) {
        command.arguments.insert(command.arguments.end(), {"-D", name + "=" + value});
    }
    command.arguments.insert(command.arguments.end(),
                             {"-D", "clients=" + std::to_string(run.clients), run.url});
    auto const status = local::run(command);
    auto const said = contents_of(folder / "log");
    auto const done = fmt::format("actually processed: {}/{}", run.transactions, run.transactions);
    if (status != 0 || said.find(done) == std::string::npos) {
        throw NoRatio{"pgbench failed:\n" + said};
    }
    auto const result =
        PgbenchResult{.per_second = number_after(said, "\ntps = "),
                      .latency_p50_ms = run.paced_per_second ? median_ms(folder) : 0};
    fs::remove_all(folder);
    return result;
}

}  // namespace frontrow::bench
