// The lines of all gates as one lane knows them, for positions that cost the same for a million.
#pragma once

#include <map>
#include <span>

#include "common/pg/transaction.hpp"
#include "queue-service/domain/line.hpp"
#include "queue-service/domain/token.hpp"

namespace frontrow::queue::use_cases {

/// A copy in memory, caught up in each transaction that asks: who left since is read by one query
/// for all gates asked about, and costs as much as there were departures since. Of one lane.
class Lines {
  public:
    /// Reads on to what is committed now. Every gate that `position` is asked for must be among
    /// these.
    void catch_up(pg::Transaction& tx, std::span<domain::Gate const> gates);
    /// 1 for whoever is next. The token waits at this gate.
    [[nodiscard]] std::int64_t position(domain::Token const& token, domain::Gate const& gate) const;

  private:
    struct Known {
        domain::Line line;
        std::int64_t departures{0};
    };
    std::map<ShowId, Known> lines_;
};

}  // namespace frontrow::queue::use_cases
