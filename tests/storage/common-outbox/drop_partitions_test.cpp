// When a partition of the outbox may go: only when all of it is published, and not too soon.
#include "test-common-migrations.hpp"
#include "tests/support/database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::outbox {
namespace {

using support::ask;
using support::connect;
using support::postgres;

class OldPartitions : public ::testing::Test {
  protected:
    OldPartitions() {
        owner_.run_script(R"sql(
            DO $$
            DECLARE day date := (now() AT TIME ZONE 'UTC')::date - 10;
            BEGIN
                EXECUTE format('CREATE TABLE outbox_%s PARTITION OF outbox'
                               ' FOR VALUES FROM (%L) TO (%L)',
                               to_char(day, 'YYYYMMDD'), partition_bound('time', day),
                               partition_bound('time', day + 1));
            END $$)sql");
    }
    static std::string insert_old_row() {
        return "INSERT INTO outbox (event_id, aggregatetype, aggregateid, type, topic, time, "
               "traceparent, correlation_id, causation_id, created_at) VALUES "
               "(gen_random_uuid(), 'a', 'b', 'c', 'd', now(), '', '', '', "
               "date_trunc('day', now() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC' "
               "- interval '10 days' + interval '1 hour')";
    }
    /// As the relay stores it at the end of a window.
    void publish_all_that_is_visible() {
        relay_.run_script(
            "UPDATE relay_cursor SET old_snapshot = pg_current_snapshot(),"
            " system_identifier = (SELECT system_identifier FROM pg_control_system()),"
            " timeline = (SELECT timeline_id FROM pg_control_checkpoint())");
    }
    std::string drop(std::string const& retention = "3 days") {
        return ask(relay_, "SELECT drop_outbox_partitions('" + retention + "')");
    }
    std::string oldest_day() {
        return ask(owner_,
                   "SELECT (now() AT TIME ZONE 'UTC')::date - min(d) "
                   "FROM partition_days('outbox') AS d");
    }

    std::string url_ = support::migrated_database("common", test_common_migrations());
    pg::Connection owner_ = connect(url_);
    pg::Connection relay_ = connect(postgres().as_role("relay", url_));
};

TEST_F(OldPartitions, AreDroppedWhenAllOfThemIsPublished) {
    owner_.run_script(insert_old_row());
    publish_all_that_is_visible();
    EXPECT_EQ(drop(), "1");
    EXPECT_EQ(oldest_day(), "1");
    EXPECT_EQ(drop(), "0");
}

TEST_F(OldPartitions, StayBeforeTheFirstWindowWasPublished) {
    EXPECT_EQ(drop(), "0");
    EXPECT_EQ(oldest_day(), "10");
}

TEST_F(OldPartitions, StayWithARowThatIsNotPublished) {
    publish_all_that_is_visible();
    owner_.run_script(insert_old_row());
    EXPECT_EQ(drop(), "0");
    publish_all_that_is_visible();
    EXPECT_EQ(drop(), "1");
}

TEST_F(OldPartitions, StayWithARowWhoseTransactionWasRunningWhenTheOldSnapshotWasTaken) {
    auto late = pg::Transaction{owner_};
    owner_.run_script(insert_old_row());
    auto later = connect(url_);
    later.run_script("SELECT pg_current_xact_id()");  // raises xmax above the running one
    publish_all_that_is_visible();
    late.commit();
    EXPECT_EQ(drop(), "0");
    publish_all_that_is_visible();
    EXPECT_EQ(drop(), "1");
}

TEST_F(OldPartitions, StayInsideTheRetention) {
    publish_all_that_is_visible();
    EXPECT_EQ(drop("11 days"), "0");
    EXPECT_EQ(drop("9 days"), "1");
}

TEST_F(OldPartitions, AreNeverYoungerThanTheLeastRetention) {
    publish_all_that_is_visible();
    EXPECT_EQ(drop("0"), "1");
    EXPECT_EQ(oldest_day(), "1");  // yesterday's stays
}

TEST_F(OldPartitions, StayWithAStoppedRow) {
    owner_.run_script(insert_old_row());
    publish_all_that_is_visible();
    relay_.run_script(
        "INSERT INTO outbox_stopped (id, topic, reason) SELECT id, topic, 'too large' FROM outbox");
    EXPECT_EQ(drop(), "0");
    relay_.run_script("DELETE FROM outbox_stopped");
    EXPECT_EQ(drop(), "1");
}

TEST_F(OldPartitions, StayWhenTheCursorBelongsToAnotherCluster) {
    publish_all_that_is_visible();
    relay_.run_script("UPDATE relay_cursor SET system_identifier = system_identifier + 1");
    EXPECT_EQ(drop(), "0");
    publish_all_that_is_visible();
    relay_.run_script("UPDATE relay_cursor SET timeline = timeline + 1");
    EXPECT_EQ(drop(), "0");
}

class RelayPlantedBug : public OldPartitions {};

// A window is stored whose last id is above every row of the partition, but the window is not over:
// a row that it sees may not have been sent.
TEST_F(RelayPlantedBug, drop_by_last_id) {
    publish_all_that_is_visible();
    owner_.run_script(insert_old_row());
    relay_.run_script(
        "UPDATE relay_cursor SET window_snapshot = pg_current_snapshot(), "
        "last_id = (SELECT max(id) FROM outbox)");
    EXPECT_EQ(drop(), "0");
    publish_all_that_is_visible();
    EXPECT_EQ(drop(), "1");
}

// Somebody writes into the partition while it is looked at, and commits before it is dropped.
TEST_F(RelayPlantedBug, drop_check_then_lock) {
    publish_all_that_is_visible();
    auto writer = pg::Transaction{owner_};
    owner_.run_script(insert_old_row());
    auto dropped = std::string{};
    auto dropping = std::jthread{[&] {
        dropped = drop();
    }};
    auto watcher = connect(url_);
    ASSERT_TRUE(support::until_blocked(watcher));
    writer.commit();
    dropping.join();
    EXPECT_EQ(dropped, "0");
    EXPECT_EQ(oldest_day(), "10");
}

TEST_F(OldPartitions, StayWhileSomeoneWritesIntoThem) {
    publish_all_that_is_visible();
    auto writer = pg::Transaction{owner_};
    owner_.run_script(insert_old_row());
    relay_.run_script("SET lock_timeout = '30ms'");
    try {
        drop();
        FAIL() << "dropped under a writer";
    } catch (pg::Error const& fault) {
        EXPECT_TRUE(fault.is_lock_timeout());
    }
    writer.commit();
    EXPECT_EQ(drop(), "0");
}

}  // namespace
}  // namespace frontrow::outbox
