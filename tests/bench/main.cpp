// bench: measures frontrow against references in the same run; exit 1 if a figure misses its floor.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <set>

#include "frontrowctl/local/process.hpp"
#include "tests/bench/figure.hpp"
#include "tests/bench/stage.hpp"

namespace frontrow::bench {
namespace {

constexpr auto exit_missed = 1;
constexpr auto exit_failed = 2;

std::vector<Measurement> const& measurements() {
    static auto const all = std::vector<Measurement>{
        {"reservations", "granted over HTTP, against pgbench", measure_reservations},
        {"purchases", "through all services, against pgbench in series", measure_purchases},
        {"relay", "a backlog, against a bare loop", measure_relay},
        {"waiting", "a payment answered on an idle system, against its parts", measure_waiting},
        {"footprint", "memory after 100,000 purchases, time to be ready", measure_footprint},
        {"batches", "cost of a row by size of the batch", measure_batches},
        {"growth", "cost of a row by what is in the tables", measure_growth},
    };
    return all;
}

int print(std::vector<Figure> const& figures, bool as_lines, bool judges) {
    auto missed = 0;
    for (auto const& figure : figures) {
        std::printf("%s\n", (as_lines ? as_json(figure) : as_text(figure)).c_str());
        missed += judges && !figure.is_good() ? 1 : 0;
    }
    std::fflush(stdout);
    return missed > 0 ? exit_missed : 0;
}

/// Each in a process of its own, so that none inherits the topics or the memory of another.
int run_each(std::vector<std::string> arguments) {
    auto worst = 0;
    arguments.insert(arguments.begin(), std::filesystem::read_symlink("/proc/self/exe").string());
    for (auto const& measurement : measurements()) {
        auto own = arguments;
        own.push_back(measurement.name);
        worst = std::max(worst, local::run({.name = measurement.name, .arguments = own}));
    }
    return worst;
}

int run_one(std::string const& name, Scale const& scale, bool as_lines) {
    auto const found = std::ranges::find(measurements(), name, &Measurement::name);
    try {
        return print(found->run(scale), as_lines, scale.is_full());
    } catch (std::exception const& failure) {
        say(name + ": no figure: " + failure.what());
        return exit_failed;
    }
}

int run(int argc, char** argv) {
    auto app = CLI::App{"Measures frontrow against references in the same run.", "bench"};
    auto name = std::string{};
    auto scale = Scale{};
    auto as_lines = false;
    auto without_heading = false;
    auto names = std::set<std::string>{};
    for (auto const& measurement : measurements()) {
        names.insert(measurement.name);
    }
    app.add_option("NAME", name, "one of the measurements; all without it")
        ->check(CLI::IsMember(names));
    app.add_option("--scale", scale.factor, "1: full size; below it no floor is judged")
        ->check(CLI::Range(0.0001, 1.0));
    app.add_option("--rounds", scale.rounds, "how often each is repeated; medians are shown");
    app.add_flag("--json", as_lines, "one JSON object a line");
    app.add_flag("--no-heading", without_heading)->group("");
    CLI11_PARSE(app, argc, argv);
    start_servers();
    if (!as_lines && !without_heading) {
        std::printf("%s\n", heading().c_str());
        std::fflush(stdout);
    }
    if (!name.empty()) {
        return run_one(name, scale, as_lines);
    }
    auto arguments = std::vector<std::string>{"--scale", std::to_string(scale.factor), "--rounds",
                                              std::to_string(scale.rounds)};
    arguments.emplace_back(as_lines ? "--json" : "--no-heading");
    return run_each(std::move(arguments));
}

}  // namespace
}  // namespace frontrow::bench

int main(int argc, char** argv) {
    try {
        return frontrow::bench::run(argc, argv);
    } catch (std::exception const& failure) {
        std::fprintf(stderr, "bench: %s\n", failure.what());
        return 2;
    }
}
