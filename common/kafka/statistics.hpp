// librdkafka's statistics, a JSON text every few seconds, as metrics of ours.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "common/metrics/metrics.hpp"

namespace frontrow::kafka {

/// Every number of the text by its member's name, added up over all brokers and partitions; those
/// of the client itself stand under "/name". A negative number is "unknown" and is left out.
[[nodiscard]] std::map<std::string, double, std::less<>> sums_of(std::string_view json);

class Statistics {
  public:
    Statistics(metrics::Registry& registry, std::string const& client_id);
    void read(std::string_view json);
    void count_error() { errors_.add(); }

  private:
    struct Total {
        metrics::Counter counter;
        double last{0};
    };
    std::map<std::string, Total, std::less<>> totals_;
    std::map<std::string, metrics::Gauge, std::less<>> gauges_;
    metrics::Counter errors_;
};

}  // namespace frontrow::kafka
