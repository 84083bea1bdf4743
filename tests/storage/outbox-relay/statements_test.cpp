// Every statement of the relay, prepared and run with one row and with 512.
#include "outbox-relay/storage/cursor.hpp"
#include "outbox-relay/storage/outbox.hpp"
#include "outbox-relay/storage/stopped.hpp"
#include "outbox-relay/storage/topics.hpp"
#include "test-common-migrations.hpp"
#include "tests/support/database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::relay::storage {
namespace {

using namespace std::chrono_literals;
using domain::Cursor;
using domain::Snapshot;

Cursor between(Snapshot const& published, std::optional<Snapshot> const& window) {
    return {.published = published, .window = window, .last_id = 0, .server = {}};
}

class RelayStatements : public ::testing::TestWithParam<int> {
  protected:
    RelayStatements() { set_up_session(connection_); }

    /// As many rows as the parameter says, in one transaction: keys k1, k2, ...
    void append_rows() {
        owner_.run_script(
            "INSERT INTO outbox (event_id, aggregatetype, aggregateid, version, type, topic, key, "
            "payload, time, traceparent, correlation_id, causation_id, headers, partition) "
            "SELECT gen_random_uuid(), 'thing', 'k' || n, n, 'a.type', 'events', "
            "convert_to('k' || n, 'UTF8'), convert_to('value ' || n, 'UTF8'), "
            "timestamptz '2026-11-21 19:30:00Z', '00-trace', 'story', 'cause', "
            "CASE WHEN n % 2 = 0 THEN '\\x00'::bytea END, CASE WHEN n % 2 = 0 THEN n END "
            "FROM generate_series(1, " +
            std::to_string(GetParam()) + ") AS n");
    }
    std::vector<domain::StoppedRow> stopped_rows() {
        auto rows = std::vector<domain::StoppedRow>{};
        auto const ids = owner_.run_script("SELECT id FROM outbox ORDER BY id");
        for (auto row = 0; row < ids.size(); ++row) {
            rows.push_back({std::stoll(ids[row].string(0)),
                            {"events", "k" + std::to_string(row + 1)},
                            "too large"});
        }
        return rows;
    }
    std::string ask(std::string const& sql) { return support::ask(owner_, sql); }

    std::string url_ = support::migrated_database("common", test_common_migrations());
    pg::Connection owner_ = support::connect(url_);
    pg::Connection connection_ = support::connect(support::postgres().as_role("relay", url_));
};
INSTANTIATE_TEST_SUITE_P(OneRowAndFiveHundredAndTwelve, RelayStatements, ::testing::Values(1, 512));

TEST_P(RelayStatements, TakeCheckAndReleaseTheLease) {
    auto other = support::connect(support::postgres().as_role("relay", url_));
    auto const first = take_lease(connection_, "one", 10s);
    ASSERT_TRUE(first.has_value());
    EXPECT_EQ(first->cursor, Cursor{});
    EXPECT_FALSE(take_lease(other, "two", 10s).has_value());
    check_epoch(connection_, first->epoch);
    release_lease(connection_, first->epoch);
    auto const second = take_lease(other, "two", 10s);
    ASSERT_TRUE(second.has_value());
    EXPECT_EQ(second->epoch, first->epoch + 1);
    EXPECT_THROW(check_epoch(connection_, first->epoch), Fenced);
    EXPECT_THROW(write_cursor(connection_, first->epoch, Cursor{}, 10s, {}), Fenced);
    release_lease(connection_, first->epoch);  // another's lease stays
    EXPECT_EQ(ask("SELECT lease_holder FROM relay_cursor"), "two");
}

TEST_P(RelayStatements, WriteTheCursorAndReadItBack) {
    append_rows();
    auto const rows = stopped_rows();
    auto const lease = take_lease(connection_, "one", 10s);
    auto const here = server_state(connection_);
    EXPECT_GT(here.next_transaction, 3U);
    auto const cursor = Cursor{.published = Snapshot{"10:20:12,15"},
                               .window = Snapshot{"20:30:"},
                               .last_id = 77,
                               .server = here.server};
    write_cursor(connection_, lease->epoch, cursor, 10s, rows);
    write_cursor(connection_, lease->epoch, cursor, 10s, rows);  // what is stopped stays so
    EXPECT_EQ(take_lease(connection_, "one", 10s)->cursor, cursor);
    EXPECT_EQ(ask("SELECT count(*) FROM outbox_stopped"), std::to_string(GetParam()));
    // Of another epoch: neither the cursor nor the rows.
    owner_.run_script("DELETE FROM outbox_stopped");
    EXPECT_THROW(write_cursor(connection_, lease->epoch, Cursor{}, 10s, rows), Fenced);
    EXPECT_EQ(ask("SELECT count(*) FROM outbox_stopped"), "0");
    EXPECT_EQ(take_lease(connection_, "one", 10s)->cursor, cursor);
}

TEST_P(RelayStatements, FindAWindowAndItsPages) {
    auto const before = current_snapshot(connection_);
    EXPECT_FALSE(ends_of(connection_, Snapshot::before_all(), before).has_value());
    append_rows();
    auto const window = current_snapshot(connection_);
    EXPECT_FALSE(ends_of(connection_, window, window).has_value());
    auto const ends = ends_of(connection_, before, window);
    ASSERT_TRUE(ends.has_value());
    EXPECT_EQ(ends->greatest - ends->least + 1, GetParam());
    auto const lease = take_lease(connection_, "one", 10s);
    auto const cursor = between(before, window);
    for (auto const size : {PageSize::small, PageSize::medium, PageSize::large}) {
        auto last = std::int64_t{0};
        auto found = 0;
        while (true) {
            auto const rows =
                read_page(connection_, size, last, ends->greatest, cursor, lease->epoch);
            if (rows.empty()) {
                break;
            }
            EXPECT_LE(rows.size(), static_cast<int>(size));
            for (auto n = 0; n < rows.size(); ++n) {
                auto const row = decode(rows[n]);
                ++found;
                EXPECT_GT(row.id, last);
                last = row.id;
                EXPECT_EQ(row.key_text(), "k" + std::to_string(found));
                EXPECT_EQ(row.payload, "value " + std::to_string(found));
                EXPECT_EQ(row.headers.has_value(), found % 2 == 0);
                EXPECT_EQ(row.partition, found % 2 == 0 ? std::optional{found} : std::nullopt);
            }
        }
        EXPECT_EQ(found, GetParam());
    }
    EXPECT_TRUE(read_page(connection_, PageSize::large, 0, ends->greatest, cursor, lease->epoch + 1)
                    .empty());
}

TEST_P(RelayStatements, CountWhatIsPending) {
    auto const before = current_snapshot(connection_);
    append_rows();
    auto const after = current_snapshot(connection_);
    auto const behind = pending(connection_, between(before, {}));
    EXPECT_EQ(behind.rows, GetParam());
    EXPECT_TRUE(behind.oldest.has_value());
    auto const inside = pending(connection_, between(before, after));
    EXPECT_EQ(inside.rows, GetParam());
    auto const nothing = pending(connection_, between(after, {}));
    EXPECT_EQ(nothing.rows, 0);
    EXPECT_FALSE(nothing.oldest.has_value());
}

TEST_P(RelayStatements, KeepAndResumeStoppedRows) {
    append_rows();
    auto const rows = stopped_rows();
    auto const epoch = take_lease(connection_, "one", 10s)->epoch;
    write_cursor(connection_, epoch, between(Snapshot{"10:20:"}, {}), 10s, rows);
    EXPECT_EQ(stopped_keys(connection_).size(), rows.size());
    owner_.run_script(
        "INSERT INTO outbox_resumed (topic, key) SELECT topic, key FROM outbox_stopped");
    EXPECT_EQ(resumed_keys(connection_).size(), rows.size());
    auto const& [id, key, reason] = rows.back();
    auto const first = first_stopped(connection_, key);
    ASSERT_EQ(first.size(), 1);
    EXPECT_EQ(decode(first[0]).id, id);
    EXPECT_THROW(std::ignore = remove_stopped(connection_, epoch + 1, key, id, false), Fenced);
    EXPECT_THROW(clear_resumed(connection_, epoch + 1, key), Fenced);
    EXPECT_EQ(remove_stopped(connection_, epoch, key, id, true), Unstopped::kept);
    EXPECT_EQ(remove_stopped(connection_, epoch, key, id, false), Unstopped::was_last);
    EXPECT_TRUE(first_stopped(connection_, key).empty());
    EXPECT_EQ(stopped_keys(connection_).size(), rows.size() - 1);
    EXPECT_EQ(resumed_keys(connection_).size(), rows.size() - 1);
    for (auto const& row : rows) {
        clear_resumed(connection_, epoch, row.key);
    }
    EXPECT_TRUE(resumed_keys(connection_).empty());
}

TEST_P(RelayStatements, RememberHowManyPartitionsATopicHad) {
    for (auto n = 0; n < GetParam(); ++n) {
        remember_topic(connection_, "t" + std::to_string(n), n + 1);
    }
    remember_topic(connection_, "t0", 99);  // what is remembered stays
    auto const topics = remembered_topics(connection_);
    EXPECT_EQ(topics.size(), static_cast<std::size_t>(GetParam()));
    EXPECT_EQ(topics.at("t0"), 1);
}

TEST_P(RelayStatements, DropPartitionsOfWhichThereAreNoneOldEnough) {
    append_rows();
    EXPECT_EQ(drop_partitions(connection_, 72h), 0);
    EXPECT_EQ(ask("SELECT count(*) FROM outbox"), std::to_string(GetParam()));
}

}  // namespace
}  // namespace frontrow::relay::storage
