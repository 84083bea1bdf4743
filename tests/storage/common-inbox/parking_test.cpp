// Nothing overtakes a dead letter of its key: followers park, and drain in order once it is
// resolved.
#include "tests/storage/common-inbox/inbox_database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::inbox {
namespace {

/// Refuses what is in `poison`, until it is taken out.
struct Poisoned {
    std::set<std::int64_t> poison;
    [[nodiscard]] RecordHandler handler(InboxDatabase& database) {
        return database.handler([this](std::int64_t number) {
            return poison.contains(number) ? Outcome::refused("poison") : Outcome::applied();
        });
    }
};

std::vector<kafka::Record> of_key(TokenId token, std::int64_t first, std::int64_t last) {
    auto records = std::vector<kafka::Record>{};
    for (auto number = first; number <= last; ++number) {
        records.push_back(record_of({token, number}, number));
    }
    return records;
}

constexpr auto states = "SELECT state FROM dead_letter ORDER BY record_offset";

TEST(Parking, FollowersInTheSameBatchParkBehindTheRefusedAndOthersGoOn) {
    auto database = InboxDatabase{};
    auto poisoned = Poisoned{{2}};
    auto records = of_key(TokenId::draw(), 1, 4);
    records.push_back(record_of({TokenId::draw(), 100}, 100));
    database.consume(records, poisoned.handler(database));
    EXPECT_EQ(database.effects(), "1,100");
    EXPECT_EQ(database.list(states), "OPEN,PARKED,PARKED");
    EXPECT_EQ(database.ask("SELECT state FROM blocked_keys"), "blocked");
    EXPECT_EQ(database.ask("SELECT count(*) FROM outbox"), "1") << "followers are no dead letters";
}

TEST(Parking, FollowersOfALaterBatchParkAndDrainInOrderAfterTheReplay) {
    auto database = InboxDatabase{};
    auto poisoned = Poisoned{{1}};
    auto const token = TokenId::draw();
    database.consume(of_key(token, 1, 1), poisoned.handler(database));
    database.consume(of_key(token, 2, 3), poisoned.handler(database));
    EXPECT_EQ(database.effects(), "");
    poisoned.poison.clear();
    auto const tally =
        database.consume({database.replay_of("state = 'OPEN'")}, poisoned.handler(database));
    EXPECT_EQ(tally.replays, std::vector<std::string>{"applied"});
    EXPECT_EQ(database.ask("SELECT state FROM blocked_keys"), "draining");
    // A new event of a draining key parks as well: it may not overtake those that wait.
    database.consume(of_key(token, 4, 4), poisoned.handler(database));
    EXPECT_EQ(database.effects(), "1");
    database.drain(poisoned.handler(database));
    EXPECT_EQ(database.effects(), "1,2,3,4");
    EXPECT_EQ(database.list(states), "APPLIED,APPLIED,APPLIED,APPLIED");
    EXPECT_EQ(database.ask("SELECT count(*) FROM blocked_keys"), "0");
    database.consume(of_key(token, 5, 5), poisoned.handler(database));
    EXPECT_EQ(database.effects(), "1,2,3,4,5");
}

TEST(Parking, AFollowerThatFailsInTheDrainIsTheNewHead) {
    auto database = InboxDatabase{};
    auto poisoned = Poisoned{{1, 2}};
    database.consume(of_key(TokenId::draw(), 1, 3), poisoned.handler(database));
    poisoned.poison = {2};
    database.consume({database.replay_of("state = 'OPEN'")}, poisoned.handler(database));
    database.drain(poisoned.handler(database));
    EXPECT_EQ(database.effects(), "1");
    EXPECT_EQ(database.list(states), "APPLIED,OPEN,PARKED");
    EXPECT_EQ(database.ask("SELECT count(*) FROM outbox"), "2");
    EXPECT_EQ(database.ask("SELECT state FROM blocked_keys"), "blocked");
    poisoned.poison.clear();
    database.consume({database.replay_of("state = 'OPEN'")}, poisoned.handler(database));
    database.drain(poisoned.handler(database));
    EXPECT_EQ(database.effects(), "1,2,3");
}

TEST(Parking, AFollowerThatTheDatabaseRejectsInTheDrainIsTheNewHeadToo) {
    auto database = InboxDatabase{};
    auto poisoned = Poisoned{{1}};
    database.consume(of_key(TokenId::draw(), 1, 2), poisoned.handler(database));
    auto const handler = database.handler([](std::int64_t number) {
        if (number == 2) {
            throw pg::Error{pg::FaultKind::item, "23505", "planted"};
        }
        return Outcome::applied();
    });
    database.consume({database.replay_of("state = 'OPEN'")}, handler);
    database.drain(handler);
    EXPECT_EQ(database.list(states), "APPLIED,OPEN");
    EXPECT_EQ(database.ask("SELECT reason FROM dead_letter WHERE state = 'OPEN'"),
              "rejected_by_database");
}

TEST(Replay, OfAnEventThatWasAppliedMeanwhileIsADuplicate) {
    auto database = InboxDatabase{};
    auto poisoned = Poisoned{{1}};
    database.consume(of_key(TokenId::draw(), 1, 1), poisoned.handler(database));
    poisoned.poison.clear();
    auto const replay = database.replay_of("state = 'OPEN'");
    database.consume({replay}, poisoned.handler(database));
    database.consume({replay}, poisoned.handler(database));  // redelivered: it stays APPLIED
    EXPECT_EQ(database.list(states), "APPLIED");
    auto const second = database.replay_of("state = 'APPLIED'");
    auto const tally = database.consume({second}, poisoned.handler(database));
    EXPECT_EQ(tally.replays, std::vector<std::string>{"duplicate"});
    EXPECT_EQ(database.list(states), "DUPLICATE");
    EXPECT_EQ(database.effects(), "1");
}

TEST(Replay, ThatFailsAgainOpensTheLetterAgainAndKeepsTheKeyBlocked) {
    auto database = InboxDatabase{};
    auto poisoned = Poisoned{{1}};
    database.consume(of_key(TokenId::draw(), 1, 2), poisoned.handler(database));
    auto const replay = database.replay_of("state = 'OPEN'");
    auto const tally = database.consume({replay}, poisoned.handler(database));
    EXPECT_EQ(tally.replays, std::vector<std::string>{"failed"});
    EXPECT_EQ(database.list(states), "OPEN,PARKED");
    EXPECT_EQ(database.ask("SELECT state FROM blocked_keys"), "blocked");
    EXPECT_EQ(database.ask("SELECT outcome FROM inbox WHERE record_offset = 1"), "dead");
    poisoned.poison.clear();
    database.consume({replay}, poisoned.handler(database));
    database.drain(poisoned.handler(database));
    EXPECT_EQ(database.effects(), "1,2");
}

TEST(Replay, NeverClaimsAParkedFollower) {
    auto database = InboxDatabase{};
    auto poisoned = Poisoned{{1}};
    database.consume(of_key(TokenId::draw(), 1, 2), poisoned.handler(database));
    auto const follower = database.replay_of("state = 'PARKED'");
    database.consume({follower}, poisoned.handler(database));
    EXPECT_EQ(database.effects(), "");
    EXPECT_EQ(database.ask("SELECT outcome FROM inbox WHERE record_offset = 2"), "parked");
}

TEST(Replay, ARecordThatNobodySentFromADeadLetterChangesNothing) {
    auto database = InboxDatabase{};
    auto record = record_of({TokenId::draw(), 1}, 1);
    record.topic = "retry.tests.queue.token.v1";
    database.consume({record}, database.handler());
    EXPECT_EQ(database.effects(), "");
    EXPECT_EQ(database.ask("SELECT count(*) FROM inbox"), "0");
}

}  // namespace
}  // namespace frontrow::inbox
