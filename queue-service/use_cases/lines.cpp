// Catching up with departures.
#include "queue-service/use_cases/lines.hpp"

#include <algorithm>

#include "queue-service/storage/tokens.hpp"

namespace frontrow::queue::use_cases {

void Lines::catch_up(pg::Transaction& tx, std::span<domain::Gate const> gates) {
    auto known = std::vector<storage::tokens::Known>{};
    for (auto const& gate : gates) {
        known.push_back({gate.show, lines_[gate.show].departures, gate.watermark});
    }
    for (auto const& one : storage::tokens::departures(tx, known)) {
        auto& [line, departures] = lines_[one.show];
        line.depart(one.number);
        departures = one.departure;
    }
    for (auto const& gate : gates) {
        // Whoever left up to here and was not among those read is behind the watermark.
        auto& [line, departures] = lines_[gate.show];
        departures = std::max(departures, gate.departures);
        line.advance(gate.watermark);
    }
}

std::int64_t Lines::position(domain::Token const& token, domain::Gate const& gate) const {
    return lines_.at(gate.show).line.position(token.number, gate.watermark);
}

}  // namespace frontrow::queue::use_cases
