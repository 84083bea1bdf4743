// The relay's session, stepped by hand against a real PostgreSQL and a real Kafka. Those of
// RelayPlantedBug have the name of a bug that a model of the relay caught, and force the sequence
// of steps in which it does harm: docs/decisions/interleavings-forced-by-tests.md.
#include "common/kafka/reader.hpp"
#include "common/outbox/outbox.hpp"
#include "outbox-relay/storage/stopped.hpp"
#include "tests/services/outbox-relay/relay_world.hpp"
#include "tests/unit/common-kafka/mock_broker.hpp"

namespace frontrow::relay {
namespace {

class RelaySession : public RelayWorld {};
class RelayPlantedBug : public RelayWorld {};

TEST_F(RelaySession, PublishesEveryRowInTheOrderOfItsKey) {
    fill({"a", "b", "c"}, 50);
    auto relay = SteppedRelay{options()};
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    auto values = published(150);
    EXPECT_EQ(values["a"], versions("a", 50));
    EXPECT_EQ(values["b"], versions("b", 50));
    EXPECT_EQ(values["c"], versions("c", 50));
}

TEST_F(RelaySession, MakesRoomBeforeItsTimeWhenItsHandsAreFull) {
    fill({"a", "b", "c"}, 50);
    auto busy = options();
    busy.rows_in_hand_max = 10;
    busy.cursor_period = 1h;
    auto relay = SteppedRelay{busy};
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    EXPECT_EQ(published(150)["c"], versions("c", 50));
    EXPECT_GT(ask("SELECT last_id FROM relay_cursor"), "0");
}

TEST_F(RelaySession, WritesNothingWhileThereIsNothingToPublish) {
    fill({"a"}, 1);
    auto relay = SteppedRelay{options()};
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    EXPECT_TRUE(relay->close_window(true));
    auto const before = ask("SELECT pg_current_snapshot()");
    for (auto n = 0; n < 10; ++n) {
        relay->turn();
    }
    EXPECT_EQ(ask("SELECT pg_current_snapshot()"), before);
    EXPECT_FALSE(relay->cursor().window.has_value());
}

// A row commits late, with an id below one that was published.
TEST_F(RelayPlantedBug, id_cursor) {
    auto late = support::connect(url_);
    {
        auto slow = pg::Transaction{late};
        insert(late, "a", 1);
        insert(writer_, "b", 1);
        auto relay = SteppedRelay{options()};
        ASSERT_TRUE(relay.start());
        ASSERT_TRUE(relay.publish_all());
        EXPECT_EQ(published(1).size(), 1U);
        slow.commit();
        ASSERT_TRUE(relay.publish_all());
    }
    auto values = published(2);
    EXPECT_EQ(values["a"], versions("a", 1));
    EXPECT_EQ(values["b"], versions("b", 1));
}

// A row commits late below the last id, and the relay is killed inside the window.
TEST_F(RelayPlantedBug, window_not_stored) {
    auto late = support::connect(url_);
    auto slow = pg::Transaction{late};
    insert(late, "a", 1);
    for (auto n = 1; n <= 30; ++n) {
        insert(writer_, "b", n);
    }
    auto relay = SteppedRelay{options()};
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay->look_for_window());
    EXPECT_EQ(ask("SELECT window_snapshot IS NOT NULL FROM relay_cursor"), "t");
    relay.publish_page();  // 20 of 30
    ASSERT_TRUE(relay->settle(true));
    slow.commit();
    relay.die();
    ASSERT_TRUE(relay.start());
    EXPECT_TRUE(relay->cursor().window.has_value());
    EXPECT_GT(relay->cursor().last_id, 0);
    ASSERT_TRUE(relay.publish_all());
    auto values = published(31);
    EXPECT_EQ(values["a"], versions("a", 1));
    EXPECT_EQ(values["b"], versions("b", 30));
}

// Once the first page is read, the window must be durable: a server that crashes would forget it.
TEST_F(RelayPlantedBug, produce_before_store) {
    fill({"a"}, 3);
    auto relay = SteppedRelay{options()};
    ASSERT_TRUE(relay.start());
    EXPECT_EQ(ask("SELECT window_snapshot IS NULL FROM relay_cursor"), "t");
    ASSERT_TRUE(relay->look_for_window());
    EXPECT_EQ(relay->in_flight().handed_over(), 0U);
    EXPECT_EQ(ask("SELECT coalesce(window_snapshot::text, '') FROM relay_cursor"),
              relay->cursor().window->text);
    EXPECT_EQ(support::ask(relay.connection, "SHOW synchronous_commit"), "on");
}

// The newer of two rows is acknowledged, the older is not, because its partition has no leader:
// then the relay is killed.
TEST_F(RelayPlantedBug, ack_suffix) {
    auto broker = kafka::MockBroker{};
    broker.make_topic(prefix_ + "events", 4);
    auto chosen = options();
    chosen.producer.client = broker.client("relay-one");
    auto elsewhere = std::string{"b"};
    while (kafka::partition_of(elsewhere, 4) == kafka::partition_of("a", 4)) {
        ++elsewhere[0];
    }
    insert(writer_, "a", 1);
    insert(writer_, elsewhere, 1);
    auto relay = SteppedRelay{chosen};
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay->look_for_window());
    broker.lose_leader(prefix_ + "events", kafka::partition_of("a", 4));
    ASSERT_TRUE(relay->hand_over());
    ASSERT_TRUE(support::eventually([&] { return relay->collect(5ms) > 0; }));
    EXPECT_EQ(relay->in_flight().handed_over(), 1U);
    EXPECT_FALSE(relay->settle(true));
    EXPECT_EQ(ask("SELECT last_id < (SELECT min(id) FROM outbox) FROM relay_cursor"), "t");
    relay.die();
    broker.elect_leader(prefix_ + "events", kafka::partition_of("a", 4));
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    auto reader = kafka::Reader{
        broker.client("reader"), {prefix_ + "events"}, kafka::Reader::From::start, 20s};
    auto keys = std::string{};
    while (!reader.is_at_the_end()) {
        for (auto const& record : reader.poll(10, 50ms)) {
            keys += *record.key;
        }
    }
    EXPECT_THAT(keys, ::testing::HasSubstr("a"));
}

TEST_F(RelaySession, SendsAgainAfterAKillWhatTheCursorHadNotPassed) {
    fill({"a", "b"}, 15);
    auto relay = SteppedRelay{options()};
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay->look_for_window());
    relay.publish_page();  // acknowledged, but the cursor does not know
    relay.die();
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    auto values = published(50);
    EXPECT_EQ(first_occurrences(values["a"]), versions("a", 15));
    EXPECT_EQ(first_occurrences(values["b"]), versions("b", 15));
    EXPECT_EQ(values["a"].size() + values["b"].size(), 50U);
}

// Another takes over while this one has a page with the producer.
TEST_F(RelayPlantedBug, no_epoch_check) {
    fill({"a"}, 30);
    auto first = SteppedRelay{options("one")};
    ASSERT_TRUE(first.start());
    ASSERT_TRUE(first->look_for_window());
    first.publish_page();
    auto second = SteppedRelay{options("two")};
    EXPECT_FALSE(second.start());  // the lease is the first one's
    owner_.run_script("UPDATE relay_cursor SET lease_until = now() - interval '1 second'");
    ASSERT_TRUE(second.start());
    EXPECT_GT(second->epoch(), first->epoch());
    EXPECT_THROW(first->read_page(), storage::Fenced);
    EXPECT_THROW(first->settle(true), storage::Fenced);
    ASSERT_TRUE(second.publish_all());
    auto values = published(50);
    EXPECT_EQ(first_occurrences(values["a"]), versions("a", 30));
}

TEST_F(RelaySession, TakesOverAtOnceFromOneWhoseSessionWithTheDatabaseIsGone) {
    auto first = std::make_unique<SteppedRelay>(options("one"));
    ASSERT_TRUE(first->start());
    auto second = SteppedRelay{options("two")};
    EXPECT_FALSE(second.start());
    first.reset();
    EXPECT_TRUE(support::eventually([&] { return second.start(); }));
    EXPECT_EQ(ask("SELECT lease_holder FROM relay_cursor"), "two");
    EXPECT_EQ(ask("SELECT lease_until > now() + interval '5 seconds' FROM relay_cursor"), "t");
}

// Two rows of a key with the producer at once could change places.
TEST_F(RelayPlantedBug, pipelined_key) {
    fill({"a", "b"}, 10);
    auto relay = SteppedRelay{options()};
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay->look_for_window());
    ASSERT_TRUE(relay->hand_over());
    EXPECT_EQ(relay->in_flight().size(), 20U);
    EXPECT_EQ(relay->in_flight().handed_over(), 2U);
    EXPECT_FALSE(relay->hand_over());
    ASSERT_TRUE(relay.publish_all());
    auto values = published(20);
    EXPECT_EQ(values["a"], versions("a", 10));
    EXPECT_EQ(values["b"], versions("b", 10));
}

// A row is refused for good; those that follow of its key must not be sent, by any relay.
TEST_F(RelayPlantedBug, follower_sent) {
    insert(writer_, "a", 1);
    insert_octets(writer_, "a", std::string(1'100'000, 'x'));
    insert(writer_, "a", 3);
    insert(writer_, "b", 1);
    auto relay = SteppedRelay{options()};
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    insert(writer_, "a", 4);
    insert(writer_, "b", 2);
    ASSERT_TRUE(relay.publish_all());
    relay.die();
    ASSERT_TRUE(relay.start());  // it remembers the stopped key
    insert(writer_, "a", 5);
    insert(writer_, "b", 3);
    ASSERT_TRUE(relay.publish_all());
    auto values = published(4);
    EXPECT_EQ(first_occurrences(values["a"]), versions("a", 1));
    EXPECT_EQ(first_occurrences(values["b"]), versions("b", 3));
    EXPECT_EQ(ask("SELECT string_agg(convert_from(key, 'UTF8'), '' ORDER BY id) "
                  "FROM outbox_stopped"),
              "aaaa");
    EXPECT_NE(ask("SELECT reason FROM outbox_stopped ORDER BY id LIMIT 1"), "");
}

TEST_F(RelaySession, FindsTheCulpritWhenTheBrokerRefusesAWholeBatchForItsSize) {
    admin().create(
        {{.name = prefix_ + "narrow", .partitions = 1, .config = {{"max.message.bytes", "3000"}}}},
        20s);
    {
        auto tx = pg::Transaction{writer_};
        for (auto n = 0; n < 40; ++n) {
            writer_.query(row_sql, "k" + std::to_string(n),
                          Bytes{std::string(n == 20 ? 5000 : 200, 'x')}, std::string{"narrow"});
        }
        tx.commit();
    }
    auto chosen = options();
    chosen.producer.linger = 20ms;
    chosen.producer.compression = "none";
    auto relay = SteppedRelay{chosen};
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    EXPECT_EQ(ask("SELECT string_agg(convert_from(key, 'UTF8'), ',') FROM outbox_stopped"), "k20");
    EXPECT_THAT(relay.registry.text(),
                ::testing::HasSubstr("frontrow_outbox_published_total{database=\"test\"} 39"));
}

TEST_F(RelaySession, SendsAResumedKeyInOrderAndThenItsNewRows) {
    insert(writer_, "a", 1);
    insert(writer_, "a", 2);
    auto relay = SteppedRelay{options()};
    relay.connection.run_script(
        "INSERT INTO outbox_stopped (id, topic, key, reason) SELECT id, "
        "topic, key, 'by the test' FROM outbox");
    ASSERT_TRUE(relay.start());
    insert(writer_, "a", 3);
    ASSERT_TRUE(relay.publish_all());
    EXPECT_EQ(ask("SELECT count(*) FROM outbox_stopped"), "3");
    owner_.run_script("INSERT INTO outbox_resumed (topic, key) VALUES ('events', 'a')");
    ASSERT_TRUE(support::eventually([&] {
        relay->turn();
        return ask("SELECT count(*) FROM outbox_stopped") == "0";
    }));
    EXPECT_EQ(ask("SELECT count(*) FROM outbox_resumed"), "0");
    insert(writer_, "a", 4);
    ASSERT_TRUE(relay.publish_all());
    EXPECT_EQ(published(4)["a"], versions("a", 4));
}

TEST_F(RelaySession, ForgetsTheMarkOfAKeyThatIsRefusedAgain) {
    insert_octets(writer_, "a", std::string(1'100'000, 'x'));
    auto relay = SteppedRelay{options()};
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    owner_.run_script("INSERT INTO outbox_resumed (topic, key) VALUES ('events', 'a')");
    EXPECT_TRUE(support::eventually([&] {
        relay->turn();
        return ask("SELECT count(*) FROM outbox_resumed") == "0";
    }));
    EXPECT_EQ(ask("SELECT count(*) FROM outbox_stopped"), "1");
}

// The last stopped row of a key goes out while the next row of that key is in hand, to join it.
TEST_F(RelayPlantedBug, resume_frees_key) {
    insert(writer_, "a", 1);
    auto relay = SteppedRelay{options()};
    relay.connection.run_script(
        "INSERT INTO outbox_stopped (id, topic, key, reason) SELECT id, "
        "topic, key, 'by the test' FROM outbox");
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    insert(writer_, "b", 1);
    insert(writer_, "a", 2);
    ASSERT_TRUE(relay->look_for_window());  // a2 is in hand, behind b1, on its way to join a1
    ASSERT_TRUE(relay->in_flight().joins_waiting({"events", "a"}));
    owner_.run_script("INSERT INTO outbox_resumed (topic, key) VALUES ('events', 'a')");
    EXPECT_TRUE(support::eventually([&] {
        relay->collect(1ms);
        relay->resume_stopped();
        return support::ask(owner_, "SELECT count(*) FROM outbox_resumed") == "1" &&
               relay.registry.text().find("published_total{database=\"test\"} 1") !=
                   std::string::npos;
    }));
    for (auto n = 0; n < 5; ++n) {
        relay->resume_stopped();  // a1 went out; it stays, because a2 must join behind it
    }
    EXPECT_EQ(ask("SELECT count(*) FROM outbox_stopped"), "1");
    ASSERT_TRUE(support::eventually([&] {
        relay->turn();
        return ask("SELECT count(*) FROM outbox_stopped") == "0";
    }));
    insert(writer_, "a", 3);
    ASSERT_TRUE(relay.publish_all());
    auto values = published(4);
    EXPECT_EQ(first_occurrences(values["a"]), versions("a", 3));
}

// After a crash of the server a snapshot in memory may name transactions that never were: what a
// session keeps ends with its connection, and the next one reads again.
TEST_F(RelayPlantedBug, snapshot_kept) {
    fill({"a"}, 2);
    auto relay = SteppedRelay{options()};
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    auto superuser = support::connect(support::postgres().as_role("postgres", url_));
    superuser.run_script("SELECT pg_terminate_backend(lease_backend) FROM relay_cursor");
    EXPECT_THROW(static_cast<void>(support::eventually([&] {
                     relay->turn();
                     return false;
                 })),
                 pg::Error);
    relay.die();
    auto const stored =
        ask("SELECT coalesce(window_snapshot, old_snapshot)::text FROM relay_cursor");
    ASSERT_TRUE(relay.start());
    EXPECT_EQ(relay->cursor().window.value_or(*relay->cursor().published).text, stored);
}

TEST_F(RelaySession, DoesNotStallBehindAWriterInAnotherDatabaseOfTheCluster) {
    auto const elsewhere = support::migrated_database("relay", common_migrations());
    auto other = support::connect(elsewhere);
    auto open = pg::Transaction{other};
    insert(other, "x", 1);
    fill({"a"}, 3);
    auto relay = SteppedRelay{options()};
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    EXPECT_EQ(published(3)["a"], versions("a", 3));
}

TEST_F(RelaySession, StartsOverIfTheCursorIsOfAnotherClusterOrAheadOfTheServer) {
    fill({"a"}, 3);
    auto relay = SteppedRelay{options()};
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    relay.die();
    owner_.run_script("UPDATE relay_cursor SET system_identifier = system_identifier + 1");
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    EXPECT_EQ(published(6)["a"].size(), 6U);
    relay.die();
    owner_.run_script(
        "UPDATE relay_cursor SET window_snapshot = NULL, "
        "old_snapshot = '900000000:900000000:'");
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    EXPECT_EQ(published(9)["a"].size(), 9U);
}

// librdkafka#4438: a lost answer may leave a producer that can never send again.
TEST_F(RelaySession, EndsWithItsProducerAndTheNextOneSendsAgain) {
    auto broker = kafka::MockBroker{};
    broker.make_topic(prefix_ + "events", 4);
    auto chosen = options();
    chosen.producer.client = broker.client("relay-one");
    fill({"a"}, 2);
    auto relay = SteppedRelay{chosen};
    ASSERT_TRUE(relay.start());
    broker.refuse_produce(RD_KAFKA_RESP_ERR__TRANSPORT,
                          RD_KAFKA_RESP_ERR_OUT_OF_ORDER_SEQUENCE_NUMBER);
    EXPECT_THROW(relay.publish_all(), kafka::Error);
    EXPECT_EQ(ask("SELECT count(*) FROM outbox_stopped"), "0");
    relay.die();
    ASSERT_TRUE(relay.start());
    EXPECT_TRUE(relay.publish_all());
    EXPECT_THAT(relay.registry.text(),
                ::testing::HasSubstr("frontrow_outbox_published_total{database=\"test\"} 2"));
}

TEST_F(RelaySession, RefusesToGoOnIfATopicGotMorePartitions) {
    fill({"a"}, 1);
    auto relay = SteppedRelay{options()};
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    EXPECT_EQ(ask("SELECT partitions FROM relay_topics"), "4");
    relay.die();
    owner_.run_script("UPDATE relay_topics SET partitions = 3");
    try {
        relay.start();
        ADD_FAILURE() << "it started";
    } catch (PartitionsChanged const& changed) {
        EXPECT_THAT(changed.what(), ::testing::HasSubstr(prefix_ + "events has 4 partitions"));
    }
}

TEST_F(RelaySession, WaitsForATopicThatDoesNotExistYetAndStopsNothingForIt) {
    insert(writer_, "a", 1, "absent");
    auto relay = SteppedRelay{options()};
    ASSERT_TRUE(relay.start());
    EXPECT_THROW(relay.publish_all(), kafka::Error);
    EXPECT_EQ(ask("SELECT count(*) FROM outbox_stopped"), "0");
    admin().create({{.name = prefix_ + "absent", .partitions = 1}}, 20s);
    relay.die();
    ASSERT_TRUE(relay.start());
    EXPECT_TRUE(relay.publish_all());
    EXPECT_THAT(relay.registry.text(),
                ::testing::HasSubstr("frontrow_outbox_published_total{database=\"test\"} 1"));
}

TEST_F(RelaySession, SendsADeadLettersHeadersAndPartitionAsTheyAre) {
    auto const raw = kafka::Headers{{"x", std::string{"\0\xff", 2}}, {"x", "2"}, {"none", {}}};
    constexpr auto dead_sql = pg::Statement{"test_dead", R"sql(
        INSERT INTO public.outbox (event_id, aggregatetype, aggregateid, type, topic, key, payload,
                                   time, traceparent, correlation_id, causation_id, headers,
                                   partition)
        VALUES (gen_random_uuid(), 'dead_letter', 't/0/7', 'dead', 'events', NULL, $1::bytea, now(),
                '', '', '', $2::bytea, 7)
    )sql"};
    writer_.query(dead_sql, Bytes{"raw"}, outbox::encode_headers(raw));
    auto relay = SteppedRelay{options()};
    ASSERT_TRUE(relay.start());
    ASSERT_TRUE(relay.publish_all());
    auto consumer = kafka::Consumer{
        {.client = {.bootstrap_servers = support::kafka().bootstrap_servers(), .client_id = "test"},
         .group = prefix_ + "dead",
         .topics = {prefix_ + "events"}}};
    auto records = std::vector<kafka::Record>{};
    ASSERT_TRUE(support::eventually([&] {
        records = consumer.poll(1, 50ms);
        return !records.empty();
    }));
    EXPECT_EQ(records[0].headers, raw);
    EXPECT_EQ(records[0].key, std::nullopt);
    EXPECT_EQ(records[0].value, "raw");
    EXPECT_EQ(records[0].partition, 7 % 4);
}

}  // namespace
}  // namespace frontrow::relay
