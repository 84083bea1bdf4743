// Many who want the same at once, at both replicas: seats, groups of seats, and one key.
#include <algorithm>

#include "tests/system/whole/rivals.hpp"

namespace frontrow::whole {
namespace {

class Races : public Rivals {
  protected:
    /// That many reservations of that show have all of their eight seats, and nobody has any other.
    void expect_whole_groups(std::string const& show, int count) {
        auto const of_show = " WHERE show_id = '" + show + "'";
        EXPECT_EQ(stack_.ask("booking", "SELECT count(*) FROM reservations" + of_show),
                  std::to_string(count));
        EXPECT_EQ(stack_.ask("booking",
                             "SELECT count(*) FROM reservations AS r" + of_show +
                                 " AND 8 = (SELECT count(*) FROM seats AS s WHERE s.state = 'HELD' "
                                 "AND s.reservation_id = r.id AND s.seat_no = ANY (r.seats) "
                                 "AND s.fence = 1)"),
                  std::to_string(count));
        EXPECT_EQ(
            stack_.ask("booking", "SELECT count(*) FROM seats" + of_show + " AND state <> 'FREE'"),
            std::to_string(8 * count));
    }
};

TEST_F(Races, OneSeatHasOneWinnerAndBothReplicasTellTheLosers) {
    auto const show = stack_.show(40, 900, 5);
    hold_and_buy(stack_, show, 1);
    auto const prize = stack_.show(1, 900, 0);
    auto answers = Answers{};
    by_many(256, [&](int n) {
        answers.add(replica_of(n), reserve(n, prize, "rival-" + std::to_string(n), "1"));
    });
    EXPECT_EQ(answers.count(201), 1);
    EXPECT_EQ(answers.count(409), 255);
    EXPECT_EQ(answers.replicas(409), 2U) << "the race was at one replica only";
    EXPECT_EQ(
        stack_.ask("booking", "SELECT count(*) FROM reservations WHERE user_id LIKE 'rival-%'"),
        "1");
    EXPECT_EQ(stack_.ask("booking",
                         "SELECT state || ' ' || fence FROM seats WHERE show_id = '" + prize + "'"),
              "HELD 1");
    expect_clean_audit(stack_);
}

TEST_F(Races, GroupsThatOverlapAreHeldWholeOrNotAtAllAndNeverDeadlock) {
    watch_deadlocks("booking");
    race_until_both_took_part([&](int) {
        auto const show = stack_.show(200, 900, 0);
        auto answers = Answers{};
        by_many(512, [&](int n) {
            // Eight neighbours in a circle, named forwards and backwards: locks in both orders.
            auto seats = std::string{};
            for (auto k = 0; k < 8; ++k) {
                auto const seat = 1 + (n * 3 + (n % 4 < 2 ? k : 7 - k)) % 200;
                seats += (k == 0 ? "" : ",") + std::to_string(seat);
            }
            answers.add(replica_of(n), reserve(n, show, "group-" + std::to_string(n), seats));
        });
        EXPECT_GE(answers.count(201), 2);
        EXPECT_EQ(answers.count(201) + answers.count(409), 512);
        expect_whole_groups(show, answers.count(201));
        return answers.replicas(201) == 2U && answers.replicas(409) == 2U;
    });
    expect_no_deadlock("booking");
}

TEST_F(Races, TheSameKeyAHundredTimesAtOnceHasOneEffectAndEqualBytes) {
    auto const show = stack_.show(10, 900, 0);
    auto const expect_one_effect = [](Answers& answers, long status) {
        EXPECT_EQ(answers.count(status), 100);
        EXPECT_EQ(answers.bodies().size(), 1U);
        EXPECT_EQ(answers.originals(), 1) << "all others are replays";
        EXPECT_EQ(answers.replicas(status), 2U);
        EXPECT_EQ(answers.replicas_of_replays(), 2U) << "one replica had no loser";
    };
    auto const at_once = [&](std::string const& program, std::string const& path, long status,
                             std::string const& body) {
        auto answers = Answers{};
        auto const key = fresh();
        by_many(100, [&](int n) {
            answers.add(replica_of(n), post(program, replica_of(n), path, "ann", key, body));
        });
        expect_one_effect(answers, status);
        return answers.bodies().empty() ? std::string{} : *answers.bodies().begin();
    };
    at_once("payment", "/v1/wallet/top-ups", 201, R"({"amount":{"amount":5000,"currency":"EUR"}})");
    EXPECT_EQ(stack_.ask("payment", "SELECT count(*) FROM transfers"), "1");
    EXPECT_EQ(stack_.ask("payment", "SELECT available FROM wallets WHERE user_id = 'ann'"), "5000");
    auto const held =
        Answer{.status = 201,
               .headers = {},
               .body = at_once("booking", "/v1/reservations", 201, wish(show, "1,2"))};
    EXPECT_EQ(stack_.ask("booking", "SELECT count(*) FROM reservations"), "1");
    EXPECT_EQ(stack_.ask("booking", "SELECT count(*) FROM seats WHERE state = 'HELD'"), "2");
    at_once("booking", "/v1/reservations/" + held.member("id") + "/payment", 202, "");
    EXPECT_TRUE(support::eventually([&] {
        return stack_.ask("payment", "SELECT coalesce(string_agg(state, ' '), '') FROM payments") ==
               "CAPTURED";
    }));
    EXPECT_EQ(stack_.ask("payment", "SELECT available FROM wallets WHERE user_id = 'ann'"), "3200");
    EXPECT_EQ(stack_.ask("booking",
                         "SELECT string_agg(split_part(type, '.', 4), ' ' ORDER BY version) "
                         "FROM outbox WHERE topic = 'booking.reservation.v1'"),
              "held payment_requested confirmed");
    auto const queued = stack_.show(10, 900, 5);
    EXPECT_TRUE(support::eventually(
        [&] { return stack_.ask("queue", "SELECT count(*) FROM gates") == "1"; }));
    at_once("queue", "/v1/shows/" + queued + "/queue-tokens", 201, "");
    EXPECT_EQ(stack_.ask("queue", "SELECT count(*) FROM tokens"), "1");
    hold_and_buy(stack_, queued, 1);
    expect_clean_audit(stack_);
}

}  // namespace
}  // namespace frontrow::whole
