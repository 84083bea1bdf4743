// One record's way through Kafka, alone: from `produce` to the consumer that waits for it.
#pragma once

#include <chrono>

namespace frontrow::bench {

/// The median over that many records, one at a time with a pause behind each, in milliseconds.
[[nodiscard]] double kafka_hop_p50_ms(int records, std::chrono::milliseconds pause);

}  // namespace frontrow::bench
