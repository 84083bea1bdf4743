// payment-service as it runs: its HTTP interface, and reservations' events to its outbox.
#include <thread>

#include "common/events/stamp.hpp"
#include "payment-migrations.hpp"
#include "tests/support/service_under_test.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::payment {
namespace {

using support::Answer;
using support::eventually;
using support::Headers;
using support::key;
using support::operator+;

class PaymentService : public testing::Test {
  protected:
    Answer top_up(std::string const& user, std::string const& body, Headers const& more) {
        return service_.request("POST", "/v1/wallet/top-ups", service_.as(user) + more, body);
    }
    static std::string euros(std::int64_t cents) {
        return R"({"amount":{"amount":)" + std::to_string(cents) + R"(,"currency":"EUR"}})";
    }
    Answer get(std::string const& user, std::string const& path) {
        return service_.request("GET", path, service_.as(user));
    }
    static events::ReservationFacts facts_of(std::string const& user, std::int64_t cents) {
        return {.reservation = ReservationId::draw(),
                .show = ShowId::draw(),
                .user = {user},
                .token = std::nullopt,
                .seats = {{1, 1}, {2, 4}},
                .total = {.minor_units = cents, .currency = {}},
                .held_until = SystemClock{}.now() + std::chrono::minutes{5},
                .attempt = 1};
    }
    template <class Body>
    static events::Event event_of(Body body, std::int64_t version) {
        return {.envelope = events::stamp({"the-story", "the-cause", TraceContext::start()},
                                          SystemClock{}.now(), version),
                .body = std::move(body)};
    }
    /// The types and versions of what was told of a reservation, once there are that many.
    std::string told(ReservationId const& reservation, int events) {
        auto const of = " FROM outbox WHERE aggregateid = '" + reservation.to_string() + "'";
        EXPECT_TRUE(eventually(
            [&] { return service_.ask("SELECT count(*)" + of) == std::to_string(events); }));
        return service_.ask(
            "SELECT string_agg(split_part(type, '.', 4) || ' ' || version, ', ' ORDER BY id)" + of);
    }

    support::ServiceUnderTest service_{{.name = "payment",
                                        .migrations = payment_migrations(),
                                        .topics = {"booking.reservation.v1"}}};
};

TEST_F(PaymentService, TakesTheMoneyOfAConfirmedReservation) {
    ASSERT_EQ(top_up("ann", euros(10'000), key("1")).status, 201);
    auto const facts = facts_of("ann", 9'000);
    service_.produce({event_of(events::ReservationHeld{facts}, 1),
                      event_of(events::ReservationPaymentRequested{facts}, 2)});
    EXPECT_EQ(told(facts.reservation, 1), "authorized 1");
    EXPECT_EQ(get("ann", "/v1/wallet").body,
              R"({"userId":"ann","available":{"amount":1000,"currency":"EUR"},)"
              R"("pending":{"amount":9000,"currency":"EUR"},)"
              R"("balance":{"amount":10000,"currency":"EUR"},"version":1})");
    service_.produce({event_of(events::ReservationConfirmed{facts}, 3)});
    EXPECT_EQ(told(facts.reservation, 2), "authorized 1, captured 2");
    auto const id = facts.reservation.to_string();
    auto const payment = get("ann", "/v1/payments/" + id);
    EXPECT_EQ(payment.status, 200);
    EXPECT_EQ(payment.member("state"), "CAPTURED");
    EXPECT_EQ(payment.member("reservationId"), id);
    EXPECT_EQ(payment.member("version"), "2");
    EXPECT_EQ(get("ann", "/v1/payments?reservationId=" + id).body,
              R"({"items":[)" + payment.body + "]}");
    EXPECT_EQ(service_.ask("SELECT correlation_id FROM outbox WHERE type LIKE '%captured%'"),
              "the-story");
    EXPECT_EQ(service_.ask("SELECT sum(amount) FROM entries"), "0");
}

TEST_F(PaymentService, GivesTheMoneyBackWhateverTheOrderOfTheEvents) {
    ASSERT_EQ(top_up("ann", euros(100), key("1")).status, 201);
    auto const expired = facts_of("ann", 60);
    service_.produce({event_of(events::ReservationExpired{expired}, 2),
                      event_of(events::ReservationPaymentRequested{expired}, 1)});
    EXPECT_EQ(told(expired.reservation, 2), "voided 1, declined 2");
    auto const cancelled = facts_of("ann", 60);
    service_.produce({event_of(events::ReservationPaymentRequested{cancelled}, 1),
                      event_of(events::ReservationConfirmed{cancelled}, 2),
                      event_of(events::ReservationCancelled{cancelled}, 3)});
    EXPECT_EQ(told(cancelled.reservation, 3), "authorized 1, captured 2, refunded 3");
    auto const dear = facts_of("ann", 101);
    service_.produce({event_of(events::ReservationPaymentRequested{dear}, 1)});
    EXPECT_EQ(told(dear.reservation, 1), "declined 1");
    EXPECT_EQ(service_.ask("SELECT available || ' ' || pending FROM wallets"), "100 0");
}

TEST_F(PaymentService, AppliesAnEventOnceHoweverOftenItComes) {
    ASSERT_EQ(top_up("ann", euros(100), key("1")).status, 201);
    auto const facts = facts_of("ann", 60);
    auto const requested = event_of(events::ReservationPaymentRequested{facts}, 1);
    auto const confirmed = event_of(events::ReservationConfirmed{facts}, 2);
    service_.produce({requested, requested, confirmed, requested, confirmed, confirmed});
    auto const last = facts_of("ann", 40);
    service_.produce({event_of(events::ReservationPaymentRequested{last}, 1)});
    EXPECT_EQ(told(last.reservation, 1), "authorized 1");
    EXPECT_EQ(told(facts.reservation, 2), "authorized 1, captured 2");
    EXPECT_EQ(service_.ask("SELECT count(*) FROM transfers"), "4");
}

TEST_F(PaymentService, GoesOnWhereItWasKilled) {
    ASSERT_EQ(top_up("ann", euros(100), key("1")).status, 201);
    service_.kill();
    auto const facts = facts_of("ann", 60);
    service_.produce({event_of(events::ReservationPaymentRequested{facts}, 1),
                      event_of(events::ReservationConfirmed{facts}, 2)});
    service_.restart();
    EXPECT_EQ(told(facts.reservation, 2), "authorized 1, captured 2");
    EXPECT_EQ(top_up("ann", euros(100), key("1")).header("idempotent-replayed"), "true");
}

TEST_F(PaymentService, MakesADeadLetterOfAPartialCancellationWithoutItsCapture) {
    ASSERT_EQ(top_up("ann", euros(100), key("1")).status, 201);
    auto const facts = facts_of("ann", 60);
    auto part = events::ReservationPartlyCancelled{facts, {}, {}};
    part.total.minor_units = 40;
    part.refund = {.minor_units = 20, .currency = {}};
    part.given_back = {{1, 1}};
    service_.produce({event_of(events::ReservationPaymentRequested{facts}, 1), event_of(part, 3)});
    EXPECT_TRUE(
        eventually([&] { return service_.ask("SELECT count(*) FROM dead_letter") == "1"; }));
    EXPECT_EQ(service_.ask("SELECT state FROM payments"), "AUTHORIZED");
}

TEST_F(PaymentService, AnswersATopUpOnceForEachKey) {
    auto const first = top_up("ann", euros(500), key("k"));
    EXPECT_EQ(first.status, 201);
    EXPECT_EQ(first.header("location"), "/v1/wallet");
    auto const again = top_up("ann", R"({"amount": {"currency":"EUR", "amount":500}})", key("k"));
    EXPECT_EQ(again.status, 201);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(again.header("idempotent-replayed"), "true");
    auto const reused = top_up("ann", euros(501), key("k"));
    EXPECT_EQ(reused.status, 422);
    EXPECT_EQ(reused.member("code"), "idempotency-key-reused");
    EXPECT_EQ(top_up("bob", euros(500), key("k")).status, 201);
    EXPECT_EQ(service_.ask("SELECT string_agg(user_id || ' ' || available, ', ' ORDER BY user_id) "
                           "FROM wallets"),
              "ann 500, bob 500");
}

TEST_F(PaymentService, AnswersTheSameKeyAtOnceWithOneEffectAndEqualBytes) {
    service_.start_replica();
    auto answers = std::vector<Answer>(40);
    {
        auto threads = std::vector<std::jthread>{};
        for (std::size_t i = 0; i < answers.size(); ++i) {
            threads.emplace_back([&, i] {
                answers[i] = service_.request("POST", "/v1/wallet/top-ups",
                                              service_.as("ann") + key("same"), euros(7), i % 2);
            });
        }
    }
    for (auto const& answer : answers) {
        EXPECT_EQ(answer.status, 201);
        EXPECT_EQ(answer.body, answers[0].body);
    }
    EXPECT_EQ(service_.ask("SELECT available || ' ' || version FROM wallets"), "7 1");
}

TEST_F(PaymentService, PagesThroughTheEntriesOfAWallet) {
    for (auto i = 1; i <= 5; ++i) {
        ASSERT_EQ(top_up("ann", euros(i), key(std::to_string(i))).status, 201);
    }
    auto const first = get("ann", "/v1/wallet/entries?limit=2");
    EXPECT_NE(first.body.find(R"("amount":{"amount":5,)"), std::string::npos);
    EXPECT_NE(first.body.find(R"("amount":{"amount":4,)"), std::string::npos);
    EXPECT_EQ(first.member("kind"), "top_up");
    EXPECT_EQ(first.member("reservationId"), "null");
    auto const second =
        get("ann", "/v1/wallet/entries?limit=3&cursor=" + first.member("nextCursor"));
    EXPECT_NE(second.body.find(R"("amount":{"amount":1,)"), std::string::npos);
    EXPECT_EQ(second.body.find(R"("amount":{"amount":4,)"), std::string::npos);
    EXPECT_EQ(second.member("nextCursor"), "null");
    EXPECT_EQ(get("bob", "/v1/wallet/entries").body, R"({"items":[],"nextCursor":null})");
}

TEST_F(PaymentService, ShowsNobodyAnothersMoney) {
    ASSERT_EQ(top_up("ann", euros(100), key("1")).status, 201);
    auto const facts = facts_of("ann", 60);
    service_.produce({event_of(events::ReservationPaymentRequested{facts}, 1)});
    EXPECT_EQ(told(facts.reservation, 1), "authorized 1");
    auto const id = facts.reservation.to_string();
    auto const others = get("bob", "/v1/payments/" + id);
    EXPECT_EQ(others.status, 404);
    EXPECT_EQ(others.member("code"), "not-found");
    EXPECT_EQ(get("bob", "/v1/payments?reservationId=" + id).body, R"({"items":[]})");
    EXPECT_EQ(get("bob", "/v1/wallet").member("version"), "0");
}

struct BadRequest {
    std::string method;
    std::string path;
    std::string body;
    long status;
    std::string code;
};

TEST_F(PaymentService, RefusesBadInputWithAProblemAndNoTrace) {
    auto const post = [](std::string body, long status = 400,
                         std::string code = "invalid-request") {
        return BadRequest{"POST", "/v1/wallet/top-ups", std::move(body), status, std::move(code)};
    };
    auto const reads = [](std::string path, long status = 400,
                          std::string code = "invalid-request") {
        return BadRequest{"GET", std::move(path), "", status, std::move(code)};
    };
    auto const table = std::vector<BadRequest>{
        post(""),
        post("{"),
        post("[]"),
        post("{}"),
        post(R"({"amount":5})"),
        post(R"({"amount":{"amount":0,"currency":"EUR"}})"),
        post(R"({"amount":{"amount":-5,"currency":"EUR"}})"),
        post(R"({"amount":{"amount":1.5,"currency":"EUR"}})"),
        post(R"({"amount":{"amount":1e3,"currency":"EUR"}})"),
        post(R"({"amount":{"amount":"5","currency":"EUR"}})"),
        post(R"({"amount":{"amount":1000000000001,"currency":"EUR"}})"),
        post(R"({"amount":{"amount":99999999999999999999,"currency":"EUR"}})"),
        post(R"({"amount":{"amount":5,"currency":"eur"}})"),
        post(R"({"amount":{"amount":5,"currency":"EURO"}})"),
        post(R"({"amount":{"amount":5}})"),
        post(R"({"amount":{"amount":5,"currency":"EUR","cents":1}})"),
        post(R"({"amount":{"amount":5,"currency":"EUR"},"user":"bob"})"),
        post(R"({"amount":{"amount":5,"amount":6,"currency":"EUR"}})"),
        reads("/v1/wallet/entries?limit=0"),
        reads("/v1/wallet/entries?limit=101"),
        reads("/v1/wallet/entries?limit=ten"),
        reads("/v1/wallet/entries?cursor=!"),
        reads("/v1/wallet/entries?cursor=LTE"),
        reads("/v1/wallet/entries?offset=3"),
        reads("/v1/payments"),
        reads("/v1/payments?reservationId=7"),
        reads("/v1/payments/7", 404, "not-found"),
        reads("/v1/payments/" + new_uuid().to_string(), 404, "not-found"),
    };
    for (auto const& bad : table) {
        SCOPED_TRACE(bad.method + " " + bad.path + " " + bad.body);
        auto const answer = service_.request(
            bad.method, bad.path, service_.as("ann") + key(new_uuid().to_string()), bad.body);
        EXPECT_EQ(answer.status, bad.status);
        EXPECT_EQ(answer.header("content-type"), "application/problem+json");
        EXPECT_EQ(answer.member("code"), bad.code);
        EXPECT_EQ(answer.member("type"), "https://frontrow.example/problems/" + bad.code);
        EXPECT_FALSE(answer.member("detail").empty());
        EXPECT_EQ(answer.member("traceId").size(), 32U);
    }
    EXPECT_EQ(service_.ask("SELECT (SELECT count(*) FROM wallets) + (SELECT count(*) FROM outbox)"),
              "0");
}

TEST_F(PaymentService, RefusesWhatTheWalletCannotTake) {
    ASSERT_EQ(top_up("ann", euros(1), key("1")).status, 201);
    auto const foreign = R"({"amount":{"amount":5,"currency":"USD"}})";
    auto const mismatch = top_up("ann", foreign, key("2"));
    EXPECT_EQ(mismatch.status, 422);
    EXPECT_EQ(mismatch.member("code"), "currency-mismatch");
    EXPECT_EQ(top_up("ann", foreign, key("2")).body, mismatch.body);
    service_.database().run_script("UPDATE wallets SET available = 1000000000000000");
    EXPECT_EQ(top_up("ann", euros(1), key("3")).member("code"), "wallet-full");
}

TEST_F(PaymentService, LetsNobodyInWithoutAGoodToken) {
    auto const now = SystemClock{}.now();
    auto const expired =
        service_.token({{"ann"}, false}, now - std::chrono::hours{2}, std::chrono::hours{1});
    auto forged = service_.token({{"ann"}, false}, now, std::chrono::hours{1});
    forged[forged.size() - 5] = forged[forged.size() - 5] == 'A' ? 'B' : 'A';
    for (auto const& headers :
         {Headers{}, Headers{{"Authorization", "Bearer " + expired}},
          Headers{{"Authorization", "Bearer " + forged}}, Headers{{"Authorization", "Bearer x"}},
          Headers{{"Authorization", "Basic YTpi"}}}) {
        auto const answer = service_.request("GET", "/v1/wallet", headers);
        EXPECT_EQ(answer.status, 401);
        EXPECT_FALSE(answer.header("www-authenticate").empty());
    }
    auto const unkeyed =
        service_.request("POST", "/v1/wallet/top-ups", service_.as("ann"), euros(5));
    EXPECT_EQ(unkeyed.status, 400);
    EXPECT_EQ(unkeyed.member("code"), "idempotency-key-required");
}

}  // namespace
}  // namespace frontrow::payment
