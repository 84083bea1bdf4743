// Each test has the name of a bug that a model of the consumer caught, and forces the sequence of
// steps in which that bug does harm: docs/decisions/interleavings-forced-by-tests.md.
#include <atomic>
#include <thread>

#include "common/deadletter/operations.hpp"
#include "tests/storage/common-inbox/inbox_database.hpp"
#include "tests/support/database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::inbox {
namespace {

constexpr auto waiting_sessions = "SELECT count(*) FROM pg_locks WHERE NOT granted";

/// Key a has the events 1, 2, 3; key b has 101; key `first`, which is locked before both, has 201.
/// What is in `poison` is refused.
class ConsumerPlantedBug : public ::testing::Test {
  protected:
    kafka::Record a(std::int64_t number) const {
        return record_of({a_, number, ids_.at(number)}, number);
    }
    kafka::Record b(std::int64_t number) const { return record_of({b_, number}, number); }
    kafka::Record first(std::int64_t number) const { return record_of({first_, number}, number); }

    [[nodiscard]] RecordHandler handler() {
        return database_.handler([this](std::int64_t number) {
            return poison_.contains(number) ? Outcome::refused("poison") : Outcome::applied();
        });
    }
    Tally consume(std::vector<kafka::Record> const& records) {
        return database_.consume(records, handler());
    }
    /// Version 1 is dead, and mended by now; version 2 may wait behind it.
    void kill_the_head(std::vector<kafka::Record> const& followers = {}) {
        poison_ = {1};
        consume({a(1)});
        consume(followers);
        poison_.clear();
    }
    Tally replay_the_head() { return consume({database_.replay_of("record_offset = 1")}); }
    void discard_the_head() {
        auto const id =
            Uuid::parse(database_.ask("SELECT id FROM dead_letter WHERE record_offset = 1"));
        auto connection = pg::Connection{database_.service()};
        auto tx = pg::Transaction{connection};
        auto const keep_none = [](std::string_view) {
            return false;
        };
        ASSERT_TRUE(deadletter::operate(tx, {deadletter::Kind::discard, *id, "boss", "because"},
                                        keep_none));
        tx.commit();
    }
    std::string outcome_of(std::int64_t number) {
        return database_.ask("SELECT outcome FROM inbox WHERE record_offset = " +
                             std::to_string(number));
    }

    InboxDatabase database_;
    pg::Connection watcher_{database_.service()};
    TokenId first_{TokenId::draw()};
    TokenId a_{TokenId::draw()};
    TokenId b_{TokenId::draw()};
    std::map<std::int64_t, Uuid> ids_{{1, new_uuid()}, {2, new_uuid()}, {3, new_uuid()}};
    std::set<std::int64_t> poison_;
};

// A replay that claims by insert finds the row of the dead event, and is taken for a duplicate.
TEST_F(ConsumerPlantedBug, insert_claim_on_replay) {
    kill_the_head();
    EXPECT_EQ(replay_the_head().replays, std::vector<std::string>{"applied"});
    EXPECT_EQ(database_.effects(), "1");
}

// A replay that may claim what is parked applies 2 while 1 is dead.
TEST_F(ConsumerPlantedBug, retry_claims_parked) {
    kill_the_head({b(101), a(2)});
    consume({database_.replay_of("record_offset = 2")});
    EXPECT_EQ(database_.effects(), "101");
    EXPECT_EQ(outcome_of(2), "parked");
}

// The process dies between its commit and its offset, and gets 1 again, with 2 behind it.
TEST_F(ConsumerPlantedBug, main_ignores_park) {
    kill_the_head();
    EXPECT_EQ(consume({a(1), b(101), a(2)}).duplicates, 1U);
    EXPECT_EQ(database_.effects(), "101");
    EXPECT_EQ(outcome_of(2), "parked");
}

// 3 is claimed; then the replay of 1 makes its key draining; then 3 looks whether its key waits.
TEST_F(ConsumerPlantedBug, arrival_overtakes_drain) {
    poison_ = {201};
    consume({first(201)});
    kill_the_head({a(2)});
    auto gate = pg::Connection{database_.service()};
    auto held = pg::Transaction{gate};
    gate.run_script("SELECT FROM blocked_keys ORDER BY key LIMIT 1 FOR UPDATE");
    auto arrival = std::jthread{[&] {
        database_.consume({first(202), a(3)}, handler());
    }};
    ASSERT_TRUE(support::until_blocked(watcher_));  // it holds its claims, and has not seen key a
    EXPECT_EQ(replay_the_head().replays, std::vector<std::string>{"applied"});
    EXPECT_EQ(database_.list("SELECT state FROM blocked_keys ORDER BY key"), "blocked,draining");
    held.commit();
    arrival.join();
    EXPECT_EQ(database_.effects(), "1");
    database_.drain(handler());
    EXPECT_EQ(database_.effects(), "1,2,3");
}

// 2 and 3 are about to park; a replay of 1 that does not wait for them finds nobody parked, and the
// drain forgets the key behind which they then wait for ever.
TEST_F(ConsumerPlantedBug, no_key_lock) {
    kill_the_head();
    auto is_over = std::atomic<bool>{false};
    auto other = std::jthread{};
    auto const parking = database_.handler([&](std::int64_t) {  // is asked about 101 only
        other = std::jthread{[&] {
            replay_the_head();
            database_.drain(handler());
            is_over = true;
        }};
        EXPECT_TRUE(support::eventually(
            [&] { return is_over || support::ask(watcher_, waiting_sessions) != "0"; }));
        return Outcome::applied();
    });
    database_.consume({b(101), a(2), a(3)}, parking);
    other.join();
    database_.drain(handler());
    EXPECT_EQ(database_.effects(), "101,1,2,3");
    EXPECT_EQ(database_.ask("SELECT count(*) FROM blocked_keys"), "0");
}

// Two instances have 1: one is about to make it a dead letter, the other has lost the partition and
// does not know. If the second looks at the keys before its claim waits for the first, it
// applies 2.
TEST_F(ConsumerPlantedBug, look_before_claim) {
    auto zombie = std::jthread{};
    auto const refusing = database_.handler([&](std::int64_t) {
        zombie = std::jthread{[&] {
            database_.consume({a(1), a(2)}, database_.handler());
        }};
        EXPECT_TRUE(support::until_blocked(watcher_));
        return Outcome::refused("poison");
    });
    database_.consume({a(1)}, refusing);
    zombie.join();
    EXPECT_EQ(database_.effects(), "");
    EXPECT_EQ(outcome_of(1), "dead");
    EXPECT_EQ(outcome_of(2), "parked");
}

// Who replayed the head dies before it drains: only the database knows that the key is to be
// drained.
TEST_F(ConsumerPlantedBug, drain_in_memory) {
    kill_the_head();
    consume({b(101), a(2), a(3)});
    replay_the_head();
    EXPECT_EQ(database_.effects(), "101,1");
    database_.drain(handler());  // another instance: it has heard nothing
    EXPECT_EQ(database_.effects(), "101,1,2,3");
}

// Two wait behind a head that is discarded.
TEST_F(ConsumerPlantedBug, drain_newest_first) {
    kill_the_head({a(2), a(3)});
    discard_the_head();
    database_.drain(handler());
    EXPECT_EQ(database_.effects(), "2,3");
}

// A replay is still on its way when its letter is discarded: it comes after its follower.
TEST_F(ConsumerPlantedBug, discard_leaves_dead) {
    kill_the_head({a(2)});
    auto const late_replay = database_.replay_of("record_offset = 1");
    discard_the_head();
    database_.drain(handler());
    EXPECT_EQ(consume({late_replay}).replays, std::vector<std::string>{"duplicate"});
    EXPECT_EQ(database_.effects(), "2");
    EXPECT_EQ(outcome_of(1), "discarded");
}

}  // namespace
}  // namespace frontrow::inbox
