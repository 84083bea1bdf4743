// Many at one gate: never above capacity, no number twice, none left out.
#include <atomic>
#include <latch>

#include "tests/storage/queue-service/database.hpp"

namespace frontrow::queue {
namespace {

/// Runs `work(worker, connection)` on each of the workers, all at once.
template <class Work>
void race(std::string const& url, int workers, Work work) {
    auto ready = std::latch{workers};
    auto threads = std::vector<std::jthread>{};
    for (auto worker = 0; worker < workers; ++worker) {
        threads.emplace_back([&, worker] {
            auto connection = support::connect(url);
            ready.arrive_and_wait();
            work(worker, connection);
        });
    }
}

TEST(SixtyFourJoiners, GetNumbersWithoutAGapAndOneTokenAUser) {
    auto const url = queue_database();
    let_count_events(url);
    auto connection = support::connect(url);
    auto const show = opened_gate(connection, 10);
    auto made = std::atomic{0};
    race(url, 64, [&](int worker, pg::Connection& mine) {
        auto lines = use_cases::Lines{};
        auto const who = static_cast<std::size_t>(worker % 32);  // two of each at once
        auto const batch = std::vector{user(who), user(1000 + who), user(who)};
        for (auto const& token : joined(mine, show, batch, lines)) {
            made += token.is_new ? 1 : 0;
        }
    });
    EXPECT_EQ(made, 64);
    EXPECT_EQ(support::ask(connection,
                           "SELECT count(DISTINCT number) || ' ' || max(number) || ' ' "
                           "|| count(DISTINCT user_id) FROM tokens"),
              "64 64 64");
    EXPECT_EQ(broken_rule(connection), "");
}

TEST(TwoAdmitters, NeverLetInMoreThanThereArePlaces) {
    auto const url = queue_database();
    let_count_events(url);
    auto connection = support::connect(url);
    auto const show = opened_gate(connection, 5);
    auto const tokens = joined(connection, show, 300);
    auto let_in = std::atomic<std::size_t>{0};
    auto busy = std::atomic{0};
    race(url, 6, [&](int worker, pg::Connection& mine) {
        if (worker < 2) {
            auto others = 0;
            while (let_in < 300 && others < 100'000) {
                auto const some = admitted(mine);
                let_in += some;
                busy += some > 0 ? 1 << (16 * worker) : 0;
                ++others;
            }
            return;
        }
        while (let_in < 300) {  // those inside leave as fast as they can
            auto const inside = mine.run_script(
                "SELECT number FROM tokens WHERE state = 'ADMITTED' ORDER BY random() LIMIT 2");
            EXPECT_LE(std::stoi(support::ask(mine, "SELECT active FROM gates")), 5);
            for (auto i = 0; i < inside.size(); ++i) {
                auto const number = std::stoul(inside[i].string(0));
                EXPECT_TRUE(left(mine, tokens[number - 1].view.token));
            }
        }
    });
    EXPECT_EQ(let_in, 300U);
    EXPECT_GT(busy & 0xffff, 0) << "the first admitter let nobody in";
    EXPECT_GT(busy >> 16, 0) << "the second admitter let nobody in";
    EXPECT_EQ(broken_rule(connection), "");
}

TEST(OnePlace, IsFreedOnceHoweverManyEndTheAdmission) {
    auto const url = queue_database();
    let_count_events(url);
    auto connection = support::connect(url);
    auto const show = opened_gate(connection, 2);
    for (auto round = std::size_t{0}; round < 10; ++round) {
        auto lines = use_cases::Lines{};
        // The first round fills both places; each later one only the place that was freed.
        auto const users = round == 0 ? std::vector{user(0), user(100)} : std::vector{user(round)};
        auto const token = joined(connection, show, users, lines)[0].view.token;
        EXPECT_EQ(admitted(connection), round == 0 ? 2U : 1U);
        connection.run_script(
            "UPDATE tokens SET expires_at = now() WHERE state = 'ADMITTED' "
            "AND id = '" +
            token.id.to_string() + "'");
        auto facts = events::ReservationFacts{};
        facts.reservation = ReservationId::draw();
        facts.show = show;
        facts.token = token.id;
        race(url, 9, [&](int worker, pg::Connection& mine) {
            if (worker % 3 == 0) {
                EXPECT_TRUE(left(mine, token));
            } else if (worker % 3 == 1) {
                std::ignore = consumed(mine, {event_of(events::ReservationConfirmed{facts})});
            } else {
                std::ignore = committed(mine, use_cases::expire_overdue);
            }
        });
        EXPECT_EQ(support::ask(connection, "SELECT active FROM gates"), "1");
        EXPECT_EQ(broken_rule(connection), "");
    }
}

}  // namespace
}  // namespace frontrow::queue
