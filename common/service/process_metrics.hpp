// What the operating system knows of this process, under the names that Prometheus' own clients
// use.
#pragma once

#include "common/metrics/metrics.hpp"

namespace frontrow::service {

/// Registers memory, processor time, open files and start time; read at each scrape.
void register_process_metrics(metrics::Registry& registry);

}  // namespace frontrow::service
