// Reads topics without a group and without leaving a trace: from the start, or what comes next.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "common/kafka/error.hpp"
#include "common/kafka/options.hpp"
#include "common/kafka/record.hpp"

namespace frontrow::kafka {

/// Reads every partition of some topics by explicit assignment. Used by one thread.
class Reader {
  public:
    enum class From { start = 1, end };
    /// Looks up the partitions and their ends, waiting up to `wait` for a broker; a topic that does
    /// not exist throws Error.
    Reader(ClientOptions options, std::vector<std::string> const& topics, From from,
           std::chrono::milliseconds wait);
    ~Reader();

    /// Up to `records_max` records, in order per partition; waits up to `wait` for the first.
    [[nodiscard]] std::vector<Record> poll(std::size_t records_max, std::chrono::milliseconds wait);
    /// Whether everything that was in the topics when they were opened has been returned by `poll`.
    [[nodiscard]] bool is_at_the_end() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace frontrow::kafka
