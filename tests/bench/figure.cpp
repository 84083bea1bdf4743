// Medians, ratios, and how a figure is printed.
#include "tests/bench/figure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "common/json/writer.hpp"

namespace frontrow::bench {

bool Figure::is_good() const {
    return !floor || (lower_is_better ? value <= *floor : value >= *floor);
}

int Scale::of(int full, int least) const {
    auto const wanted = static_cast<int>(full * factor);
    return std::max(wanted / least, 1) * least;
}

double median(std::vector<double> values) {
    if (values.empty()) {
        throw NoRatio{"nothing was measured"};
    }
    std::ranges::sort(values);
    auto const middle = values.size() / 2;
    return values.size() % 2 == 1 ? values[middle] : (values[middle - 1] + values[middle]) / 2;
}

std::vector<double> ratios(std::vector<double> const& subject,
                           std::vector<double> const& reference) {
    auto all = std::vector<double>{};
    for (std::size_t n = 0; n < subject.size(); ++n) {
        all.push_back(subject[n] / reference.at(n));
    }
    return all;
}

std::string as_json(Figure const& figure) {
    auto out = json::Writer{};
    out.object()
        .member("name", figure.name)
        .member("value", figure.value)
        .member("unit", figure.unit)
        .member("reference", figure.reference)
        .member("reference_unit", figure.reference_unit)
        .member("floor", figure.floor)
        .member("lower_is_better", figure.lower_is_better)
        .key("runs")
        .array();
    for (auto const run : figure.runs) {
        out.value(run);
    }
    out.end().end();
    return std::move(out).text();
}

std::string heading() {
    return fmt::format("{:<34} {:>10} {:<4} {:>12} {:>10}  {}", "figure", "value", "", "reference",
                       "must be", "runs");
}

std::string as_text(Figure const& figure) {
    auto runs = std::string{};
    for (auto const run : figure.runs) {
        runs += fmt::format("{}{:.3g}", runs.empty() ? "" : " ", run);
    }
    auto const must =
        !figure.floor ? std::string{"-"}
                      : fmt::format("{} {:g}", figure.lower_is_better ? "<=" : ">=", *figure.floor);
    return fmt::format(
        "{:<34} {:>10.3g} {:<4} {:>12} {:>10}  {}{}", figure.name, figure.value, figure.unit,
        figure.reference > 0 ? fmt::format("{:.4g} {}", figure.reference, figure.reference_unit)
                             : "-",
        must, runs, figure.is_good() ? "" : "   MISSED");
}

void say(std::string const& sentence) {
    std::fprintf(stderr, "%s\n", sentence.c_str());
}

}  // namespace frontrow::bench
