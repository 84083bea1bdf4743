// Counters, gauges and histograms over prometheus-cpp, served by the admin endpoint.
#pragma once

#include <functional>
#include <initializer_list>
#include <map>
#include <memory>
#include <string>
#include <vector>

namespace frontrow::metrics {

using Labels = std::map<std::string, std::string>;  ///< never ids

class Counter {
  public:
    explicit Counter(void* counter) : counter_{counter} {}
    void add(double by = 1);

  private:
    void* counter_;
};
class Gauge {
  public:
    explicit Gauge(void* gauge) : gauge_{gauge} {}
    void set(double value);

  private:
    void* gauge_;
};
class Histogram {
  public:
    explicit Histogram(void* histogram) : histogram_{histogram} {}
    void observe(double value);

  private:
    void* histogram_;
};

/// Families by name. Asking again for the same name and labels gives the same instrument. Safe for
/// threads; instruments live as long as the registry. Names begin with `frontrow_`.
class Registry {
  public:
    Registry();
    ~Registry();
    Counter counter(std::string const& name, std::string const& help, Labels const& labels = {});
    Gauge gauge(std::string const& name, std::string const& help, Labels const& labels = {});
    /// Default buckets: seconds from 0.1 ms to 10 s.
    Histogram histogram(std::string const& name, std::string const& help, Labels const& labels = {},
                        std::vector<double> const& buckets = {});
    /// Called at each scrape, before the text is made: for gauges that are read, not pushed.
    void on_scrape(std::function<void()> refresh);
    /// Prometheus text format 0.0.4.
    [[nodiscard]] std::string text() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace frontrow::metrics
