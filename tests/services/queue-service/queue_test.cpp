// queue-service as it runs: joining, being admitted, the pass, and every way out.
#include <fstream>
#include <set>
#include <thread>

#include "common/events/stamp.hpp"
#include "queue-migrations.hpp"
#include "tests/support/service_under_test.hpp"
#include "tests/support/test_folder.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::queue {
namespace {

using namespace std::chrono_literals;
using support::Answer;
using support::eventually;
using support::Headers;
using support::key;
using support::operator+;

class QueueService : public testing::Test {
  protected:
    QueueService() : service_{options()} {}

    support::ServiceUnderTest::Options options() {
        auto const jwk = auth::new_private_jwk("pass");
        jwks_ = auth::Signer::from_jwk(jwk).public_jwks();
        return {.name = "queue",
                .migrations = queue_migrations(),
                .topics = {"booking.show.v1", "booking.reservation.v1"},
                .settings = {{"PASS__KEY_FILE", key_file(jwk)},
                             {"ADMISSION__TICK", "5ms"},
                             {"SWEEP__INTERVAL", "20ms"}}};
    }
    static std::string key_file(std::string const& jwk);

    /// A show whose gate is known to the service.
    ShowId show_with(std::int32_t capacity, Instant opens_at = SystemClock{}.now() - 1h) {
        auto const show = events::ShowCreated{.show = ShowId::draw(),
                                              .concert = ConcertId::draw(),
                                              .title = "Night of Strings",
                                              .venue = "Hall",
                                              .starts_at = SystemClock{}.now() + 24h,
                                              .sale_opens_at = opens_at,
                                              .seats = 500,
                                              .admission_capacity = capacity,
                                              .currency = {}};
        service_.produce({event_of(show)});
        EXPECT_TRUE(eventually([&] {
            return service_.ask("SELECT count(*) FROM gates WHERE show_id = '" +
                                show.show.to_string() + "'") == "1";
        }));
        return show.show;
    }
    template <class Body>
    static events::Event event_of(Body body) {
        return {.envelope = events::stamp({"the-story", "the-cause", TraceContext::start()},
                                          SystemClock{}.now(), 1),
                .body = std::move(body)};
    }

    Answer join(std::string const& user, ShowId const& show, std::size_t replica = 0) {
        return service_.request("POST", "/v1/shows/" + show.to_string() + "/queue-tokens",
                                service_.as(user) + key(new_uuid().to_string()), "", replica);
    }
    Answer look(std::string const& user, std::string const& token) {
        return service_.request("GET", "/v1/queue-tokens/" + token, service_.as(user));
    }
    Answer leave(std::string const& user, std::string const& token) {
        return service_.request("DELETE", "/v1/queue-tokens/" + token, service_.as(user));
    }
    /// The token once it is in that state.
    Answer until(std::string const& state, std::string const& user, std::string const& token) {
        auto answer = Answer{};
        EXPECT_TRUE(eventually([&] {
            answer = look(user, token);
            return answer.member("state") == state;
        })) << answer.body;
        return answer;
    }
    std::string told(std::string const& token) {
        return service_.ask(
            "SELECT string_agg(split_part(type, '.', 4) || ' ' || version, ', ' ORDER BY id) "
            "FROM outbox WHERE aggregateid = '" +
            token + "'");
    }

    std::string jwks_;
    support::ServiceUnderTest service_;
};

std::string QueueService::key_file(std::string const& jwk) {
    auto const path = support::TestFolder::shared().path() /
                      ("pass-key-" + std::to_string(std::hash<std::string>{}(jwk)) + ".json");
    auto file = std::ofstream{path};
    file << jwk;
    return path.string();
}

TEST_F(QueueService, LeadsFromTheLineToACompletedPurchase) {
    auto const show = show_with(1);
    auto const joined = join("ann", show);
    EXPECT_EQ(joined.status, 201);
    auto const token = joined.member("id");
    EXPECT_EQ(joined.header("location"), "/v1/queue-tokens/" + token);
    EXPECT_EQ(joined.member("state"), "WAITING");
    EXPECT_EQ(joined.member("position"), "1");
    EXPECT_EQ(joined.member("ahead"), "0");
    EXPECT_EQ(joined.member("showId"), show.to_string());

    auto const inside = until("ADMITTED", "ann", token);
    EXPECT_EQ(inside.member("position"), "null");
    auto const pass =
        auth::read_pass(auth::KeySet::from_jwks(jwks_), inside.member("pass"), SystemClock{}.now());
    ASSERT_TRUE(pass.has_value());
    EXPECT_EQ(pass->token.to_string(), token);
    EXPECT_EQ(pass->show, show);
    EXPECT_EQ(pass->user.name, "ann");
    EXPECT_EQ(to_rfc3339(pass->expires_at).substr(0, 19),
              inside.member("passExpiresAt").substr(0, 19));

    auto facts = events::ReservationFacts{};
    facts.reservation = ReservationId::draw();
    facts.show = show;
    facts.user = {"ann"};
    facts.token = pass->token;
    facts.seats = {{1, 1}};
    facts.total = {.minor_units = 100, .currency = {}};
    facts.attempt = 1;
    service_.produce({event_of(events::ReservationConfirmed{facts})});
    auto const done = until("COMPLETED", "ann", token);
    EXPECT_EQ(done.body.find("\"pass\""), std::string::npos);
    EXPECT_EQ(told(token), "joined 1, admitted 2, completed 3");
    EXPECT_EQ(service_.ask("SELECT active FROM gates"), "0");
    EXPECT_EQ(join("ann", show).status, 201);
}

TEST_F(QueueService, LetsOthersInOnlyAsPlacesBecomeFree) {
    auto const show = show_with(2);
    auto tokens = std::vector<std::string>{};
    for (auto const* const user : {"a", "b", "c", "d"}) {
        tokens.push_back(join(user, show).member("id"));
    }
    EXPECT_EQ(until("ADMITTED", "b", tokens[1]).status, 200);
    EXPECT_EQ(look("c", tokens[2]).member("state"), "WAITING");
    EXPECT_EQ(look("d", tokens[3]).member("position"), "2");
    EXPECT_NE(look("d", tokens[3]).member("etaSeconds"), "null");
    EXPECT_EQ(leave("c", tokens[2]).status, 204);
    EXPECT_EQ(look("d", tokens[3]).member("position"), "1");
    EXPECT_EQ(leave("a", tokens[0]).status, 204);
    EXPECT_EQ(leave("a", tokens[0]).status, 204);
    EXPECT_EQ(until("ADMITTED", "d", tokens[3]).status, 200);
    EXPECT_EQ(look("a", tokens[0]).member("state"), "LEFT");
    EXPECT_EQ(service_.ask("SELECT active || ' ' || waiting FROM gates"), "2 0");
    EXPECT_EQ(told(tokens[2]), "joined 1, left 2");
}

TEST_F(QueueService, GivesEveryUserOnePlaceInTheLine) {
    auto const show = show_with(1, SystemClock{}.now() + 1h);
    auto const first = join("ann", show);
    auto const again = join("ann", show);
    EXPECT_EQ(again.status, 200);
    EXPECT_EQ(again.member("id"), first.member("id"));
    auto const path = "/v1/shows/" + show.to_string() + "/queue-tokens";
    auto const one = service_.request("POST", path, service_.as("bob") + key("k"), "{}");
    auto const two = service_.request("POST", path, service_.as("bob") + key("k"), "{}");
    EXPECT_EQ(one.status, 201);
    EXPECT_EQ(two.header("idempotent-replayed"), "true");
    EXPECT_EQ(service_.ask("SELECT tail FROM gates"), "2");
    EXPECT_EQ(two.body, one.body);
}

TEST_F(QueueService, NumbersSixtyFourWhoJoinTwoReplicasAtOnceWithoutAGap) {
    service_.start_replica();
    auto const show = show_with(3, SystemClock{}.now() + 1h);
    auto positions = std::vector<std::string>(64);
    {
        auto threads = std::vector<std::jthread>{};
        for (std::size_t i = 0; i < positions.size(); ++i) {
            threads.emplace_back([&, i] {
                positions[i] = join("user-" + std::to_string(i), show, i % 2).member("position");
            });
        }
    }
    EXPECT_EQ(std::set<std::string>(positions.begin(), positions.end()).size(), 64U);
    EXPECT_EQ(service_.ask("SELECT tail || ' ' || waiting FROM gates"), "64 64");
}

TEST_F(QueueService, KeepsTheLineWhenItIsKilled) {
    auto const show = show_with(1);
    auto const ann = join("ann", show).member("id");
    auto const bob = join("bob", show).member("id");
    EXPECT_EQ(until("ADMITTED", "ann", ann).status, 200);
    service_.kill();
    service_.restart();
    EXPECT_EQ(look("bob", bob).member("position"), "1");
    EXPECT_EQ(look("ann", ann).member("state"), "ADMITTED");
    EXPECT_EQ(service_.ask("SELECT active FROM gates"), "1");
}

TEST_F(QueueService, EndsAnAdmissionWhoseTimeIsOver) {
    auto const show = show_with(1);
    auto const token = join("ann", show).member("id");
    EXPECT_EQ(until("ADMITTED", "ann", token).status, 200);
    service_.database().run_script("UPDATE tokens SET expires_at = now()");
    EXPECT_EQ(look("ann", token).member("state"), "EXPIRED");
    EXPECT_TRUE(eventually([&] { return service_.ask("SELECT state FROM tokens") == "EXPIRED"; }));
    EXPECT_EQ(told(token), "joined 1, admitted 2, expired 3");
}

TEST_F(QueueService, RefusesBadInputWithAProblem) {
    auto const show = show_with(1);
    auto const path = "/v1/shows/" + show.to_string() + "/queue-tokens";
    auto const token = join("ann", show).member("id");
    struct Bad {
        std::string method;
        std::string path;
        Headers headers;
        std::string body;
        long status;
        std::string code;
    };
    auto const table = std::vector<Bad>{
        {"POST", path, {}, "", 400, "idempotency-key-required"},
        {"POST", path, key("a"), "[]", 400, "invalid-request"},
        {"POST", path, key("b"), "{", 400, "invalid-request"},
        {"POST", path, key("c"), R"({"vip":true})", 400, "invalid-request"},
        {"POST", "/v1/shows/7/queue-tokens", key("d"), "", 404, "not-found"},
        {"POST", "/v1/shows/" + new_uuid().to_string() + "/queue-tokens", key("e"), "", 404,
         "not-found"},
        {"GET", "/v1/queue-tokens/7", {}, "", 404, "not-found"},
        {"GET", "/v1/queue-tokens/" + new_uuid().to_string(), {}, "", 404, "not-found"},
        {"GET", "/v1/queue-tokens/" + token, {}, "", 404, "not-found"},
        {"DELETE", "/v1/queue-tokens/" + token, {}, "", 404, "not-found"},
        {"DELETE", "/v1/queue-tokens/" + new_uuid().to_string(), {}, "", 404, "not-found"},
    };
    for (auto const& bad : table) {
        SCOPED_TRACE(bad.method + " " + bad.path + " " + bad.body);
        auto const answer =
            service_.request(bad.method, bad.path, service_.as("bob") + bad.headers, bad.body);
        EXPECT_EQ(answer.status, bad.status);
        EXPECT_EQ(answer.header("content-type"), "application/problem+json");
        EXPECT_EQ(answer.member("code"), bad.code);
        EXPECT_FALSE(answer.member("detail").empty());
    }
    EXPECT_EQ(service_.request("POST", path, key("f")).status, 401);
    EXPECT_EQ(service_.ask("SELECT count(*) FROM tokens"), "1");
}

}  // namespace
}  // namespace frontrow::queue
