// The least that can publish an outbox: read by id, produce, flush. The relay's reference.
#pragma once

#include <cstdint>
#include <string>

namespace frontrow::bench {

struct BareLoop {
    std::string database_url;
    std::string bootstrap_servers;
    std::string topic_prefix;
};

/// Publishes every row, in the order of ids, with the headers that the relay gives it, and returns
/// when all are acknowledged: records a second. No window, no lease, no order of keys across a
/// retry, and no cursor: it could not be trusted, but nothing is faster.
[[nodiscard]] double run_bare_loop(BareLoop const& loop);

}  // namespace frontrow::bench
