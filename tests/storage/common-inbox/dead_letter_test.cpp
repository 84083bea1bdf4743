// What cannot be taken is kept with its octets, in the transaction that gives it up; the rest goes
// on.
#include "common/outbox/outbox.hpp"
#include "tests/storage/common-inbox/inbox_database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::inbox {
namespace {

/// Refuses the numbers below ten; poison of the handler.
Outcome refuse_small(std::int64_t number) {
    return number < 10 ? Outcome::refused("too small") : Outcome::applied();
}

kafka::Record unreadable() {
    return {.topic = "queue.token.v1",
            .partition = 5,
            .offset = 77,
            .timestamp = SystemClock{}.now(),
            .key = std::string{"a\0b\xff", 4},
            .value = std::string{"{\0\xfe", 3},
            .headers = {{"h", "1"}, {"h", std::nullopt}, {"ce_type", "\xff\x01"}, {"", "\xc0"}}};
}

TEST(DeadLetter, ARefusedEventLeavesALetterAndADlqRowWithItsOctetsAndNothingElse) {
    auto database = InboxDatabase{};
    auto const record = record_of({TokenId::draw(), 1}, 42);
    auto const tally = database.consume({record}, database.handler(refuse_small));
    EXPECT_EQ(tally.dead, std::vector<std::string>{"refused"});
    EXPECT_EQ(database.effects(), "");
    EXPECT_EQ(database.ask("SELECT outcome || ': ' || reason FROM inbox"), "dead: refused");
    EXPECT_EQ(database.ask(
                  "SELECT concat_ws(' ', topic, partition, record_offset, reason, detail, state) "
                  "FROM dead_letter"),
              "queue.token.v1 3 42 refused too small OPEN");
    EXPECT_EQ(database.ask("SELECT concat_ws(' ', topic, partition, type) FROM outbox"),
              "dlq.tests.queue.token.v1 3 frontrow.queue.token.joined.v1");
    EXPECT_EQ(
        database.ask(
            "SELECT o.key = d.key AND o.payload = d.value AND convert_from(d.value, 'UTF8') = '" +
            *record.value + "' FROM outbox AS o, dead_letter AS d"),
        "t");
}

TEST(DeadLetter, TheLetterTheDlqRowAndTheClaimAreOneTransaction) {
    auto database = InboxDatabase{};
    auto options = ConsumerOptions{};
    options.group = "tests";
    auto window = std::optional<Window>{};
    auto const handler = database.handler(refuse_small);
    auto const records = std::vector{record_of({TokenId::draw(), 1}, 1)};
    auto batch = Batch{options, handler, window, records};
    auto connection = pg::Connection{database.service()};
    {
        auto tx = pg::Transaction{connection};
        batch.run(tx, {0, 1});
    }  // as a crash before the commit
    EXPECT_EQ(
        database.ask("SELECT (SELECT count(*) FROM inbox) + (SELECT count(*) FROM dead_letter) "
                     "+ (SELECT count(*) FROM outbox) + (SELECT count(*) FROM blocked_keys)"),
        "0");
    database.consume(records, handler);
    database.consume(records, handler);  // and the redelivery after it
    EXPECT_EQ(
        database.ask("SELECT concat_ws(' ', (SELECT count(*) FROM inbox), (SELECT count(*) FROM "
                     "dead_letter), (SELECT count(*) FROM outbox))"),
        "1 1 1");
}

TEST(DeadLetter, AnUnreadableRecordKeepsEveryOctetAndIsKeptOnce) {
    auto database = InboxDatabase{};
    auto const record = unreadable();
    database.consume({record}, database.handler());
    database.consume({record}, database.handler());
    EXPECT_EQ(database.ask("SELECT count(*) FROM dead_letter"), "1");
    auto connection = pg::Connection{database.service()};
    auto const rows = connection.query(
        pg::Statement{"read_letter", "SELECT key, value, headers, reason FROM dead_letter"});
    EXPECT_EQ(rows[0].bytes(0).octets, *record.key);
    EXPECT_EQ(rows[0].bytes(1).octets, *record.value);
    EXPECT_EQ(outbox::decode_headers(rows[0].bytes(2)), record.headers);
    EXPECT_EQ(rows[0].text(3), "missing_header");
}

TEST(DeadLetter, TheDlqRecordSaysWhereItCameFromAndWhy) {
    auto database = InboxDatabase{};
    database.consume({unreadable()}, database.handler());
    auto const letter = database.replay_of("partition = 5");
    auto const value = [&](char const* name) {
        return std::string{kafka::header(letter.headers, name).value_or("-")};
    };
    EXPECT_EQ(letter.topic, "retry.tests.queue.token.v1");
    EXPECT_EQ(value("__dlq.errors.topic"), "queue.token.v1");
    EXPECT_EQ(value("__dlq.errors.offset"), "77");
    EXPECT_EQ(value("x-replay-count"), "1");
    EXPECT_EQ(letter.headers[0].second, "1");
    EXPECT_EQ(letter.headers[1].second, std::nullopt);
    auto dead = deadletter::Letter{};
    dead.consumer = "tests";
    dead.record = unreadable();
    dead.reason = "schema";
    auto const headers = outbox::decode_headers(*deadletter::dlq_message(dead).headers);
    EXPECT_EQ(kafka::header(headers, "x-dlq-reason"), "SCHEMA");
    EXPECT_EQ(kafka::header(headers, "__dlq.errors.group"), "tests");
    EXPECT_EQ(kafka::header(headers, "kafka_dlt-original-partition"), (std::string{"\0\0\0\5", 4}));
    EXPECT_EQ(kafka::header(headers, "kafka_dlt-original-offset"),
              (std::string{"\0\0\0\0\0\0\0\x4d", 8}));
}

TEST(DeadLetter, ARecordTooLargeForATopicKeepsItsOctetsInTheTable) {
    auto database = InboxDatabase{};
    auto record = unreadable();
    record.value = std::string(1'200'000, 'x');
    database.consume({record}, database.handler());
    EXPECT_EQ(database.ask("SELECT length(value) FROM dead_letter"), "1200000");
    EXPECT_EQ(database.ask("SELECT payload IS NULL FROM outbox"), "t");
}

TEST(DeadLetter, AnEventFromOutsideOfTheInboxIsOneAndNeverApplied) {
    auto database = InboxDatabase{};
    auto const old = Uuid::v7_from(*parse_rfc3339("2020-01-01T00:00:00Z"), "0123456789");
    auto const future = Uuid::v7_from(*parse_rfc3339("2220-01-01T00:00:00Z"), "0123456789");
    auto const records =
        std::vector{record_of({TokenId::draw(), 1, old}, 1),
                    record_of({TokenId::draw(), 2, future}, 2), record_of({TokenId::draw(), 3}, 3)};
    database.consume(records, database.handler());
    database.consume(records, database.handler());
    EXPECT_EQ(database.effects(), "3");
    EXPECT_EQ(database.list("SELECT reason FROM dead_letter ORDER BY record_offset"),
              "too_old,too_new");
    EXPECT_EQ(database.ask("SELECT count(*) FROM outbox"), "2");
    database.consume({database.replay_of("reason = 'too_old'")}, database.handler());
    EXPECT_EQ(database.effects(), "3");
    EXPECT_EQ(database.ask("SELECT state FROM dead_letter WHERE reason = 'too_old'"), "OPEN");
}

TEST(DeadLetter, ATypeThatNobodyKnowsIsIgnoredOrDeadAsTheConsumerWishes) {
    auto database = InboxDatabase{};
    auto record = record_of({TokenId::draw(), 1}, 1);
    for (auto& [name, value] : record.headers) {
        if (name == "ce_type") {
            value = "frontrow.queue.token.joined.v2";
        }
    }
    database.consume({record}, database.handler(), "first", true);
    EXPECT_EQ(database.ask("SELECT outcome FROM inbox WHERE consumer = 'first'"), "ignored");
    database.consume({record}, database.handler(), "second", false);
    EXPECT_EQ(database.ask("SELECT outcome FROM inbox WHERE consumer = 'second'"), "dead");
    EXPECT_EQ(database.effects(), "");
}

TEST(DeadLetter, AnEventThatTheDatabaseAloneRejectsIsOneAndItsNeighboursAreApplied) {
    auto database = InboxDatabase{};
    auto connection = pg::Connection{database.service()};
    auto const handler = database.handler([](std::int64_t number) {
        if (number == 13) {
            throw pg::Error{pg::FaultKind::item, "23514", "planted: thirteen\nis unlucky"};
        }
        return Outcome::applied();
    });
    database.consume(records_of_keys(32), handler);
    EXPECT_EQ(database.ask("SELECT count(*) FROM effects"), "31");
    EXPECT_EQ(
        database.ask("SELECT reason || ' ' || record_offset || ' ' || detail FROM dead_letter"),
        "rejected_by_database 13 planted: thirteen?is unlucky");
}

TEST(DeadLetter, IfMostOfABatchFailsThatIsAnOutageAndNothingIsDeadLettered) {
    auto const nothing = std::string{"0 0 0"};
    auto const counts =
        "SELECT concat_ws(' ', (SELECT count(*) FROM inbox), (SELECT count(*) FROM dead_letter), "
        "(SELECT count(*) FROM outbox))";
    auto const fails = [](std::int64_t number) {
        return number <= 11;
    };
    auto const refuses = [&](std::int64_t number) {
        return fails(number) ? Outcome::refused("no") : Outcome::applied();
    };
    auto const throws = [&](std::int64_t number) {
        if (fails(number)) {
            throw pg::Error{pg::FaultKind::item, "22003", "planted"};
        }
        return Outcome::applied();
    };
    auto refused = InboxDatabase{};
    refused.consume(records_of_keys(20), refused.handler(refuses));
    EXPECT_EQ(refused.ask(counts), nothing);

    auto rejected = InboxDatabase{};
    rejected.consume(records_of_keys(20), rejected.handler(throws));
    EXPECT_EQ(rejected.ask("SELECT count(*) FROM dead_letter"), "0");

    auto unread = InboxDatabase{};
    auto records = records_of_keys(20);
    for (std::size_t i = 0; i < 11; ++i) {
        records[i].value = "{";
    }
    unread.consume(records, unread.handler());
    EXPECT_EQ(unread.ask(counts), nothing);
}

// Handlers send their writes ahead, so the database's refusal comes when something waits.
TEST(DeadLetter, AWriteThatIsRefusedOnlyLaterIsJudgedAsIfItHadBeenAtOnce) {
    static constexpr auto write = pg::Statement{
        "write_above", "INSERT INTO effects (number) SELECT $1 / ($1 > $2)::int::bigint"};
    auto const refused_up_to = [](std::int64_t greatest) {
        return [greatest](pg::Transaction& tx, std::span<events::Event const> events,
                          std::span<kafka::Record const* const>) {
            for (auto const& event : events) {
                tx.post(write, number_of(event), greatest);
            }
            return std::vector<Outcome>(events.size(), Outcome::applied());
        };
    };
    auto most = InboxDatabase{};
    most.consume(records_of_keys(20), refused_up_to(11));
    EXPECT_EQ(most.ask("SELECT count(*) FROM dead_letter"), "0");

    auto half = InboxDatabase{};
    half.consume(records_of_keys(20), refused_up_to(10));
    EXPECT_EQ(half.ask("SELECT count(*) FROM dead_letter"), "10");
    EXPECT_EQ(half.ask("SELECT count(*) FROM effects"), "10");
}

TEST(DeadLetter, HalfOfABatchOrASmallBatchOrFewKeysMayAllBePoison) {
    auto const refuse_all = [](std::int64_t) {
        return Outcome::refused("no");
    };
    auto half = InboxDatabase{};
    half.consume(records_of_keys(20), half.handler([](std::int64_t number) {
        return number <= 10 ? Outcome::refused("no") : Outcome::applied();
    }));
    EXPECT_EQ(half.ask("SELECT count(*) FROM dead_letter"), "10");

    auto small = InboxDatabase{};
    small.consume(records_of_keys(19), small.handler(refuse_all));
    EXPECT_EQ(small.ask("SELECT count(*) FROM dead_letter"), "19");

    auto few_keys = InboxDatabase{};
    auto records = std::vector<kafka::Record>{};
    auto const tokens =
        std::vector{TokenId::draw(), TokenId::draw(), TokenId::draw(), TokenId::draw()};
    for (auto i = std::int64_t{0}; i < 20; ++i) {
        records.push_back(record_of({tokens[static_cast<std::size_t>(i % 4)], i}, i));
    }
    few_keys.consume(records, few_keys.handler(refuse_all));
    EXPECT_EQ(few_keys.ask("SELECT count(*) FROM dead_letter WHERE state = 'OPEN'"), "4");
}

}  // namespace
}  // namespace frontrow::inbox
