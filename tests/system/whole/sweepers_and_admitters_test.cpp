// Two processes that do the same by the clock: both work, and together they do it once.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <set>
#include <thread>

#include "tests/system/whole/rivals.hpp"

namespace frontrow::whole {
namespace {

using namespace std::chrono_literals;

class TwoSweepers : public Rivals {
  protected:
    TwoSweepers()
        : Rivals{{{"booking", {{"HOLD__DURATION", "300ms"}, {"SWEEPER__INTERVAL", "1ms"}}}}} {}

    double expired(std::size_t replica) {
        return metric("booking", replica, "frontrow_sweeper_expired_total");
    }
    double passed_by(std::size_t replica) {
        return metric("booking", replica, "frontrow_sweeper_passed_by_total");
    }
    /// Both swept something, and both came second to something.
    bool race_took_place() {
        return expired(0) > 0 && expired(1) > 0 && passed_by(0) > 0 && passed_by(1) > 0;
    }
};

TEST_F(TwoSweepers, ExpireEachHoldOnce) {
    constexpr auto seats = 256;
    constexpr auto rounds_max = 40;
    auto const show = stack_.show(seats, 900, 0);
    auto held = std::atomic{0};
    for (auto round = 0; round < rounds_max && (round < 4 || !race_took_place()); ++round) {
        by_many(seats, [&](int n) {
            auto const answer =
                reserve(n, show, "holder-" + std::to_string(n), std::to_string(n + 1));
            held += answer.status == 201 ? 1 : 0;
        });
        EXPECT_TRUE(support::eventually([&] {
            return stack_.ask("booking",
                              "SELECT count(*) FROM reservations WHERE state = 'HELD'") == "0";
        }));
    }
    EXPECT_TRUE(race_took_place()) << expired(0) << " and " << expired(1) << " expired, "
                                   << passed_by(0) << " and " << passed_by(1) << " passed by";
    EXPECT_EQ(expired(0) + expired(1), held);
    auto const all = std::to_string(held);
    EXPECT_EQ(stack_.ask("booking",
                         "SELECT count(*) FROM reservations WHERE state = 'EXPIRED' "
                         "AND version = 2"),
              all);
    EXPECT_EQ(stack_.ask("booking",
                         "SELECT count(*) || ' ' || count(DISTINCT key) FROM outbox "
                         "WHERE type LIKE '%.reservation.expired.v1'"),
              all + " " + all);
    EXPECT_EQ(stack_.ask("booking", "SELECT count(*) FROM seats WHERE state <> 'FREE'"), "0");
    auto const audited = stack_.audit(90s);
    EXPECT_EQ(audited.with_verdict("broken"), "") << audited.output;
}

class TwoAdmitters : public Rivals {
  protected:
    TwoAdmitters() : Rivals{{{"queue", {{"ADMISSION__TICK", "1ms"}}}}} {}

    double admitted(std::size_t replica) {
        return metric("queue", replica, "frontrow_queue_admitted_total");
    }
    double outrun(std::size_t replica) {
        return metric("queue", replica, "frontrow_queue_outrun_total");
    }
    bool race_took_place() {
        return admitted(0) > 0 && admitted(1) > 0 && outrun(0) > 0 && outrun(1) > 0;
    }
    Answer look(int n, std::string const& user, std::string const& token) {
        return support::HttpClient{}.request(
            "GET", stack_.url("queue", replica_of(n)) + "/v1/queue-tokens/" + token,
            stack_.as(user));
    }
};

/// How many are inside, as they see it themselves: never more than there really are.
class Inside {
  public:
    void enter() {
        auto const now = ++now_;
        for (auto most = most_.load(); most < now && !most_.compare_exchange_weak(most, now);) {
        }
    }
    void leave() { --now_; }
    [[nodiscard]] int most() const { return most_; }

  private:
    std::atomic<int> now_{0};
    std::atomic<int> most_{0};
};

TEST_F(TwoAdmitters, NeverLetInMoreThanThereArePlaces) {
    constexpr auto places = 5;
    constexpr auto people = 256;
    constexpr auto rounds_max = 10;
    auto const show = stack_.show(20, 900, places);
    EXPECT_TRUE(support::eventually(
        [&] { return stack_.ask("queue", "SELECT count(*) FROM gates") == "1"; }));
    auto inside = Inside{};
    auto waited = Answers{};
    auto come_and_go = [&](int n) {
        auto const user = "visitor-" + fresh();
        auto const joined =
            post("queue", replica_of(n), "/v1/shows/" + show + "/queue-tokens", user, fresh());
        auto const token = joined.member("id");
        auto seen = look(n, user, token);
        for (auto asked = n; seen.member("state") == "WAITING"; seen = look(++asked, user, token)) {
            waited.add(replica_of(asked), seen);
            std::this_thread::sleep_for(5ms);
        }
        EXPECT_EQ(seen.member("state"), "ADMITTED") << seen.body;
        inside.enter();
        inside.leave();
        auto const left = support::HttpClient{}.request(
            "DELETE", stack_.url("queue", replica_of(n)) + "/v1/queue-tokens/" + token,
            stack_.as(user));
        EXPECT_EQ(left.status, 204) << left.body;
    };
    auto rounds = 0;
    auto most = 0;
    {
        auto const watch = std::jthread{[&](std::stop_token stop) {
            while (!stop.stop_requested()) {
                most = std::max(most, std::stoi(stack_.ask("queue",
                                                           "SELECT count(*) FROM tokens "
                                                           "WHERE state = 'ADMITTED'")));
            }
        }};
        do {
            by_many(people, come_and_go);
        } while (++rounds < rounds_max && !race_took_place());
    }
    EXPECT_EQ(most, places) << "all places were taken at times, and never more";
    EXPECT_TRUE(race_took_place()) << admitted(0) << " and " << admitted(1) << " admitted, "
                                   << outrun(0) << " and " << outrun(1) << " outrun";
    EXPECT_EQ(waited.replicas(200), 2U);
    EXPECT_LE(inside.most(), places);
    EXPECT_EQ(admitted(0) + admitted(1), rounds * people);
    EXPECT_EQ(stack_.ask("queue", "SELECT count(*) FROM tokens WHERE state = 'LEFT'"),
              std::to_string(rounds * people));
    EXPECT_EQ(stack_.ask("queue", "SELECT active || ' ' || waiting FROM gates"), "0 0");
    hold_and_buy(stack_, show, 1);
    expect_clean_audit(stack_);
}

}  // namespace
}  // namespace frontrow::whole
