// Plain bookkeeping; it ends with the process.
#include "common/inbox/progress.hpp"

namespace frontrow::inbox {

std::vector<Place> Progress::begin(std::span<kafka::Record const> records) {
    auto firsts = std::vector<Place>{};
    for (auto const& record : records) {
        auto const [at, is_new] = next_.try_emplace({record.topic, record.partition}, 0);
        if (is_new || record.offset < at->second) {
            firsts.push_back({record.topic, record.partition, record.offset});
            alone_.erase(at->first);
        }
        at->second = record.offset + 1;
    }
    return firsts;
}

void Progress::suspect(Place const& place, std::size_t records) {
    alone_[{place.topic, place.partition}] = records;
}

bool Progress::runs_alone(kafka::Record const& record) const {
    return alone_.contains({record.topic, record.partition});
}

void Progress::ended_alone(kafka::Record const& record) {
    auto const at = alone_.find({record.topic, record.partition});
    if (at != alone_.end() && --at->second == 0) {
        alone_.erase(at);
    }
}

}  // namespace frontrow::inbox
