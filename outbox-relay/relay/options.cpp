// The names of the relay's metrics.
#include "outbox-relay/relay/options.hpp"

namespace frontrow::relay {

RelayMetrics::RelayMetrics(metrics::Registry& registry, std::string const& database)
    : pending{registry.gauge("frontrow_outbox_pending",
                             "Rows of the outbox that wait to be published, at most 100000.",
                             {{"database", database}})},
      oldest_pending_age{registry.gauge("frontrow_outbox_oldest_pending_age_seconds",
                                        "How long the oldest of them has waited.",
                                        {{"database", database}})},
      published{registry.counter("frontrow_outbox_published_total",
                                 "Records that Kafka has acknowledged.", {{"database", database}})},
      failures{registry.counter("frontrow_outbox_publish_failures_total",
                                "Records that Kafka has refused, or whose end is not known.",
                                {{"database", database}})},
      commit_to_publish{registry.histogram("frontrow_outbox_commit_to_publish_seconds",
                                           "From writing the row to Kafka's acknowledgement.",
                                           {{"database", database}})},
      active{registry.gauge("frontrow_outbox_relay_active",
                            "1 if this relay publishes, 0 if another does or none can.",
                            {{"database", database}})},
      epoch{registry.gauge("frontrow_outbox_relay_epoch", "Raised by each start of a relay.",
                           {{"database", database}})},
      stopped_keys{registry.gauge("frontrow_outbox_stopped_keys",
                                  "Keys of which a row could not be sent.",
                                  {{"database", database}})} {}

}  // namespace frontrow::relay
