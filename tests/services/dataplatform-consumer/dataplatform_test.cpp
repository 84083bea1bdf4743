// dataplatform-consumer as it runs: every event once into its history, and stories read from it.
#include <fstream>
#include <sstream>

#include "common/events/stamp.hpp"
#include "common/outbox/outbox.hpp"
#include "dataplatform-migrations.hpp"
#include "tests/support/service_under_test.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::dataplatform {
namespace {

using support::Answer;
using support::eventually;
using support::key;
using support::operator+;

class Dataplatform : public testing::Test {
  protected:
    template <class Body>
    static events::Event event_of(Body body, std::int64_t version, TraceContext trace) {
        return {.envelope = events::stamp({"the-story", "the-cause", std::move(trace)},
                                          SystemClock{}.now(), version),
                .body = std::move(body)};
    }
    static events::ReservationFacts facts_of(std::string const& user) {
        auto facts = events::ReservationFacts{};
        facts.reservation = ReservationId::draw();
        facts.show = ShowId::draw();
        facts.user = {user};
        facts.token = TokenId::draw();
        facts.seats = {{1, 1}};
        facts.total.minor_units = 4500;
        facts.held_until = SystemClock{}.now() + std::chrono::minutes{5};
        return facts;
    }
    /// Versions 1 to `last` of one reservation.
    static std::vector<events::Event> extensions(events::ReservationFacts const& facts,
                                                 std::int64_t last) {
        auto events = std::vector<events::Event>{};
        for (auto version = std::int64_t{1}; version <= last; ++version) {
            events.push_back(
                event_of(events::ReservationExtended{facts}, version, TraceContext::start()));
        }
        return events;
    }
    static kafka::Record record_of(events::Event const& event) {
        auto const message = events::to_message(event);
        return {.topic = message.topic,
                .key = message.key->octets,
                .value = message.payload->octets,
                .headers = events::headers_of(message)};
    }
    std::string count(std::string const& table_and_condition) {
        return service_.ask("SELECT count(*) FROM " + table_and_condition);
    }
    bool remembers(std::size_t events) {
        return eventually([&] { return count("history") == std::to_string(events); });
    }
    Answer get(std::string const& user, std::string const& path, bool is_ops = false) {
        return service_.request("GET", path, service_.as(user, is_ops));
    }
    /// What the relay does: the newest row of the outbox to its topic.
    void relay_newest() {
        auto const rows = service_.database().query(pg::Statement{
            "newest", "SELECT topic, key, payload, headers FROM outbox ORDER BY id DESC LIMIT 1"});
        auto const octets = [&](int column) -> std::optional<std::string> {
            return rows[0].is_null(column) ? std::nullopt
                                           : std::optional{rows[0].bytes(column).octets};
        };
        service_.produce(kafka::Record{.topic = rows[0].string(0),
                                       .key = octets(1),
                                       .value = octets(2),
                                       .headers = outbox::decode_headers(rows[0].bytes(3))});
    }
    std::string admin_path() const { return "/v1/admin/dataplatform/dead-letters"; }

    support::ServiceUnderTest service_{
        {.name = "dataplatform",
         .migrations = dataplatform_migrations(),
         .topics = {"booking.reservation.v1", "booking.show.v1", "payment.payment.v1",
                    "payment.wallet.v1", "queue.token.v1"}}};
};

TEST_F(Dataplatform, RemembersEveryEventOfEveryTopicOnceHoweverOftenItComes) {
    auto const facts = facts_of("ann");
    auto show = events::ShowCreated{};
    show.show = facts.show;
    show.title = "Nocturnes";
    auto token = events::TokenJoined{};
    token.token = *facts.token;
    token.user = facts.user;
    auto payment = events::PaymentCaptured{};
    payment.reservation = facts.reservation;
    payment.user = facts.user;
    auto const trace = TraceContext::start();
    auto const told = std::vector{
        event_of(show, 1, trace), event_of(token, 1, trace),
        event_of(events::ReservationHeld{facts}, 1, trace), event_of(payment, 1, trace),
        event_of(events::WalletToppedUp{facts.user, TransferId::draw(), {}, {}, {}}, 1, trace)};
    service_.produce(told);
    service_.produce(told);
    service_.produce(extensions(facts_of("bob"), 1));
    EXPECT_TRUE(remembers(6));
    EXPECT_EQ(
        count("history WHERE recorded_at IS NOT NULL AND value::json ->> 'id' = event_id::text"),
        "6");
    EXPECT_EQ(count("inbox WHERE outcome = 'applied'"), "6");
}

TEST_F(Dataplatform, TellsAStoryByReservationEventOrTraceToItsOwnerAndToOps) {
    auto const facts = facts_of("ann");
    auto token = events::TokenJoined{};
    token.token = *facts.token;
    token.user = facts.user;
    auto const trace = TraceContext::start();
    auto const told =
        std::vector{event_of(token, 1, trace), event_of(events::ReservationHeld{facts}, 1, trace),
                    event_of(events::ReservationExpired{facts}, 2, TraceContext::start())};
    service_.produce(told);
    service_.produce(extensions(facts_of("bob"), 2));
    ASSERT_TRUE(remembers(5));
    auto const path = "/v1/timeline/" + facts.reservation.to_string();
    auto const story = get("ann", path);
    EXPECT_EQ(story.status, 200);
    auto const of = [&](std::size_t i) {
        return story.body.find(told[i].envelope.id.to_string());
    };
    EXPECT_LT(of(0), of(1));
    EXPECT_LT(of(1), of(2));
    EXPECT_EQ(story.body.find("bob"), std::string::npos);
    EXPECT_EQ(story.member("correlationId"), "the-story");
    EXPECT_EQ(get("boss", path, true).body, story.body);
    EXPECT_EQ(get("bob", path).status, 404);
    auto const by_event = get("ann", "/v1/timeline/" + told[1].envelope.id.to_string());
    EXPECT_NE(by_event.body.find(told[2].envelope.id.to_string()), std::string::npos);
    auto const by_trace = get("ann", "/v1/timeline/" + trace.trace_id_hex());
    EXPECT_NE(by_trace.body.find(told[1].envelope.id.to_string()), std::string::npos);
    EXPECT_EQ(by_trace.body.find(told[2].envelope.id.to_string()), std::string::npos);
    EXPECT_EQ(get("bob", "/v1/timeline/" + trace.trace_id_hex()).status, 404);
    EXPECT_EQ(get("ann", "/v1/timeline/" + ReservationId::draw().to_string()).status, 404);
    EXPECT_EQ(get("ann", "/v1/timeline/nonsense").status, 404);
    EXPECT_EQ(service_.request("GET", path).status, 401);
}

TEST_F(Dataplatform, KeepsPoisonAndGoesOn) {
    auto poison = record_of(extensions(facts_of("ann"), 1).front());
    poison.value = std::string{"{\"a\":0.0000000001e-2147483639}\0", 32};
    service_.produce(poison);
    auto nothing = record_of(extensions(facts_of("ann"), 1).front());
    nothing.value.reset();
    service_.produce(nothing);
    service_.produce(
        kafka::Record{.topic = "queue.token.v1", .key = {}, .value = "x", .headers = {}});
    service_.produce(extensions(facts_of("ann"), 3));
    EXPECT_TRUE(remembers(3));
    EXPECT_TRUE(eventually([&] { return count("dead_letter") == "3"; }));
    EXPECT_EQ(
        count("outbox WHERE topic LIKE 'dlq.dataplatform-consumer.%' AND headers IS NOT NULL"),
        "3");
    auto const page = get("boss", admin_path() + "?reason=not_json", true);
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.member("state"), "OPEN");
    EXPECT_EQ(page.member("class"), "DESERIALIZE");
    auto const one = get("boss", admin_path() + "/" + page.member("id"), true);
    EXPECT_EQ(one.member("valueBase64url"), to_base64url(*poison.value));
    EXPECT_EQ(get("ann", admin_path()).status, 403);
    EXPECT_EQ(get("boss", admin_path() + "?colour=red", true).status, 400);
    auto const first = get("boss", admin_path() + "?limit=2", true);
    auto const rest =
        get("boss", admin_path() + "?limit=2&cursor=" + first.member("nextCursor"), true);
    EXPECT_EQ(rest.member("nextCursor"), "null");
}

TEST_F(Dataplatform, AppliesAReplayOnceItsCauseIsGoneAndWhatParkedBehindIt) {
    auto const facts = facts_of("ann");
    auto events = extensions(facts, 3);
    auto const impostor = extensions(facts, 1).front();  // another event of version 1
    service_.produce({impostor});
    ASSERT_TRUE(remembers(1));
    service_.produce(events);
    ASSERT_TRUE(eventually([&] { return count("dead_letter") == "3"; }));
    auto const open = get("boss", admin_path() + "?state=OPEN", true);
    EXPECT_EQ(open.member("reason"), "rejected_by_database");
    EXPECT_EQ(count("dead_letter WHERE state = 'PARKED'"), "2");
    auto const path = admin_path() + "/" + open.member("id") + "/replay";
    auto const ops = service_.as("boss", true);
    service_.ask("WITH gone AS (DELETE FROM history RETURNING 1) SELECT count(*) FROM gone");
    auto const replayed = service_.request("POST", path, ops + key("1"), "{}");
    EXPECT_EQ(replayed.status, 202) << replayed.body;
    EXPECT_EQ(replayed.member("state"), "REPLAYING");
    EXPECT_EQ(service_.request("POST", path, ops + key("1"), "{}").body, replayed.body);
    EXPECT_EQ(count("outbox WHERE topic LIKE 'retry.%'"), "1");
    relay_newest();
    EXPECT_TRUE(remembers(3));
    EXPECT_TRUE(eventually([&] { return count("dead_letter WHERE state = 'APPLIED'") == "3"; }));
    EXPECT_EQ(
        service_.ask("SELECT string_agg(version::text, ',' ORDER BY recorded_at) FROM history"),
        "1,2,3");
    relay_newest();  // a replay that is redelivered changes nothing
    service_.produce(extensions(facts_of("bob"), 1));
    EXPECT_TRUE(remembers(4));
    EXPECT_EQ(service_.request("POST", path, ops + key("2"), "{}").status, 409);
    EXPECT_EQ(service_.request("POST", path, ops, "{}").status, 400);
    EXPECT_EQ(service_.request("POST", path, service_.as("ann") + key("3"), "{}").status, 403);
}

TEST_F(Dataplatform, ADiscardLetsTheFollowersGoOn) {
    auto const facts = facts_of("ann");
    service_.produce({extensions(facts, 1).front()});
    ASSERT_TRUE(remembers(1));
    service_.produce(extensions(facts, 3));
    ASSERT_TRUE(eventually([&] { return count("dead_letter") == "3"; }));
    auto const parked = get("boss", admin_path() + "?state=PARKED", true).member("id");
    auto const open = get("boss", admin_path() + "?state=OPEN", true).member("id");
    auto const ops = service_.as("boss", true);
    auto const discard = [&](std::string const& id, std::string const& use) {
        return service_.request("POST", admin_path() + "/" + id + "/discard", ops + key(use),
                                R"({"note":"an impostor came first"})");
    };
    EXPECT_EQ(discard(parked, "1").member("code"), "dead-letter-parked");
    EXPECT_EQ(discard(open, "2").member("state"), "DISCARDED");
    EXPECT_TRUE(remembers(3));
    EXPECT_TRUE(eventually([&] { return count("blocked_keys") == "0"; }));
    EXPECT_EQ(count("inbox WHERE outcome = 'discarded'"), "1");
    EXPECT_EQ(discard(Uuid{}.to_string(), "3").status, 404);
}

TEST_F(Dataplatform, KilledBetweenTheDatabaseAndTheOffsetItStillRemembersEachEventOnce) {
    auto events = std::vector<events::Event>{};
    for (auto reservation = 0; reservation < 40; ++reservation) {
        for (auto& event : extensions(facts_of("ann"), 50)) {
            events.push_back(std::move(event));
        }
    }
    service_.kill();
    service_.produce(events);
    service_.restart();
    EXPECT_TRUE(eventually([&] { return count("history") != "0"; }));
    service_.kill();
    auto const at_kill = std::stoi(count("history"));
    service_.restart();
    EXPECT_TRUE(remembers(events.size()));
    EXPECT_GT(at_kill, 0);
    EXPECT_EQ(
        count("(SELECT key FROM history GROUP BY key HAVING max(version) = 50 AND count(*) = 50) "
              "AS whole"),
        "40");
    EXPECT_EQ(count("inbox WHERE outcome <> 'applied'"), "0");
}

TEST_F(Dataplatform, TwoReplicasShareTheWork) {
    service_.start_replica();
    auto events = std::vector<events::Event>{};
    for (auto reservation = 0; reservation < 30; ++reservation) {
        for (auto& event : extensions(facts_of("ann"), 10)) {
            events.push_back(std::move(event));
        }
    }
    service_.produce(events);
    service_.produce(events);
    EXPECT_TRUE(remembers(300));
    EXPECT_EQ(count("dead_letter"), "0");
}

TEST_F(Dataplatform, PausesWhenMostOfABatchFailsAndGoesOnWhenTheCauseIsGone) {
    service_.kill();
    auto told = std::vector<events::Event>{};
    for (auto reservation = 0; reservation < 60; ++reservation) {
        told.push_back(extensions(facts_of("ann"), 1).front());
    }
    service_.produce(told);
    service_.database().run_script(
        "ALTER TABLE history ADD CONSTRAINT nothing_more CHECK (aggregate = '')");
    service_.restart();
    auto const says = [&](std::string const& word) {
        auto text = std::stringstream{};
        text << std::ifstream{service_.log_file()}.rdbuf();
        return text.str().find(word) != std::string::npos;
    };
    EXPECT_TRUE(eventually([&] { return says("consumer_paused"); }));
    EXPECT_EQ(count("dead_letter"), "0");
    EXPECT_EQ(count("history"), "0");
    service_.database().run_script("ALTER TABLE history DROP CONSTRAINT nothing_more");
    EXPECT_TRUE(remembers(60));
    EXPECT_EQ(count("dead_letter"), "0");
}

TEST_F(Dataplatform, CannotChangeWhatHappened) {
    service_.produce(extensions(facts_of("ann"), 1));
    ASSERT_TRUE(remembers(1));
    auto service = support::connect(service_.url_as("dataplatform"));
    for (auto const* sql : {"UPDATE history SET version = 2", "DELETE FROM history",
                            "TRUNCATE history", "DROP TABLE history"}) {
        try {
            service.run_script(sql);
            ADD_FAILURE() << sql;
        } catch (pg::Error const& error) {
            EXPECT_EQ(error.sqlstate(), "42501") << sql;
        }
    }
}

}  // namespace
}  // namespace frontrow::dataplatform
