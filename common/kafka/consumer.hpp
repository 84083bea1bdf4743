// A consumer in a group: `range` assignment, batches, explicit commits.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/kafka/error.hpp"
#include "common/kafka/options.hpp"
#include "common/kafka/record.hpp"

namespace frontrow::kafka {

struct ConsumerOptions {
    ClientOptions client;
    std::string group;
    std::vector<std::string> topics;
    std::chrono::milliseconds session_timeout{10'000};
    std::chrono::milliseconds poll_interval_max{300'000};
    /// How long a broker may keep records back so that more of them come at once; 0: not at all.
    std::chrono::milliseconds gathering{0};
    /// Where a group without a committed offset begins: always the start, never silently the end.
    bool from_beginning{true};
};

/// Used by one thread. Offsets are committed only by `commit`.
class Consumer {
  public:
    explicit Consumer(ConsumerOptions options);
    /// Leaves the group.
    ~Consumer();

    /// Up to `records_max` records, in order per partition; waits up to `wait` for the first one
    /// and takes then only what is there. Records of partitions lost in a rebalance are dropped:
    /// their new owner reads them again. Throws Error if fatal.
    [[nodiscard]] std::vector<Record> poll(std::size_t records_max, std::chrono::milliseconds wait);
    /// Commits the offset after each partition's last record of the span. Returns false if Kafka
    /// refused (another owns the partition by now, or no broker): harmless, the inbox deduplicates.
    bool commit(std::span<Record const> records);
    /// Goes back to the first record of each partition in the span: they will be polled again.
    void seek_back(std::span<Record const> records);
    [[nodiscard]] std::size_t assigned_partitions() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace frontrow::kafka
