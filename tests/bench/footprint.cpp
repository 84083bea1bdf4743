// What each program needs: memory after many purchases, and time until it is ready.
#include <fmt/format.h>

#include <fstream>
#include <sstream>

#include "tests/bench/cpu.hpp"
#include "tests/bench/figure.hpp"
#include "tests/bench/sale.hpp"

namespace frontrow::bench {
namespace {

constexpr auto programs = {"booking", "payment", "queue", "dataplatform", "relay"};

/// Of resident memory, as the kernel counts it.
double resident_mb(std::string const& program) {
    auto const process = process_of(program);
    auto file = std::ifstream{fmt::format("/proc/{}/status", process)};
    auto line = std::string{};
    while (std::getline(file, line)) {
        if (line.starts_with("VmRSS:")) {
            auto kilobytes = 0.0;
            std::istringstream{line.substr(6)} >> kilobytes;
            return kilobytes / 1024;
        }
    }
    throw NoRatio{"a program is not running"};
}

/// From its start until `/readyz` says yes; it was killed before.
double seconds_to_ready(support::WholeStack& stack, std::string const& program) {
    stack.kill(program);
    auto const begin = std::chrono::steady_clock::now();
    stack.start(program);
    return Seconds{std::chrono::steady_clock::now() - begin}.count();
}

Figure at_most(std::string const& name, std::string const& unit, double floor,
               std::vector<double> const& runs) {
    return {.name = name,
            .value = median(runs),
            .unit = unit,
            .reference = 0,
            .reference_unit = "",
            .floor = floor,
            .lower_is_better = true,
            .runs = runs};
}

}  // namespace

std::vector<Figure> measure_footprint(Scale const& scale) {
    auto const customers = scale.of(1'000, 10);
    auto const purchases = scale.of(100'000, customers);
    auto const at_once = std::min(purchases, 10 * customers);
    auto stack = support::WholeStack{
        {.partitions = 12,
         .settings = {
             {"booking", {{"HOLD__DURATION", "2h"}, {"CONSUMER__SESSION_TIMEOUT", "10s"}}},
             {"payment", {{"CONSUMER__SESSION_TIMEOUT", "10s"}}},
             {"dataplatform", {{"CONSUMER__SESSION_TIMEOUT", "10s"}}},
             {"queue", {{"ADMISSION__LENGTH", "2h"}, {"CONSUMER__SESSION_TIMEOUT", "10s"}}}}}};
    auto sale = Sale{stack, customers};
    for (auto bought = 0; bought < purchases; bought += at_once) {
        sale.get_passes(at_once);
        auto const took = sale.buy(buyers_at_once);
        say(fmt::format("{} purchases of {}, {:.0f}/s", bought + at_once, purchases,
                        at_once / took.count()));
    }
    auto figures = std::vector<Figure>{};
    for (auto const* const program : programs) {
        figures.push_back(
            at_most(fmt::format("resident_memory_{}", program), "MB", 60, {resident_mb(program)}));
    }
    for (auto const* const program : programs) {
        auto runs = std::vector<double>{};
        for (auto round = 0; round < scale.rounds; ++round) {
            runs.push_back(seconds_to_ready(stack, program));
        }
        figures.push_back(at_most(fmt::format("ready_after_start_{}", program), "s", 1, runs));
    }
    require_clean_audit(stack, std::chrono::seconds{scale.is_full() ? 300 : 60});
    return figures;
}

}  // namespace frontrow::bench
