// What every race of many clients at two replicas needs: their answers, and the proof that both
// replicas took part.
#pragma once

#include <map>
#include <mutex>
#include <set>
#include <string>

#include "common/core/uuid.hpp"
#include "tests/support/testing.hpp"
#include "tests/support/whole_stack.hpp"
#include "tests/system/whole/by_many.hpp"
#include "tests/system/whole/expectations.hpp"

namespace frontrow::whole {

using support::Answer;
using support::Headers;
using support::operator+;

inline std::size_t replica_of(int n) {
    return static_cast<std::size_t>(n % 2);
}
inline std::string fresh() {
    return new_uuid().to_string();
}

/// Answers of both replicas, by status. Safe for threads.
class Answers {
  public:
    void add(std::size_t replica, Answer const& answer);
    int count(long status) { return counts_[status]; }
    /// How many replicas answered so.
    std::size_t replicas(long status) { return replicas_[status].size(); }
    /// Of the answers 2xx: the different bodies, and how many were no replay, by each replica.
    [[nodiscard]] std::set<std::string> const& bodies() const { return bodies_; }
    [[nodiscard]] int originals() const { return originals_; }
    [[nodiscard]] std::size_t replicas_of_replays() const { return replaying_.size(); }

  private:
    std::mutex mutex_;
    std::map<long, int> counts_;
    std::map<long, std::set<std::size_t>> replicas_;
    std::set<std::string> bodies_;
    std::set<std::size_t> replaying_;
    int originals_{0};
};

/// Two replicas of booking, payment and queue, and as many partitions: so each replica consumes one
/// of each topic's.
class Rivals : public ::testing::Test {
  protected:
    using Settings = std::map<std::string, std::map<std::string, std::string>>;
    explicit Rivals(Settings settings = {})
        : stack_{{.replicas = 2, .partitions = 2, .settings = std::move(settings)}} {}

    Answer post(std::string const& program, std::size_t replica, std::string const& path,
                std::string const& user, std::string const& idempotency_key,
                std::string const& body = {}, Headers const& more = {});
    Answer reserve(int n, std::string const& show, std::string const& user,
                   std::string const& seats) {
        return post("booking", replica_of(n), "/v1/reservations", user, fresh(), wish(show, seats));
    }
    Answer top_up(std::string const& user, int amount) {
        return post("payment", 0, "/v1/wallet/top-ups", user, fresh(),
                    R"({"amount":{"amount":)" + std::to_string(amount) + R"(,"currency":"EUR"}})");
    }
    /// Races again, `race(0)`, `race(1)`, ..., until `race` says that both replicas had a part in
    /// it: who comes first is a matter of luck, and one may have taken everything.
    template <class Race>
    static void race_until_both_took_part(Race race) {
        constexpr auto rounds_max = 8;
        auto round = 0;
        while (round < rounds_max && !race(round)) {
            ++round;
        }
        EXPECT_LT(round, rounds_max) << "one replica took everything, in every round";
    }
    static std::string wish(std::string const& show, std::string const& seats) {
        return R"({"showId":")" + show + R"(","seatIds":[)" + seats + "]}";
    }
    /// The sum of that metric's series at that replica whose labels have `label` in them.
    [[nodiscard]] double metric(std::string const& program, std::size_t replica,
                                std::string const& name, std::string const& label = {}) const;
    /// From now on a deadlock is found before a lock's time is over, and so counted. Starts both
    /// replicas anew.
    void watch_deadlocks(std::string const& program);
    /// Nobody was the victim of one: that the engine would run it again is no excuse. Ends both.
    void expect_no_deadlock(std::string const& program);

    WholeStack stack_;
};

}  // namespace frontrow::whole
