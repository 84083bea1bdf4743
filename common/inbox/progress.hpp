// What a process has got of each partition, and where it must go one record at a time.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "common/inbox/starts.hpp"
#include "common/kafka/record.hpp"

namespace frontrow::inbox {

class Progress {
  public:
    /// Takes note of the records; answers the first of each partition of which this process had got
    /// nothing yet, or from which it gets again what it had.
    [[nodiscard]] std::vector<Place> begin(std::span<kafka::Record const> records);
    /// The next `records` of the place's partition run alone.
    void suspect(Place const& place, std::size_t records);
    [[nodiscard]] bool runs_alone(kafka::Record const& record) const;
    void ended_alone(kafka::Record const& record);
    [[nodiscard]] bool is_calm() const { return alone_.empty(); }

  private:
    using Partition = std::pair<std::string, std::int32_t>;
    std::map<Partition, std::int64_t> next_;
    std::map<Partition, std::size_t> alone_;
};

}  // namespace frontrow::inbox
