// Migrations: once, in order, together with others, and never silently different.
#include "common/pg/migrations.hpp"

#include <array>
#include <future>

#include "test-common-migrations.hpp"
#include "tests/support/database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::pg {
namespace {

using support::ask;
using support::connect;
using support::postgres;

auto const two =
    std::array{Migration{"seats/0001_seats.sql",
                         "CREATE TABLE seats (n integer); INSERT INTO seats VALUES (1)"},
               Migration{"seats/0002_more.sql",
                         "INSERT INTO seats VALUES (2);"
                         "GRANT SELECT ON seats TO @service_role@, @relay_role@"}};

TEST(Migrations, AreAppliedOnceAndInOrder) {
    auto connection = connect(postgres().fresh_database());
    EXPECT_EQ(missing_migrations(connection, two),
              (std::vector<std::string>{"seats/0001_seats.sql", "seats/0002_more.sql"}));
    auto const first = migrate(connection, std::span{two}.first(1), "booking", "relay");
    EXPECT_EQ(first.applied, (std::vector<std::string>{"seats/0001_seats.sql"}));
    EXPECT_EQ(missing_migrations(connection, two),
              (std::vector<std::string>{"seats/0002_more.sql"}));
    auto const second = migrate(connection, two, "booking", "relay");
    EXPECT_EQ(second.applied, (std::vector<std::string>{"seats/0002_more.sql"}));
    EXPECT_EQ(second.present, 1U);
    auto const third = migrate(connection, two, "booking", "relay");
    EXPECT_TRUE(third.applied.empty());
    EXPECT_EQ(third.present, 2U);
    EXPECT_EQ(ask(connection, "SELECT count(*) FROM seats"), "2");
}

TEST(Migrations, GrantToTheRolesThatTheyAreGiven) {
    auto const url = postgres().fresh_database();
    auto connection = connect(url);
    migrate(connection, two, "booking", "relay");
    for (auto const* role : {"booking", "relay"}) {
        auto service = connect(postgres().as_role(role, url));
        EXPECT_EQ(ask(service, "SELECT count(*) FROM seats"), "2") << role;
        EXPECT_TRUE(missing_migrations(service, two).empty()) << role;
    }
    auto stranger = connect(postgres().as_role("queue", url));
    EXPECT_THROW(ask(stranger, "SELECT count(*) FROM seats"), Error);
}

TEST(Migrations, GrantToTheirOwnerWhenNoRoleIsGiven) {
    auto connection = connect(postgres().fresh_database());
    EXPECT_EQ(migrate(connection, two, "", "").applied.size(), 2U);
}

TEST(Migrations, StartedByManyAtOnceAreAppliedByOne) {
    auto const url = postgres().fresh_database();
    auto runs = std::vector<std::future<std::size_t>>{};
    for (auto i = 0; i < 6; ++i) {
        runs.push_back(std::async(std::launch::async, [&] {
            auto connection = connect(url);
            return migrate(connection, two, "booking", "relay").applied.size();
        }));
    }
    auto applied = std::size_t{0};
    for (auto& run : runs) {
        applied += run.get();
    }
    EXPECT_EQ(applied, 2U);
    auto connection = connect(url);
    EXPECT_EQ(ask(connection, "SELECT count(*) FROM seats"), "2");
}

TEST(Migrations, ThatWereChangedAfterwardsAreRefusedByName) {
    auto connection = connect(postgres().fresh_database());
    migrate(connection, two, "booking", "relay");
    auto changed = two;
    changed[1].sql = "INSERT INTO seats VALUES (3)";
    try {
        migrate(connection, changed, "booking", "relay");
        FAIL() << "a changed migration was accepted";
    } catch (std::runtime_error const& refusal) {
        EXPECT_NE(std::string{refusal.what()}.find("seats/0002_more.sql"), std::string::npos);
    }
    EXPECT_EQ(ask(connection, "SELECT count(*) FROM seats"), "2");
}

TEST(Migrations, OfANewerProgramAreRefusedByAnOlderOne) {
    auto connection = connect(postgres().fresh_database());
    migrate(connection, two, "booking", "relay");
    try {
        migrate(connection, std::span{two}.first(1), "booking", "relay");
        FAIL() << "an older program took a newer schema";
    } catch (std::runtime_error const& refusal) {
        EXPECT_NE(std::string{refusal.what()}.find("seats/0002_more.sql"), std::string::npos);
    }
}

TEST(Migrations, ThatFailLeaveNothingOfThemselvesAndAllBeforeThem) {
    auto connection = connect(postgres().fresh_database());
    auto broken = two;
    broken[1].sql = "CREATE TABLE half (n integer); SELECT nonsense";
    try {
        migrate(connection, broken, "booking", "relay");
        FAIL() << "nonsense was applied";
    } catch (Error const& fault) {
        EXPECT_NE(std::string{fault.what()}.find("seats/0002_more.sql"), std::string::npos);
        EXPECT_EQ(fault.kind(), FaultKind::outage);
    }
    EXPECT_EQ(ask(connection, "SELECT to_regclass('half') IS NULL"), "t");
    EXPECT_EQ(missing_migrations(connection, two),
              (std::vector<std::string>{"seats/0002_more.sql"}));
    EXPECT_EQ(migrate(connection, two, "booking", "relay").applied.size(), 1U);
}

TEST(Migrations, AreEmbeddedInTheOrderOfTheirFolders) {
    auto names = std::vector<std::string>{};
    for (auto const& migration : test_common_migrations()) {
        names.emplace_back(migration.name);
    }
    EXPECT_THAT(names,
                ::testing::ElementsAre("pg/0001_partitions.sql", "idempotency/0001_idempotency.sql",
                                       "idempotency/0002_answered_keys.sql",
                                       "idempotency/0003_keys_without_an_index_of_times.sql",
                                       "outbox/0001_outbox.sql", "outbox/0002_relay.sql"));
}

}  // namespace
}  // namespace frontrow::pg
