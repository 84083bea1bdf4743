// What an operator may do with which dead letter, and what is refused with a reason.
#include "common/deadletter/operations.hpp"

#include "tests/storage/common-inbox/inbox_database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::inbox {
namespace {

using deadletter::Kind;
using deadletter::OperationRefusal;

class Operations : public testing::Test {
  protected:
    /// Version 1 is dead, 2 and 3 wait behind it.
    void make_letters() {
        auto const token = TokenId::draw();
        auto const handler = database_.handler([](std::int64_t number) {
            return number == 1 ? Outcome::refused("poison") : Outcome::applied();
        });
        database_.consume(
            {record_of({token, 1}, 1), record_of({token, 2}, 2), record_of({token, 3}, 3)},
            handler);
    }
    deadletter::OperationOutcome operate(Kind kind, std::string const& condition,
                                         bool keeps = false) {
        auto const id = Uuid::parse(database_.ask("SELECT id FROM dead_letter WHERE " + condition));
        auto tx = pg::Transaction{connection_};
        auto outcome = deadletter::operate(tx, {kind, *id, "boss", "because"},
                                           [&](std::string_view) { return keeps; });
        tx.commit();
        return outcome;
    }

    InboxDatabase database_;
    pg::Connection connection_{database_.service()};
};

TEST_F(Operations, AReplayGoesToTheRetryTopicOfTheGroupAndIsCounted) {
    make_letters();
    auto const outcome = operate(Kind::replay, "state = 'OPEN'");
    ASSERT_TRUE(outcome.has_value());
    EXPECT_EQ(outcome->letter.replay_count, 1);
    EXPECT_EQ(database_.ask("SELECT topic FROM outbox ORDER BY id DESC LIMIT 1"),
              "retry.tests.queue.token.v1");
    EXPECT_EQ(database_.ask(
                  "SELECT changed_by || ' ' || note FROM dead_letter WHERE state = 'REPLAYING'"),
              "boss because");
    // One that got lost on the way can be sent again: the claim takes it once.
    EXPECT_TRUE(operate(Kind::replay, "state = 'REPLAYING'").has_value());
}

TEST_F(Operations, OnlyTheHeadOfAKeyCanBeTouched) {
    make_letters();
    EXPECT_EQ(operate(Kind::replay, "record_offset = 2").error(), OperationRefusal::parked);
    EXPECT_EQ(operate(Kind::discard, "record_offset = 3").error(), OperationRefusal::parked);
}

TEST_F(Operations, ADiscardedEventIsNeverAppliedAndItsFollowersAre) {
    make_letters();
    auto const late_replay = database_.replay_of("state = 'OPEN'");
    ASSERT_TRUE(operate(Kind::discard, "record_offset = 1").has_value());
    database_.consume({late_replay}, database_.handler());
    database_.drain(database_.handler());
    EXPECT_EQ(database_.effects(), "2,3");
    EXPECT_EQ(database_.ask("SELECT state FROM dead_letter WHERE record_offset = 1"), "DISCARDED");
    EXPECT_EQ(operate(Kind::replay, "record_offset = 1").error(),
              OperationRefusal::already_resolved);
}

TEST_F(Operations, WhatMoneyDependsOnCannotBeDiscarded) {
    make_letters();
    EXPECT_EQ(operate(Kind::discard, "record_offset = 1", true).error(),
              OperationRefusal::must_be_replayed);
    EXPECT_EQ(database_.ask("SELECT state FROM dead_letter WHERE record_offset = 1"), "OPEN");
}

TEST_F(Operations, WhatTheConsumerCouldNotTakeIsNotReplayed) {
    auto const old = Uuid::v7_from(*parse_rfc3339("2020-01-01T00:00:00Z"), "0123456789");
    auto large = record_of({TokenId::draw(), 2}, 2);
    large.value = std::string(950'000, 'x');
    database_.consume({record_of({TokenId::draw(), 1, old}, 1), large}, database_.handler());
    EXPECT_EQ(operate(Kind::replay, "record_offset = 1").error(), OperationRefusal::out_of_reach);
    EXPECT_EQ(operate(Kind::replay, "record_offset = 2").error(), OperationRefusal::too_large);
}

TEST_F(Operations, CountsWhatWaitsForAnOperator) {
    make_letters();
    auto tx = pg::Transaction{connection_};
    auto const waiting = deadletter::count_waiting(tx, "tests");
    EXPECT_EQ(waiting.open, 1);
    EXPECT_EQ(waiting.parked, 2);
    EXPECT_EQ(deadletter::count_waiting(tx, "others").open, 0);
}

}  // namespace
}  // namespace frontrow::inbox
