// Rows of the outbox: all of a message, in order, insert-only, and with their transaction or not at
// all.
#include "common/outbox/outbox.hpp"
#include "test-common-migrations.hpp"
#include "tests/support/database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::outbox {
namespace {

using namespace std::string_literals;
using support::ask;
using support::connect;
using support::postgres;

constexpr auto read_all = pg::Statement{"read_all", R"sql(
    SELECT event_id, aggregatetype, aggregateid, version, type, topic, key, payload, time,
           traceparent, correlation_id, causation_id, headers, partition, id
    FROM outbox ORDER BY id
)sql"};

Message message_of(pg::Row const& row) {
    return {.event_id = row.uuid(0),
            .aggregate_type = row.string(1),
            .aggregate_id = row.string(2),
            .version = row.optional(3, &pg::Row::int64),
            .type = row.string(4),
            .topic = row.string(5),
            .key = row.optional(6, &pg::Row::bytes),
            .payload = row.optional(7, &pg::Row::bytes),
            .time = row.instant(8),
            .traceparent = row.string(9),
            .correlation_id = row.string(10),
            .causation_id = row.string(11),
            .headers = row.optional(12, &pg::Row::bytes),
            .partition = row.optional(13, &pg::Row::int32)};
}

auto everything_of(Message const& m) {
    return std::tie(m.event_id, m.aggregate_type, m.aggregate_id, m.version, m.type, m.topic, m.key,
                    m.payload, m.time, m.traceparent, m.correlation_id, m.causation_id, m.headers,
                    m.partition);
}

Message event(int number) {
    return {.event_id = new_uuid(),
            .aggregate_type = "reservation",
            .aggregate_id = std::to_string(number),
            .version = number,
            .type = "frontrow.booking.reservation.held.v1",
            .topic = "booking.reservation.v1",
            .key = Bytes{std::to_string(number)},
            .payload = Bytes{R"({"n":1})"},
            .time = SystemClock{}.now(),
            .traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            .correlation_id = "c",
            .causation_id = "d"};
}

Message dead_letter() {
    auto message = event(1);
    message.aggregate_type = "dead_letter";
    message.version.reset();
    message.key = Bytes{"\0\xff"s};
    message.payload.reset();
    message.headers = encode_headers({{"a", "\0"s}, {"a", std::nullopt}});
    message.partition = 11;
    return message;
}

class TheOutbox : public ::testing::Test {
  protected:
    void append_and_commit(std::vector<Message> const& messages) {
        auto tx = pg::Transaction{service_};
        append(tx, messages);
        tx.commit();
    }

    std::string url_ = support::migrated_database("common", test_common_migrations());
    pg::Connection owner_ = connect(url_);
    pg::Connection service_ = connect(postgres().as_role("booking", url_));
    pg::Connection relay_ = connect(postgres().as_role("relay", url_));
};

TEST_F(TheOutbox, KeepsAllOfAMessage) {
    auto keyless = event(3);
    keyless.key.reset();
    auto const messages = std::vector{event(2), dead_letter(), keyless};
    append_and_commit(messages);
    auto const rows = relay_.query(read_all).map(message_of);
    ASSERT_EQ(rows.size(), messages.size());
    for (std::size_t i = 0; i < rows.size(); ++i) {
        EXPECT_EQ(everything_of(rows[i]), everything_of(messages[i])) << i;
    }
}

TEST_F(TheOutbox, DrawsIdsInTheOrderGiven) {
    auto messages = std::vector<Message>{};
    for (auto i = 0; i < 512; ++i) {
        messages.push_back(event(1000 - i));  // so that no sort by accident fits
    }
    append_and_commit(messages);
    append_and_commit({event(7)});
    append_and_commit({});
    auto const rows = relay_.query(read_all);
    ASSERT_EQ(rows.size(), 513);
    for (auto i = 0; i < 512; ++i) {
        ASSERT_EQ(rows[i].uuid(0), messages[static_cast<std::size_t>(i)].event_id) << i;
        ASSERT_LT(rows[i].int64(14), rows[i + 1].int64(14));
    }
}

TEST_F(TheOutbox, HasNothingOfATransactionThatRolledBack) {
    {
        auto tx = pg::Transaction{service_};
        append(tx, std::vector{event(1)});
    }
    EXPECT_EQ(ask(relay_, "SELECT count(*) FROM outbox"), "0");
}

TEST_F(TheOutbox, NamesTheTransactionOfEachRow) {
    auto tx = pg::Transaction{service_};
    append(tx, std::vector{event(1), event(2)});
    auto const own = ask(service_, "SELECT pg_current_xact_id()");
    tx.commit();
    EXPECT_EQ(ask(relay_, "SELECT string_agg(DISTINCT tx::text, ',') FROM outbox"), own);
}

TEST_F(TheOutbox, CanOnlyBeAppendedToByItsService) {
    append_and_commit({event(1)});
    for (auto const* sql :
         {"SELECT * FROM outbox", "UPDATE outbox SET topic = ''", "DELETE FROM outbox",
          "TRUNCATE outbox", "DROP TABLE outbox", "SELECT drop_outbox_partitions('0')"}) {
        EXPECT_THROW(service_.run_script(sql), pg::Error) << sql;
    }
    for (auto const* sql : {"UPDATE outbox SET topic = ''", "DELETE FROM outbox"}) {
        EXPECT_THROW(relay_.run_script(sql), pg::Error) << sql;
    }
}

TEST_F(TheOutbox, AbortsAtAPayloadThatNoTopicTakes) {
    auto largest = event(1);
    largest.payload = Bytes{std::string(payload_octets_max, 'x')};
    append_and_commit({largest});
    largest.payload->octets += 'x';
    auto tx = pg::Transaction{service_};
    EXPECT_DEATH(append(tx, std::vector{largest}), "BUG");
}

TEST_F(TheOutbox, WithoutAPartitionForTodayIsAnOutageAndNobodysFault) {
    owner_.run_script(
        "DO $$ DECLARE day date; BEGIN FOR day IN SELECT partition_days('outbox') LOOP "
        "EXECUTE 'DROP TABLE outbox_' || to_char(day, 'YYYYMMDD'); END LOOP; END $$");
    try {
        append_and_commit({event(1)});
        FAIL() << "a row went nowhere";
    } catch (pg::Error const& fault) {
        EXPECT_EQ(fault.kind(), pg::FaultKind::outage);
    }
}

}  // namespace
}  // namespace frontrow::outbox
