// Many who want the same at once, at both replicas.
#include <map>
#include <mutex>
#include <set>

#include "common/core/uuid.hpp"
#include "tests/system/whole/by_many.hpp"
#include "tests/system/whole/expectations.hpp"

namespace frontrow::whole {
namespace {

using support::Answer;
using support::operator+;

std::string seats_wanted(std::string const& show, std::string const& seats) {
    return R"({"showId":")" + show + R"(","seatIds":[)" + seats + "]}";
}

/// Answers of both replicas, by status.
class Answers {
  public:
    void add(std::size_t replica, Answer const& answer) {
        auto const lock = std::scoped_lock{mutex_};
        ++counts_[answer.status];
        replicas_[answer.status].insert(replica);
        if (answer.status / 100 == 2) {
            bodies_.insert(answer.body);
        }
    }
    int count(long status) { return counts_[status]; }
    std::size_t replicas(long status) { return replicas_[status].size(); }
    [[nodiscard]] std::set<std::string> const& bodies() const { return bodies_; }

  private:
    std::mutex mutex_;
    std::map<long, int> counts_;
    std::map<long, std::set<std::size_t>> replicas_;
    std::set<std::string> bodies_;
};

class Races : public ::testing::Test {
  protected:
    Answer post(std::string const& program, std::size_t replica, std::string const& path,
                std::string const& user, std::string const& idempotency_key,
                std::string const& body) {
        return support::HttpClient{}.request("POST", stack_.url(program, replica) + path,
                                             stack_.as(user) + support::key(idempotency_key), body);
    }
    static std::string fresh() { return new_uuid().to_string(); }
    static std::size_t replica_of(int n) { return static_cast<std::size_t>(n % 2); }

    WholeStack stack_{{.replicas = 2}};
};

TEST_F(Races, OneSeatHasOneWinnerAndGroupsThatOverlapAreHeldWholeOrNotAtAll) {
    auto const show = stack_.show(40, 900, 0);
    auto single = Answers{};
    by_many(128, [&](int n) {
        single.add(replica_of(n),
                   post("booking", replica_of(n), "/v1/reservations", "rival-" + std::to_string(n),
                        fresh(), seats_wanted(show, "1")));
    });
    EXPECT_EQ(single.count(201), 1);
    EXPECT_EQ(single.count(409), 127);
    EXPECT_EQ(single.replicas(409), 2U);
    auto groups = Answers{};
    by_many(200, [&](int n) {
        // Four neighbours in a circle, named forwards and backwards: locks in both orders.
        auto seats = std::string{};
        for (auto k = 0; k < 4; ++k) {
            auto const seat = 2 + (n * 3 + (n % 4 < 2 ? k : 3 - k)) % 38;
            seats += (k == 0 ? "" : ",") + std::to_string(seat);
        }
        groups.add(replica_of(n),
                   post("booking", replica_of(n), "/v1/reservations", "group-" + std::to_string(n),
                        fresh(), seats_wanted(show, seats)));
    });
    EXPECT_GE(groups.count(201), 2);
    EXPECT_EQ(groups.count(201) + groups.count(409), 200);
    EXPECT_EQ(groups.replicas(409), 2U);
    EXPECT_EQ(stack_.ask("booking", "SELECT count(*) FROM seats WHERE state = 'HELD'"),
              std::to_string(1 + 4 * groups.count(201)));
    EXPECT_EQ(stack_.ask("booking", "SELECT count(*) FROM reservations"),
              std::to_string(1 + groups.count(201)));
}

TEST_F(Races, TheSameKeyAHundredTimesAtOnceHasOneEffectAndOneAnswer) {
    auto const show = stack_.show(10, 900, 0);
    auto held = Answers{};
    auto paid_in = Answers{};
    auto const of_hold = fresh();
    auto const of_top_up = fresh();
    by_many(100, [&](int n) {
        held.add(replica_of(n), post("booking", replica_of(n), "/v1/reservations", "ann", of_hold,
                                     seats_wanted(show, "1,2")));
        paid_in.add(replica_of(n),
                    post("payment", replica_of(n), "/v1/wallet/top-ups", "ann", of_top_up,
                         R"({"amount":{"amount":500,"currency":"EUR"}})"));
    });
    EXPECT_EQ(held.count(201), 100);
    EXPECT_EQ(held.bodies().size(), 1U);
    EXPECT_EQ(held.replicas(201), 2U);
    EXPECT_EQ(paid_in.count(201), 100);
    EXPECT_EQ(paid_in.bodies().size(), 1U);
    EXPECT_EQ(paid_in.replicas(201), 2U);
    EXPECT_EQ(stack_.ask("booking", "SELECT count(*) FROM reservations"), "1");
    EXPECT_EQ(stack_.ask("payment", "SELECT available FROM wallets WHERE user_id = 'ann'"), "500");
    EXPECT_EQ(stack_.ask("payment", "SELECT count(*) FROM transfers"), "1");
}

}  // namespace
}  // namespace frontrow::whole
