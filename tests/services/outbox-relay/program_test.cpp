// The relay as a program, and what happens when it is killed, frozen, or one of two.
#include <thread>

#include "tests/services/outbox-relay/relay_world.hpp"

namespace frontrow::relay {
namespace {

class RelayProcess : public RelayWorld {
  protected:
    std::map<std::string, std::string> settings(std::string const& lease = "10s") const {
        return {{"FRONTROW_RELAY__BOOKING__URL", relay_url_},
                {"FRONTROW_RELAY__KAFKA__BOOTSTRAP_SERVERS", support::kafka().bootstrap_servers()},
                {"FRONTROW_RELAY__TOPICS__PREFIX", prefix_},
                {"FRONTROW_RELAY__LEASE__DURATION", lease},
                {"FRONTROW_RELAY__LOG__LEVEL", "error"}};
    }
    std::string epoch() { return ask("SELECT epoch::text FROM relay_cursor"); }
    bool all_published() {
        return support::eventually([&] {
            return ask("SELECT window_snapshot IS NULL AND old_snapshot IS NOT NULL "
                       "AND NOT EXISTS (SELECT FROM outbox WHERE NOT "
                       "pg_visible_in_snapshot(tx, old_snapshot)) FROM relay_cursor") == "t";
        });
    }
};

TEST_F(RelayProcess, LosesNothingAndKeepsTheOrderOfEachKeyThroughManyKills) {
    auto keys = std::vector<std::string>{};
    for (auto n = 0; n < 20; ++n) {
        keys.push_back("k" + std::to_string(n) + "-");
    }
    constexpr auto rounds = 5;
    constexpr auto versions_each = 12;
    for (auto round = 0; round < rounds; ++round) {
        auto relay = RelayProgram{settings()};
        auto const before = epoch();
        fill(keys, versions_each, 1 + round * versions_each);
        ASSERT_TRUE(support::eventually([&] { return epoch() != before; }));
        // Killed at another place of its work each time.
        std::this_thread::sleep_for(std::chrono::milliseconds{17 * round});
        relay.kill();
    }
    auto relay = RelayProgram{settings()};
    ASSERT_TRUE(all_published());
    auto values = published(keys.size() * versions_each * rounds);
    for (auto const& key : keys) {
        EXPECT_EQ(first_occurrences(values[key]), versions(key, versions_each * rounds));
    }
}

TEST_F(RelayProcess, PublishesWithOneOfTwoAndWithTheOtherOnceThatOneIsKilled) {
    auto first = RelayProgram{settings()};
    ASSERT_TRUE(support::eventually([&] { return epoch() == "1"; }));
    auto second = RelayProgram{settings()};
    fill({"a", "b"}, 20);
    ASSERT_TRUE(all_published());
    EXPECT_EQ(epoch(), "1");
    EXPECT_EQ(published(40).size(), 2U);
    first.kill();
    fill({"a", "b"}, 20, 21);
    ASSERT_TRUE(all_published());
    EXPECT_EQ(epoch(), "2");
    auto values = published(80);
    EXPECT_EQ(first_occurrences(values["a"]), versions("a", 40));
    EXPECT_EQ(first_occurrences(values["b"]), versions("b", 40));
}

TEST_F(RelayProcess, IsFencedWhenItWakesAfterItsLeaseAndOnlyRepeats) {
    auto frozen = RelayProgram{settings("300ms")};
    ASSERT_TRUE(support::eventually([&] { return epoch() == "1"; }));
    fill({"a", "b"}, 60);
    frozen.signal(SIGSTOP);
    auto rival = RelayProgram{settings("300ms")};
    ASSERT_TRUE(support::eventually([&] { return epoch() == "2"; }));
    fill({"a", "b"}, 20, 61);
    ASSERT_TRUE(all_published());
    frozen.signal(SIGCONT);
    fill({"a", "b"}, 20, 81);
    ASSERT_TRUE(all_published());
    // It neither moved the cursor nor took the lease back while the rival keeps it.
    EXPECT_EQ(epoch(), "2");
    auto values = published(200);
    EXPECT_EQ(first_occurrences(values["a"]), versions("a", 100));
    EXPECT_EQ(first_occurrences(values["b"]), versions("b", 100));
}

TEST_F(RelayProcess, StopsTheKeyOfAnOversizedRowAndShowsIt) {
    insert_octets(writer_, "big", std::string(1'200'000, 'x'));
    insert(writer_, "big", 2);
    fill({"a"}, 3);
    auto relay = RelayProgram{settings()};
    ASSERT_TRUE(all_published());
    EXPECT_EQ(ask("SELECT count(*) FROM outbox_stopped WHERE key = 'big'"), "2");
    auto values = published(3);
    EXPECT_EQ(values["a"], versions("a", 3));
    EXPECT_EQ(values.size(), 1U);
}

TEST_F(RelayProcess, FinishesAndGivesItsLeaseBackWhenItIsToldToStop) {
    auto relay = RelayProgram{settings()};
    fill({"a"}, 20);
    ASSERT_TRUE(all_published());
    EXPECT_TRUE(relay.stop());
    EXPECT_EQ(ask("SELECT lease_until IS NULL FROM relay_cursor"), "t");
    EXPECT_EQ(published(20)["a"], versions("a", 20));
}

}  // namespace
}  // namespace frontrow::relay
