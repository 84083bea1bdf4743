// An event has one effect, whoever brings it how often.
#include <thread>

#include "tests/storage/common-inbox/inbox_database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::inbox {
namespace {

TEST(Inbox, TheSameEventOnEightThreadsHasOneEffect) {
    auto database = InboxDatabase{};
    auto const handler = database.handler();
    auto const records = records_of_keys(64);
    auto duplicates = std::atomic<std::size_t>{0};
    {
        auto threads = std::vector<std::jthread>{};
        for (auto i = 0; i < 8; ++i) {
            threads.emplace_back([&, i] {
                auto mine = records;
                std::ranges::rotate(mine, mine.begin() + i * 7);  // everyone in another order
                duplicates += database.consume(mine, handler).duplicates;
            });
        }
    }
    EXPECT_EQ(database.ask("SELECT count(*) FROM effects"), "64");
    EXPECT_EQ(database.ask("SELECT count(DISTINCT number) FROM effects"), "64");
    EXPECT_EQ(database.ask("SELECT count(*) FROM inbox WHERE outcome = 'applied'"), "64");
    EXPECT_EQ(duplicates.load(), 7U * 64U);
}

TEST(Inbox, TwoGroupsOfOneDatabaseBothRun) {
    auto database = InboxDatabase{};
    auto const records = records_of_keys(3);
    database.consume(records, database.handler(), "first");
    database.consume(records, database.handler(), "second");
    EXPECT_EQ(database.effects(), "1,2,3,1,2,3");
}

TEST(Inbox, CopiesInsideOneBatchAreFolded) {
    auto database = InboxDatabase{};
    auto records = records_of_keys(2);
    records.push_back(records[0]);
    records.push_back(records[1]);
    auto const tally = database.consume(records, database.handler());
    EXPECT_EQ(database.effects(), "1,2");
    EXPECT_EQ(tally.duplicates, 2U);
}

TEST(Inbox, TheSameIdWithAnotherPayloadIsADuplicate) {
    auto database = InboxDatabase{};
    auto told = Told{.token = TokenId::draw(), .number = 1};
    database.consume({record_of(told, 1)}, database.handler());
    told.number = 2;
    database.consume({record_of(told, 2)}, database.handler());
    EXPECT_EQ(database.effects(), "1");
}

TEST(Inbox, WhatARolledBackTransactionClaimedIsFresh) {
    auto database = InboxDatabase{};
    auto attempts = 0;
    auto const handler = database.handler([&](std::int64_t) {
        if (++attempts == 1) {
            throw pg::Error{pg::FaultKind::transient, "40001", "planted"};
        }
        return Outcome::applied();
    });
    database.consume(records_of_keys(1), handler);
    EXPECT_EQ(attempts, 2);
    EXPECT_EQ(database.effects(), "1");
}

TEST(Inbox, AFactThatCameTooLateIsRecordedAsIgnoredWithItsReason) {
    auto database = InboxDatabase{};
    auto const handler = database.handler([](std::int64_t) { return Outcome::ignored("expired"); });
    database.consume(records_of_keys(1), handler);
    EXPECT_EQ(database.ask("SELECT outcome || ': ' || reason FROM inbox"), "ignored: expired");
    EXPECT_EQ(database.ask("SELECT count(*) FROM dead_letter"), "0");
}

TEST(Inbox, ItsOldestPartitionStaysWhileItHoldsADeadEvent) {
    auto database = InboxDatabase{};
    auto const day = [&] {
        return database.ask("SELECT min(d) FROM partition_days('inbox') AS d");
    };
    auto const first = day();
    auto const in_first_day = Uuid::v7_from(*parse_rfc3339(first + "T12:00:00Z"), "0123456789");
    auto const poison = record_of({TokenId::draw(), 1, in_first_day}, 1);
    auto const refuse = database.handler([](std::int64_t) { return Outcome::refused("no"); });
    database.consume({poison}, refuse);
    auto service = pg::Connection{database.service()};
    auto const drop = [&] {
        auto tx = pg::Transaction{service};
        drop_partitions(tx, 20);
        tx.commit();
    };
    drop();
    EXPECT_EQ(day(), first);
    database.consume({database.replay_of("record_offset = 1")}, database.handler());
    drop();
    EXPECT_GT(day(), first);
    // What came back from before the oldest partition cannot be told from a duplicate.
    database.consume({poison}, database.handler());
    EXPECT_EQ(database.effects(), "1");
}

}  // namespace
}  // namespace frontrow::inbox
