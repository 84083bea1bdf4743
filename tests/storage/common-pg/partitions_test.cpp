// Partitions are there ahead of time, made by whoever comes first.
#include "common/pg/partitions.hpp"

#include <future>

#include "test-common-migrations.hpp"
#include "tests/support/database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::pg {
namespace {

using support::ask;
using support::connect;
using support::postgres;

class Partitions : public ::testing::Test {
  protected:
    std::string url_ = support::migrated_database("common", test_common_migrations());
    Connection owner_ = connect(url_);
    Connection service_ = connect(postgres().as_role("booking", url_));
};

TEST_F(Partitions, AreTwoWeeksAheadAfterTheMigration) {
    EXPECT_EQ(partition_days_ahead(service_), 14);
    EXPECT_EQ(ensure_partitions(service_), 0);
    EXPECT_EQ(ask(owner_, "SELECT count(*) FROM partition_days('outbox')"), "16");
}

TEST_F(Partitions, AreMadeByAServiceThatMayMakeNothingElse) {
    EXPECT_EQ(ensure_partitions(service_, 17), 3);
    EXPECT_EQ(ensure_partitions(service_, 17), 0);
    EXPECT_EQ(partition_days_ahead(service_), 17);
    EXPECT_THROW(service_.run_script("CREATE TABLE public.mine (a integer)"), Error);
    EXPECT_THROW(ensure_partitions(service_, 100'000), Error);
}

TEST_F(Partitions, CountAheadByTheTableThatHasFewest) {
    owner_.run_script(
        "CREATE TABLE inbox (event_id uuid PRIMARY KEY) PARTITION BY RANGE (event_id);"
        "INSERT INTO partitioned_tables VALUES ('inbox', 'uuid_v7', 2, '1 day')");
    EXPECT_LT(partition_days_ahead(service_), 0);
    EXPECT_EQ(ensure_partitions(service_), 17);
    EXPECT_EQ(partition_days_ahead(service_), 14);
}

TEST_F(Partitions, TakeUuidsByTheTimeInThem) {
    owner_.run_script(
        "CREATE TABLE inbox (event_id uuid PRIMARY KEY) PARTITION BY RANGE (event_id);"
        "INSERT INTO partitioned_tables VALUES ('inbox', 'uuid_v7', 0, '1 day')");
    ensure_partitions(service_);
    constexpr auto insert = Statement{"insert", "INSERT INTO inbox VALUES ($1)"};
    auto const today = std::chrono::floor<std::chrono::days>(SystemClock{}.now());
    auto const seed = std::string(10, 'x');
    owner_.query(insert, Uuid::v7_from(today, seed));
    owner_.query(insert, Uuid::v7_from(today + std::chrono::days{1}, seed));
    auto const rows_of = [&](int days) {
        return ask(owner_, "SELECT count(*) FROM inbox_" +
                               ask(owner_, "SELECT to_char((now() AT TIME ZONE 'UTC')::date + " +
                                               std::to_string(days) + ", 'YYYYMMDD')"));
    };
    EXPECT_EQ(rows_of(0), "1");
    EXPECT_EQ(rows_of(1), "1");
    EXPECT_THROW(owner_.query(insert, Uuid::v7_from(today - std::chrono::milliseconds{1}, seed)),
                 Error);
}

TEST_F(Partitions, AreMadeOnceByManyAtOnceWhileRowsGoIn) {
    auto runs = std::vector<std::future<std::int32_t>>{};
    auto writer = Transaction{owner_};
    owner_.run_script(
        "INSERT INTO outbox (event_id, aggregatetype, aggregateid, type, topic, time, traceparent, "
        "correlation_id, causation_id) VALUES (gen_random_uuid(), '', '', '', '', now(), '', '', "
        "'')");
    for (auto i = 0; i < 4; ++i) {
        runs.push_back(std::async(std::launch::async, [&] {
            auto connection = connect(postgres().as_role("booking", url_));
            return ensure_partitions(connection, 20);
        }));
    }
    auto made = 0;
    for (auto& run : runs) {
        made += run.get();  // while the writer's transaction is still open
    }
    EXPECT_EQ(made, 6);
    writer.commit();
}

}  // namespace
}  // namespace frontrow::pg
