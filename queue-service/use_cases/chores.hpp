// What the waiting room does by the clock: let people in, hear them, and end what is over.
#pragma once

#include <chrono>
#include <span>
#include <vector>

#include "common/pg/transaction.hpp"
#include "queue-service/domain/silence.hpp"
#include "queue-service/storage/gates.hpp"
#include "queue-service/use_cases/admit.hpp"
#include "queue-service/use_cases/heartbeats.hpp"

namespace frontrow::queue::use_cases {

enum class Chore { admit = 1, sweep };
struct ChoreDone {
    std::vector<TokenId> heard;  ///< heartbeats that were written: to be forgotten once committed
    bool more{false};            ///< a sweep ended as many as it may at once
    bool told{false};            ///< there is something to publish
    Admission admission{};
    std::optional<storage::gates::Totals> totals{};  ///< of all gates, after a sweep
};

/// Does the chores of a batch, each kind once.
class Chores {
  public:
    struct Times {
        std::chrono::milliseconds admission_length;
        std::chrono::milliseconds silence_max;
    };
    Chores(Times times, Heartbeats const& heartbeats)
        : times_{times}, heartbeats_{heartbeats}, silence_{times.silence_max} {}

    /// Outcome i belongs to chore i.
    [[nodiscard]] std::vector<ChoreDone> run(pg::Transaction& tx, std::span<Chore const> chores);

  private:
    [[nodiscard]] ChoreDone sweep(pg::Transaction& tx);

    Times times_;
    Heartbeats const& heartbeats_;
    domain::Silence silence_;
};

}  // namespace frontrow::queue::use_cases
