// One record's way through Kafka, alone: from `produce` to the consumer that waits for it.
#pragma once

namespace frontrow::bench {

/// The median over that many records, one at a time, in milliseconds.
[[nodiscard]] double kafka_hop_p50_ms(int records);

}  // namespace frontrow::bench
