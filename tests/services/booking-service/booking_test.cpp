// booking-service as it runs: its HTTP interface, and the events of payment and queue.
#include <fstream>
#include <thread>

#include "booking-migrations.hpp"
#include "common/events/stamp.hpp"
#include "tests/support/service_under_test.hpp"
#include "tests/support/test_folder.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::booking {
namespace {

using namespace std::chrono_literals;
using support::Answer;
using support::eventually;
using support::Headers;
using support::key;
using support::operator+;

/// The key with which the queue signs its passes, here in the test's hands.
class PassSigner {
  public:
    PassSigner() { std::ofstream{file_} << signer_.public_jwks(); }
    [[nodiscard]] std::string file() const { return file_.string(); }
    [[nodiscard]] auth::Signer const& signer() const { return signer_; }

  private:
    auth::Signer signer_{auth::Signer::from_jwk(auth::new_private_jwk("queue"))};
    std::filesystem::path file_{support::TestFolder::shared().path() / "pass-keys.json"};
};

struct Shown {
    std::string concert;
    std::string id;
};

class BookingService : public testing::Test {
  protected:
    explicit BookingService(std::map<std::string, std::string> settings = {})
        : service_{{.name = "booking",
                    .migrations = booking_migrations(),
                    .topics = {"payment.payment.v1", "queue.token.v1"},
                    .settings = with_pass_keys(std::move(settings))}} {}

    std::map<std::string, std::string> with_pass_keys(std::map<std::string, std::string> settings) {
        settings["PASS__JWKS_FILE"] = passes_.file();
        return settings;
    }
    Answer post(std::string const& user, std::string const& path, Headers const& more,
                std::string const& body) {
        return service_.request("POST", path, service_.as(user) + more, body);
    }
    Answer get(std::string const& user, std::string const& path) {
        return service_.request("GET", path, service_.as(user));
    }
    /// Ten seats: two rows of three Stalls at 90.00, one row of four in the Gallery at 35.00.
    static std::string concert_json(int admission_capacity, std::string const& opens,
                                    std::string const& starts) {
        return R"({"title":"Night of Strings","artist":"The Quartet","venue":"Old Hall",)"
               R"("currency":"EUR","shows":[{"startsAt":")" +
               starts + R"(","saleOpensAt":")" + opens + R"(","admissionCapacity":)" +
               std::to_string(admission_capacity) +
               R"(,"sections":[{"name":"Stalls","rows":2,"seatsPerRow":3,"price":9000},)"
               R"({"name":"Gallery","rows":1,"seatsPerRow":4,"price":3500}]}]})";
    }
    Shown show(int admission_capacity = 0, std::string const& opens = "2026-01-01T00:00:00Z",
               std::string const& starts = "2036-03-01T19:30:00Z") {
        auto const made = service_.request("POST", "/v1/admin/booking/concerts",
                                           service_.as("olga", true) + key(new_uuid().to_string()),
                                           concert_json(admission_capacity, opens, starts));
        EXPECT_EQ(made.status, 201) << made.body;
        auto const shows = made.body.find(R"("shows")");
        return {made.member("id"),
                Answer{.status = 0, .headers = {}, .body = made.body.substr(shows)}.member("id")};
    }
    static std::string wish(Shown const& of, std::string const& seats) {
        return R"({"showId":")" + of.id + R"(","seatIds":[)" + seats + "]}";
    }
    Answer reserve(std::string const& user, Shown const& of, std::string const& seats,
                   Headers const& more = {}) {
        return post(user, "/v1/reservations", key(new_uuid().to_string()) + more, wish(of, seats));
    }
    Answer pay(std::string const& user, std::string const& id, Headers const& more) {
        return post(user, "/v1/reservations/" + id + "/payment", more, "{}");
    }
    Headers pass(std::string const& user, Shown const& of, TokenId const& token,
                 std::int32_t generation = 1, std::chrono::seconds lifetime = 1h) {
        return {{"Queue-Pass",
                 auth::sign_pass(passes_.signer(), {.token = token,
                                                    .show = *ShowId::parse(of.id),
                                                    .user = {user},
                                                    .generation = generation,
                                                    .expires_at = now_in_seconds() + lifetime})}};
    }
    static Instant now_in_seconds() {
        return std::chrono::floor<std::chrono::seconds>(SystemClock{}.now());
    }
    template <class Body>
    static events::Event event_of(Body body) {
        return {.envelope = events::stamp({"the-story", "the-cause", TraceContext::start()},
                                          SystemClock{}.now(), 1),
                .body = std::move(body)};
    }
    void authorize(std::string const& reservation, std::int32_t attempt = 1) {
        auto body = events::PaymentAuthorized{};
        body.reservation = *ReservationId::parse(reservation);
        body.user = {"ann"};
        body.attempt = attempt;
        service_.produce({event_of(body)});
    }
    void decline(std::string const& reservation, std::int32_t attempt = 1) {
        auto body = events::PaymentDeclined{};
        body.reservation = *ReservationId::parse(reservation);
        body.user = {"ann"};
        body.attempt = attempt;
        body.reason = "insufficient_funds";
        service_.produce({event_of(body)});
    }
    template <class Body>
    void tell(TokenId const& token, Shown const& of, std::int32_t generation = 1) {
        auto body = Body{};
        body.token = token;
        body.show = *ShowId::parse(of.id);
        body.user = {"ann"};
        body.generation = generation;
        service_.produce({event_of(body)});
    }
    bool becomes(std::string const& reservation, std::string const& state) {
        return eventually(
            [&] { return get("ann", "/v1/reservations/" + reservation).member("state") == state; });
    }
    std::string told(std::string const& reservation) {
        return service_.ask(
            "SELECT string_agg(split_part(type, '.', 4) || ' ' || version, ', ' ORDER BY id) "
            "FROM outbox WHERE aggregateid = '" +
            reservation + "'");
    }
    std::string count(std::string const& of) { return service_.ask("SELECT count(*) FROM " + of); }

    PassSigner passes_;
    support::ServiceUnderTest service_;
};

// ----------------------------------------------------------------------------------- the main job

TEST_F(BookingService, SellsSeatsOnceTheMoneyIsSetAside) {
    auto const of = show();
    auto const held = reserve("ann", of, "4, 7");
    ASSERT_EQ(held.status, 201) << held.body;
    auto const id = held.member("id");
    EXPECT_EQ(held.header("location"), "/v1/reservations/" + id);
    EXPECT_EQ(held.member("state"), "HELD");
    EXPECT_NE(held.body.find(R"("seats":[{"seatId":4,"section":"Stalls","row":"2","number":1,)"
                             R"("price":{"amount":9000,"currency":"EUR"}},{"seatId":7,)"
                             R"("section":"Gallery","row":"1","number":1,)"
                             R"("price":{"amount":3500,"currency":"EUR"}}],)"
                             R"("total":{"amount":12500,"currency":"EUR"})"),
              std::string::npos)
        << held.body;
    auto const paying = pay("ann", id, key("p"));
    EXPECT_EQ(paying.status, 202) << paying.body;
    EXPECT_EQ(paying.member("state"), "PAYING");
    EXPECT_EQ(paying.member("attempt"), "1");
    EXPECT_EQ(paying.header("location"), "/v1/reservations/" + id);
    EXPECT_EQ(paying.header("retry-after"), "1");
    authorize(id);
    EXPECT_TRUE(becomes(id, "CONFIRMED"));
    EXPECT_EQ(told(id), "held 1, payment_requested 2, confirmed 3");
    auto const map = service_.request("GET", "/v1/shows/" + of.id + "/availability");
    EXPECT_EQ(map.member("free"), "8");
    EXPECT_NE(map.body.find(R"([{"seatId":4,"state":"SOLD"},{"seatId":7,"state":"SOLD"}])"),
              std::string::npos);
    EXPECT_EQ(service_.ask("SELECT correlation_id || ' ' || (causation_id <> '') FROM outbox "
                           "WHERE type LIKE '%.confirmed.v1'"),
              "the-story true");
    auto const again = pay("ann", id, key("q"));
    EXPECT_EQ(again.status, 409);
    EXPECT_EQ(again.member("code"), "state-conflict");
}

TEST_F(BookingService, HoldsAgainAfterADeclineAndTakesTheNextAttempt) {
    auto const of = show();
    auto const id = reserve("ann", of, "1").member("id");
    ASSERT_EQ(pay("ann", id, key("1")).status, 202);
    EXPECT_EQ(pay("ann", id, key("other")).member("code"), "state-conflict");
    decline(id);
    EXPECT_TRUE(becomes(id, "HELD"));
    EXPECT_EQ(get("ann", "/v1/reservations/" + id).member("decline"), "insufficient_funds");
    ASSERT_EQ(pay("ann", id, key("2")).status, 202);
    authorize(id, 1);
    authorize(id, 2);
    EXPECT_TRUE(becomes(id, "CONFIRMED"));
    EXPECT_EQ(told(id),
              "held 1, payment_requested 2, returned 3, payment_requested 4, confirmed 5");
    EXPECT_EQ(service_.ask("SELECT string_agg(outcome, ' ' ORDER BY event_id) FROM inbox"),
              "applied ignored applied");
}

TEST_F(BookingService, GoesOnWhereItWasKilled) {
    auto const of = show();
    auto const id = reserve("ann", of, "1").member("id");
    auto const first = pay("ann", id, key("p"));
    service_.kill();
    authorize(id);
    service_.restart();
    EXPECT_TRUE(becomes(id, "CONFIRMED"));
    auto const replayed = pay("ann", id, key("p"));
    EXPECT_EQ(replayed.status, 202);
    EXPECT_EQ(replayed.body, first.body) << "byte for byte, whatever has happened since";
    EXPECT_EQ(replayed.header("idempotent-replayed"), "true");
}

// ----------------------------------------------------------------------------------- Prefer: wait

TEST_F(BookingService, WaitsForTheEndOfAPaymentIfAskedTo) {
    service_.start_replica();
    auto const of = show();
    auto const id = reserve("ann", of, "1").member("id");
    auto answers = std::vector<Answer>(4);
    {
        auto clients = std::vector<std::jthread>{};
        for (std::size_t i = 0; i < answers.size(); ++i) {
            clients.emplace_back([&, i] {  // the same request, at both replicas
                answers[i] = service_.request(
                    "POST", "/v1/reservations/" + id + "/payment",
                    service_.as("ann") + key("p") + Headers{{"Prefer", "wait=10"}}, "{}", i % 2);
            });
        }
        EXPECT_TRUE(becomes(id, "PAYING"));
        authorize(id);
    }
    for (auto const& answer : answers) {
        EXPECT_EQ(answer.status, 200) << answer.body;
        EXPECT_EQ(answer.member("state"), "CONFIRMED");
        EXPECT_EQ(answer.header("preference-applied"), "wait=10");
    }
    EXPECT_EQ(told(id), "held 1, payment_requested 2, confirmed 3");
    auto const stored = pay("ann", id, key("p"));
    EXPECT_EQ(stored.status, 202) << "the 202 is what is stored";
    auto const waited = pay("ann", id, key("p") + Headers{{"Prefer", "wait=10"}});
    EXPECT_EQ(waited.status, 200);
    EXPECT_EQ(waited.member("state"), "CONFIRMED");
}

TEST_F(BookingService, StopsWaitingWhenTheTimeIsOver) {
    auto const of = show();
    auto const id = reserve("ann", of, "1").member("id");
    auto const answer = pay("ann", id, key("p") + Headers{{"Prefer", "respond-async, wait=1"}});
    EXPECT_EQ(answer.status, 202);
    EXPECT_EQ(answer.member("state"), "PAYING");
    EXPECT_EQ(answer.header("preference-applied"), "wait=1");
    EXPECT_EQ(answer.header("retry-after"), "1");
    decline(id);
    auto const repeat = pay("ann", id, key("p") + Headers{{"Prefer", "wait=10"}});
    EXPECT_EQ(repeat.status, 200) << "a repeat waits again";
    EXPECT_EQ(repeat.member("state"), "HELD");
    EXPECT_EQ(repeat.member("decline"), "insufficient_funds");
}

TEST_F(BookingService, IgnoresAPreferenceThatItCannotRead) {
    auto const of = show();
    for (std::string const prefer : {"wait", "wait=", "wait=-1", "wait=x", "waiting=9", "wait=0"}) {
        auto const id = reserve("ann", of, "1").member("id");
        EXPECT_EQ(pay("ann", id, key(id) + Headers{{"Prefer", prefer}}).status, 202) << prefer;
        service_.database().run_script(
            "UPDATE seats SET state = 'FREE', reservation_id = NULL, "
            "held_until = NULL");
    }
}

// ---------------------------------------------------------------------------------------- expiry

class ShortHolds : public BookingService {
  protected:
    ShortHolds()
        : BookingService{{{"HOLD__DURATION", "300ms"},
                          {"HOLD__PAYMENT_MINIMUM", "100ms"},
                          {"SWEEPER__ENABLED", "false"}}} {}
};

TEST_F(ShortHolds, CanBeTakenOverAtOnceWithTheSweeperOff) {
    auto const of = show();
    auto const old = reserve("ann", of, "1, 2").member("id");
    auto taken = Answer{};
    EXPECT_TRUE(eventually([&] {
        taken = reserve("bob", of, "2, 3");
        return taken.status == 201;
    }));
    EXPECT_EQ(told(old), "held 1") << "nobody has touched the old reservation";
    auto const late = pay("ann", old, key("p"));
    EXPECT_EQ(late.status, 410);
    EXPECT_EQ(late.member("code"), "hold-expired");
    EXPECT_EQ(told(old), "held 1, expired 2") << "who finds the time over says so";
    EXPECT_EQ(pay("ann", old, key("p")).body, late.body);
    EXPECT_EQ(service_.ask("SELECT state || ' ' || fence FROM seats WHERE seat_no = 1"), "FREE 1");
    EXPECT_EQ(service_.ask("SELECT fence FROM seats WHERE seat_no = 2"), "2");
}

TEST_F(ShortHolds, AuthorizationThatComesTooLateExpires) {
    auto const of = show();
    auto const id = reserve("ann", of, "1").member("id");
    ASSERT_EQ(pay("ann", id, key("p")).status, 202);
    EXPECT_TRUE(eventually(
        [&] { return service_.ask("SELECT held_until <= now() FROM reservations") == "t"; }));
    authorize(id);
    EXPECT_TRUE(becomes(id, "EXPIRED"));
    EXPECT_EQ(told(id), "held 1, payment_requested 2, expired 3");
    EXPECT_EQ(service_.ask("SELECT state FROM seats WHERE seat_no = 1"), "FREE");
}

class SweptHolds : public BookingService {
  protected:
    SweptHolds()
        : BookingService{{{"HOLD__DURATION", "50ms"},
                          {"HOLD__PAYMENT_MINIMUM", "50ms"},
                          {"SWEEPER__INTERVAL", "20ms"}}} {}
};

TEST_F(SweptHolds, AreExpiredAndToldWithoutAnybodyAsking) {
    service_.start_replica();
    auto const of = show();
    auto const held = reserve("ann", of, "1").member("id");
    auto const paying = reserve("ann", of, "2").member("id");
    pay("ann", paying, key("p"));
    EXPECT_TRUE(eventually([&] { return count("outbox WHERE type LIKE '%.expired.v1'") == "2"; }));
    EXPECT_EQ(told(held), "held 1, expired 2");
    EXPECT_EQ(count("seats WHERE state = 'FREE'"), "10");
    EXPECT_EQ(get("ann", "/v1/reservations/" + paying).member("state"), "EXPIRED");
}

// --------------------------------------------------------------------------------------- passes

TEST_F(BookingService, AsksForAPassOfItsOwnWhereThereIsAQueue) {
    auto const of = show(10);
    auto const other = show(10);
    auto const token = TokenId::draw();
    auto const code = [&](Headers const& headers) {
        auto const answer = reserve("ann", of, "1", headers);
        return std::to_string(answer.status) + " " + answer.member("code");
    };
    auto const good = pass("ann", of, token);
    auto forged = good;
    auto& text = forged.at("Queue-Pass");
    text[text.size() - 5] = text[text.size() - 5] == 'A' ? 'B' : 'A';
    EXPECT_EQ(code({}), "403 queue-pass-required");
    EXPECT_EQ(code({{"Queue-Pass", "x.y.z"}}), "403 queue-pass-invalid");
    EXPECT_EQ(code(forged), "403 queue-pass-invalid");
    EXPECT_EQ(code(pass("bob", of, token)), "403 queue-pass-invalid");
    EXPECT_EQ(code(pass("ann", other, token)), "403 queue-pass-invalid");
    EXPECT_EQ(code(pass("ann", of, token, 1, -1s)), "403 queue-pass-expired");
    EXPECT_EQ(count("seats WHERE state <> 'FREE'"), "0");
    EXPECT_EQ(count("idempotency_keys WHERE status = 403"), "0") << "a 403 is not stored";

    auto const held = reserve("ann", of, "1", good);
    ASSERT_EQ(held.status, 201) << held.body;
    auto const second = reserve("ann", of, "2", good);
    EXPECT_EQ(second.status, 409);
    EXPECT_EQ(second.member("code"), "pass-in-use");
    auto const id = held.member("id");
    ASSERT_EQ(pay("ann", id, key("p")).status, 202);
    authorize(id);
    EXPECT_TRUE(becomes(id, "CONFIRMED"));
    EXPECT_EQ(code(good), "403 queue-pass-used");
    EXPECT_NE(service_
                  .ask("SELECT convert_from(payload, 'UTF8') FROM outbox "
                       "WHERE type LIKE '%.confirmed.v1'")
                  .find(token.to_string()),
              std::string::npos)
        << "events name the token";
}

TEST_F(BookingService, EndsPassesWithTheirTokens) {
    auto const of = show(10);
    auto const code = [&](TokenId const& token) {
        auto const answer = reserve("ann", of, "1", pass("ann", of, token));
        return std::to_string(answer.status) + " " + answer.member("code");
    };
    auto const [left, revoked, expired, completed, renewed] = std::array{
        TokenId::draw(), TokenId::draw(), TokenId::draw(), TokenId::draw(), TokenId::draw()};
    tell<events::TokenLeft>(left, of);
    tell<events::TokenAdmitted>(left, of, 2);
    tell<events::TokenRevoked>(revoked, of);
    tell<events::TokenExpired>(expired, of);
    tell<events::TokenCompleted>(completed, of);
    tell<events::TokenAdmitted>(renewed, of, 2);
    EXPECT_TRUE(eventually([&] { return count("inbox") == "6"; }));
    for (auto const& token : {left, revoked, expired, completed, renewed}) {
        EXPECT_EQ(code(token), "403 queue-pass-invalid");
    }
    EXPECT_EQ(reserve("ann", of, "1", pass("ann", of, renewed, 2)).status, 201);
}

// ---------------------------------------------------------------------------------- idempotency

TEST_F(BookingService, AnswersAReservationOnceForEachKey) {
    auto const of = show();
    auto const first = post("ann", "/v1/reservations", key("k"), wish(of, "1,2"));
    ASSERT_EQ(first.status, 201);
    auto const again = post("ann", "/v1/reservations", key("\"k\""),
                            R"({"seatIds": [1, 2], "showId": ")" + of.id + "\"}");
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.header("idempotent-replayed"), "true");
    EXPECT_EQ(again.header("location"), first.header("location"));
    auto const other = post("ann", "/v1/reservations", key("k"), wish(of, "3"));
    EXPECT_EQ(other.status, 422);
    EXPECT_EQ(other.member("code"), "idempotency-key-reused");
    EXPECT_EQ(post("bob", "/v1/reservations", key("k"), wish(of, "3")).status, 201)
        << "keys are each user's own";
    EXPECT_EQ(count("reservations"), "2");
    service_.database().run_script(
        "UPDATE idempotency_keys SET created_at = created_at - interval '23 hours'");
    EXPECT_EQ(post("ann", "/v1/reservations", key("k"), wish(of, "1,2")).body, first.body);
    service_.database().run_script(
        "UPDATE idempotency_keys SET created_at = created_at - interval '2 hours'");
    EXPECT_EQ(post("ann", "/v1/reservations", key("k"), wish(of, "1,2")).status, 409)
        << "after a day the key is fresh, and the seats are taken";
}

TEST_F(BookingService, StoresARefusalButNotABadRequest) {
    auto const of = show();
    ASSERT_EQ(reserve("bob", of, "1").status, 201);
    auto const refused = post("ann", "/v1/reservations", key("k"), wish(of, "1"));
    EXPECT_EQ(refused.status, 409);
    EXPECT_EQ(refused.member("code"), "seat-unavailable");
    EXPECT_NE(refused.body.find(R"("conflictingSeats":[1])"), std::string::npos);
    service_.database().run_script(
        "UPDATE seats SET state = 'FREE', reservation_id = NULL, "
        "held_until = NULL");
    EXPECT_EQ(post("ann", "/v1/reservations", key("k"), wish(of, "1")).body, refused.body);
    EXPECT_EQ(post("ann", "/v1/reservations", key("m"), wish(of, "0")).status, 400);
    EXPECT_EQ(post("ann", "/v1/reservations", key("m"), wish(of, "1")).status, 201);
}

TEST_F(BookingService, GivesTheSameKeyAtOnceOneReservationAndEqualBytes) {
    service_.start_replica();
    auto const of = show();
    auto answers = std::vector<Answer>(40);
    {
        auto clients = std::vector<std::jthread>{};
        for (std::size_t i = 0; i < answers.size(); ++i) {
            clients.emplace_back([&, i] {
                answers[i] =
                    service_.request("POST", "/v1/reservations", service_.as("ann") + key("same"),
                                     wish(of, "5"), i % 2);
            });
        }
    }
    for (auto const& answer : answers) {
        EXPECT_EQ(answer.status, 201) << answer.body;
        EXPECT_EQ(answer.body, answers[0].body);
    }
    EXPECT_EQ(count("reservations"), "1");
}

TEST_F(BookingService, OfManyForOneSeatOneWins) {
    service_.start_replica();
    auto const of = show();
    auto wins = std::atomic{0};
    auto conflicts = std::atomic{0};
    {
        auto clients = std::vector<std::jthread>{};
        for (std::size_t i = 0; i < 64; ++i) {
            clients.emplace_back([&, i] {
                auto const user = "user-" + std::to_string(i);
                auto const answer =
                    service_.request("POST", "/v1/reservations", service_.as(user) + key("k"),
                                     wish(of, "5,6"), i % 2);
                wins += answer.status == 201 ? 1 : 0;
                conflicts += answer.member("code") == "seat-unavailable" ? 1 : 0;
            });
        }
    }
    EXPECT_EQ(wins, 1);
    EXPECT_EQ(conflicts, 63);
    EXPECT_EQ(count("seats WHERE state = 'HELD'"), "2");
}

// ------------------------------------------------------------------------------------------ reads

TEST_F(BookingService, ShowsConcertsShowsAndSeatsToAnyone) {
    auto const of = show(100);
    auto const concert = service_.request("GET", "/v1/concerts/" + of.concert);
    EXPECT_EQ(concert.status, 200);
    EXPECT_EQ(concert.member("title"), "Night of Strings");
    auto const found = service_.request("GET", "/v1/shows/" + of.id);
    EXPECT_EQ(found.body,
              R"({"id":")" + of.id + R"(","concertId":")" + of.concert +
                  R"(","title":"Night of Strings","venue":"Old Hall",)"
                  R"("startsAt":"2036-03-01T19:30:00Z","saleOpensAt":"2026-01-01T00:00:00Z",)"
                  R"("saleClosesAt":"2036-03-01T19:30:00Z","state":"OPEN","seats":10,)"
                  R"("admissionCapacity":100,"currency":"EUR"})");
    EXPECT_EQ(concert.body.substr(concert.body.find(R"("shows":)") + 8), "[" + found.body + "]}");
    EXPECT_EQ(service_.request("GET", "/v1/concerts/" + of.concert + "/shows").body,
              R"({"items":[)" + found.body + R"(],"nextCursor":null})");
    auto const layout = service_.request("GET", "/v1/shows/" + of.id + "/seats");
    EXPECT_EQ(layout.body,
              R"({"showId":")" + of.id +
                  R"(","sections":[{"name":"Stalls","price":{"amount":9000,"currency":"EUR"},)"
                  R"("rows":[{"row":"1","firstSeatId":1,"seats":3},)"
                  R"({"row":"2","firstSeatId":4,"seats":3}]},)"
                  R"({"name":"Gallery","price":{"amount":3500,"currency":"EUR"},)"
                  R"("rows":[{"row":"1","firstSeatId":7,"seats":4}]}]})");
    EXPECT_EQ(layout.header("cache-control"), "public, max-age=3600");
    EXPECT_FALSE(layout.header("etag").starts_with("W/"));
    auto const known = service_.request("GET", "/v1/shows/" + of.id + "/seats",
                                        {{"If-None-Match", layout.header("etag")}});
    EXPECT_EQ(known.status, 304);
    EXPECT_EQ(known.body, "");
    EXPECT_EQ(count("outbox WHERE type = 'frontrow.booking.show.created.v1'"), "1");
}

TEST_F(BookingService, TellsAvailabilityAnewOnlyWhenItChanged) {
    auto const of = show();
    auto const path = "/v1/shows/" + of.id + "/availability";
    auto const empty = service_.request("GET", path);
    EXPECT_EQ(empty.member("free"), "10");
    EXPECT_NE(empty.body.find(R"("taken":[])"), std::string::npos);
    auto const since = Headers{{"If-None-Match", R"("x", )" + empty.header("etag")}};
    EXPECT_EQ(service_.request("GET", path, since).status, 304);
    ASSERT_EQ(reserve("ann", of, "3").status, 201);
    auto const changed = service_.request("GET", path, since);
    EXPECT_EQ(changed.status, 200);
    EXPECT_NE(changed.body.find(R"("taken":[{"seatId":3,"state":"HELD"}])"), std::string::npos);
}

TEST_F(BookingService, PagesThroughConcertsAndReservations) {
    auto const of = show();
    for (auto i = 0; i < 2; ++i) {
        show();
    }
    auto const first = service_.request("GET", "/v1/concerts?limit=2");
    EXPECT_EQ(first.member("id"), of.concert);
    auto const rest =
        service_.request("GET", "/v1/concerts?limit=2&cursor=" + first.member("nextCursor"));
    EXPECT_EQ(rest.member("nextCursor"), "null");
    EXPECT_NE(rest.member("id"), "");
    EXPECT_EQ(first.body.find(rest.member("id")), std::string::npos);

    auto ids = std::vector<std::string>{};
    for (auto const* seat : {"1", "2", "3"}) {
        ids.push_back(reserve("ann", of, seat).member("id"));
    }
    reserve("bob", of, "4");
    auto const newest = get("ann", "/v1/reservations?limit=2");
    EXPECT_EQ(newest.member("id"), ids[2]);
    EXPECT_NE(newest.body.find(ids[1]), std::string::npos);
    auto const oldest = get("ann", "/v1/reservations?cursor=" + newest.member("nextCursor"));
    EXPECT_EQ(oldest.member("id"), ids[0]);
    EXPECT_EQ(oldest.member("nextCursor"), "null");
    EXPECT_EQ(oldest.body.find(ids[1]), std::string::npos);
}

// -------------------------------------------------------------------------------------- bad input

struct BadRequest {
    std::string method;
    std::string path;
    std::string body;
    long status{400};
    std::string code{"invalid-request"};
};

void expect_problem(Answer const& answer, BadRequest const& bad) {
    EXPECT_EQ(answer.status, bad.status) << answer.body;
    EXPECT_EQ(answer.header("content-type"), "application/problem+json");
    EXPECT_EQ(answer.member("code"), bad.code);
    EXPECT_EQ(answer.member("type"), "https://frontrow.example/problems/" + bad.code);
    EXPECT_FALSE(answer.member("detail").empty());
    EXPECT_EQ(answer.member("traceId").size(), 32U);
}

TEST_F(BookingService, RefusesBadReservationsWithAProblemAndNoTrace) {
    auto const of = show();
    auto const closed = show(0, "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z");
    auto const not_yet = show(0, "2036-01-01T00:00:00Z");
    auto const unknown = new_uuid().to_string();
    auto const bad = [](std::string body, long status = 400, std::string code = "invalid-request") {
        return BadRequest{"POST", "/v1/reservations", std::move(body), status, std::move(code)};
    };
    auto const pays = [](std::string const& id, std::string body, long status, std::string code) {
        return BadRequest{"POST", "/v1/reservations/" + id + "/payment", std::move(body), status,
                          std::move(code)};
    };
    auto const reads = [](std::string path, long status, std::string code) {
        return BadRequest{"GET", std::move(path), "", status, std::move(code)};
    };
    auto const show_id = R"("showId":")" + of.id + "\"";
    auto const table = std::vector<BadRequest>{
        bad(""),
        bad("{"),
        bad("null"),
        bad("[]"),
        bad("{}"),
        bad("{" + show_id + "}"),
        bad(R"({"seatIds":[1]})"),
        bad(R"({"showId":"x","seatIds":[1]})"),
        bad(R"({"showId":7,"seatIds":[1]})"),
        bad("{" + show_id + R"(,"seatIds":1})"),
        bad("{" + show_id + R"(,"seatIds":["1"]})"),
        bad("{" + show_id + R"(,"seatIds":[1,2],"bestAvailable":{"count":2}})"),
        bad("{" + show_id + R"(,"seatIds":[1],"seatIds":[2]})"),
        bad(wish(of, "")),
        bad(wish(of, "0")),
        bad(wish(of, "-1")),
        bad(wish(of, "1.5")),
        bad(wish(of, "1e1")),
        bad(wish(of, "99999999999")),
        bad(wish(of, "1,2,3,4,5,6,7,8,9")),
        bad(wish(of, "1,2,1")),
        bad(wish(of, "10,11"), 422, "unknown-seat"),
        bad(wish({"", unknown}, "1"), 404, "not-found"),
        bad(wish(closed, "1"), 409, "show-closed"),
        bad(wish(not_yet, "1"), 409, "show-closed"),
        pays(unknown, "{}", 404, "not-found"),
        pays("7", "{}", 404, "not-found"),
        pays(unknown, "[]", 400, "invalid-request"),
        pays(unknown, R"({"couponId":"x"})", 400, "invalid-request"),
        reads("/v1/reservations/" + unknown, 404, "not-found"),
        reads("/v1/reservations/7", 404, "not-found"),
        reads("/v1/reservations?limit=0", 400, "invalid-request"),
        reads("/v1/reservations?limit=101", 400, "invalid-request"),
        reads("/v1/reservations?cursor=!", 400, "invalid-request"),
        reads("/v1/reservations?page=2", 400, "invalid-request"),
        reads("/v1/concerts/" + unknown, 404, "not-found"),
        reads("/v1/concerts/" + unknown + "/shows", 404, "not-found"),
        reads("/v1/shows/" + unknown, 404, "not-found"),
        reads("/v1/shows/" + unknown + "/seats", 404, "not-found"),
        reads("/v1/shows/" + unknown + "/availability", 404, "not-found"),
        reads("/v1/shows/" + of.id + "?verbose", 400, "invalid-request"),
        {"POST", "/v1/reservations", std::string(20'000, ' '), 413, "body-too-large"},
    };
    for (auto const& one : table) {
        SCOPED_TRACE(one.method + " " + one.path + " " + one.body.substr(0, 100));
        expect_problem(service_.request(one.method, one.path,
                                        service_.as("ann") + key(new_uuid().to_string()), one.body),
                       one);
    }
    EXPECT_EQ(count("seats WHERE state <> 'FREE' OR fence <> 0"), "0");
    EXPECT_EQ(count("reservations"), "0");
    EXPECT_EQ(count("outbox WHERE aggregatetype = 'reservation'"), "0");
}

TEST_F(BookingService, RefusesBadConcertsAsAWhole) {
    auto const good = concert_json(0, "2026-01-01T00:00:00Z", "2036-03-01T19:30:00Z");
    auto const with = [&](std::string const& what, std::string const& instead) {
        auto body = good;
        auto const at = body.find(what);
        EXPECT_NE(at, std::string::npos) << what;
        return body.replace(at, what.size(), instead);
    };
    for (auto const& body :
         {std::string{"{}"}, with(R"("title":"Night of Strings")", R"("title":"")"),
          with(R"("currency":"EUR")", R"("currency":"euro")"), with(R"("artist")", R"("painter")"),
          with("9000", "0"), with("9000", "-1"), with("9000", "90.5"),
          with("9000", "1000000000001"), with(R"("rows":2)", R"("rows":0)"),
          with("2036-03-01T19:30:00Z", "tomorrow"),
          with("2036-03-01T19:30:00Z", "2025-03-01T19:30:00Z"),
          with(R"("rows":2,"seatsPerRow":3)", R"("rows":1000,"seatsPerRow":1000)"),
          with(R"("admissionCapacity":0)", R"("admissionCapacity":-1)"),
          with(R"("name":"Gallery")", R"("name":"Gallery","colour":"red")")}) {
        SCOPED_TRACE(body);
        expect_problem(
            service_.request("POST", "/v1/admin/booking/concerts",
                             service_.as("olga", true) + key(new_uuid().to_string()), body),
            {});
    }
    EXPECT_EQ(count("concerts"), "0");
    auto const by_a_user = post("ann", "/v1/admin/booking/concerts", key("k"), good);
    EXPECT_EQ(by_a_user.status, 403);
}

TEST_F(BookingService, ShowsNobodyAnothersReservation) {
    auto const of = show();
    auto const id = reserve("ann", of, "1").member("id");
    expect_problem(get("bob", "/v1/reservations/" + id), {"", "", "", 404, "not-found"});
    expect_problem(pay("bob", id, key("p")), {"", "", "", 404, "not-found"});
    EXPECT_EQ(get("bob", "/v1/reservations").body, R"({"items":[],"nextCursor":null})");
    EXPECT_EQ(told(id), "held 1");
}

TEST_F(BookingService, LetsNobodyInWithoutAGoodTokenOrAKey) {
    auto const now = SystemClock{}.now();
    auto forged = service_.token({{"ann"}, false}, now, 1h);
    forged[forged.size() - 5] = forged[forged.size() - 5] == 'A' ? 'B' : 'A';
    auto const expired = service_.token({{"ann"}, false}, now - 2h, 1h);
    for (auto const& headers : {Headers{}, Headers{{"Authorization", "Bearer " + forged}},
                                Headers{{"Authorization", "Bearer " + expired}}}) {
        for (auto const& [method, path] :
             {std::pair<std::string, std::string>{"GET", "/v1/reservations"},
              {"POST", "/v1/reservations"},
              {"POST", "/v1/admin/booking/concerts"}}) {
            auto const answer = service_.request(method, path, headers + key("k"), "");
            EXPECT_EQ(answer.status, 401) << method << path;
            EXPECT_FALSE(answer.header("www-authenticate").empty());
        }
    }
    auto const of = show();
    auto const unkeyed =
        service_.request("POST", "/v1/reservations", service_.as("ann"), wish(of, "1"));
    expect_problem(unkeyed, {"", "", "", 400, "idempotency-key-required"});
    EXPECT_EQ(count("reservations"), "0");
}

TEST_F(BookingService, MakesADeadLetterOfAnAnswerAboutAReservationThatItNeverMade) {
    authorize(new_uuid().to_string());
    EXPECT_TRUE(eventually([&] { return count("dead_letter") == "1"; }));
    auto const of = show();
    auto const id = reserve("ann", of, "1").member("id");
    ASSERT_EQ(pay("ann", id, key("p")).status, 202);
    authorize(id);
    EXPECT_TRUE(becomes(id, "CONFIRMED")) << "and goes on with the others";
}

}  // namespace
}  // namespace frontrow::booking
