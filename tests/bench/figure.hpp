// A figure of the benchmark: one ratio, how it came about, and what it must reach.
#pragma once

#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

namespace frontrow::bench {

struct Figure {
    std::string name;
    double value{0};
    std::string unit;     ///< "x": a ratio
    double reference{0};  ///< what the reference alone did, in the unit of `reference_unit`
    std::string reference_unit;
    std::optional<double> floor{};
    bool lower_is_better{false};
    std::vector<double> runs;  ///< the value of each round

    [[nodiscard]] bool is_good() const;
};

/// How large a run is.
struct Scale {
    double factor{1};
    int rounds{5};

    /// A hundredth of the size at 0.01, but no less than `least`, and a multiple of it.
    [[nodiscard]] int of(int full, int least) const;
    [[nodiscard]] bool is_full() const { return factor >= 1; }
};

/// The two sides did not do the same, or not rightly: there is nothing to divide.
class NoRatio : public std::runtime_error {
  public:
    using std::runtime_error::runtime_error;
};

[[nodiscard]] double median(std::vector<double> values);
/// Element by element.
[[nodiscard]] std::vector<double> ratios(std::vector<double> const& subject,
                                         std::vector<double> const& reference);

[[nodiscard]] std::string as_json(Figure const& figure);
/// A line of the table that people read.
[[nodiscard]] std::string as_text(Figure const& figure);
[[nodiscard]] std::string heading();

/// What is being done, on standard error: standard output has figures only.
void say(std::string const& sentence);

/// Figures that one measurement yields, under the name that `./dev bench NAME` takes.
struct Measurement {
    std::string name;
    std::string sentence;
    std::function<std::vector<Figure>(Scale const&)> run;
};

// Each in a file of its own.
[[nodiscard]] std::vector<Figure> measure_reservations(Scale const& scale);
[[nodiscard]] std::vector<Figure> measure_purchases(Scale const& scale);
[[nodiscard]] std::vector<Figure> measure_relay(Scale const& scale);
[[nodiscard]] std::vector<Figure> measure_waiting(Scale const& scale);
[[nodiscard]] std::vector<Figure> measure_footprint(Scale const& scale);
[[nodiscard]] std::vector<Figure> measure_batches(Scale const& scale);
[[nodiscard]] std::vector<Figure> measure_growth(Scale const& scale);

}  // namespace frontrow::bench
