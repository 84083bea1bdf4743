// Events against the real database: each row saved once, each story told in order.
#include "tests/storage/payment-service/database.hpp"

namespace frontrow::payment {
namespace {

using inbox::Verdict;

/// The outbox in its order: type and version of each row.
std::vector<std::string> told(pg::Connection& owner, std::string const& aggregate) {
    auto const rows = owner.run_script(
        "SELECT split_part(type, '.', 4) || ' ' || version FROM outbox WHERE aggregateid = '" +
        aggregate + "' ORDER BY id");
    return rows.map([](pg::Row const& row) { return row.string(0); });
}

class Consume : public testing::Test {
  protected:
    std::string const url_ = payment_database();
    pg::Connection connection_ = support::connect(url_);
    pg::Connection superuser_ = support::connect(support::postgres().as_role("postgres", url_));
    UserId const ann_{"ann"};
};

TEST_F(Consume, TellsTheWholeStoryOfAReservationInOneBatch) {
    std::ignore = filled(connection_, ann_, 100);
    auto const facts = facts_of(ann_, 40);
    auto const outcomes =
        consumed(connection_, {event_of(events::ReservationHeld{facts}),
                               event_of(events::ReservationPaymentRequested{facts}),
                               event_of(events::ReservationConfirmed{facts}),
                               event_of(events::ReservationCancelled{facts}),
                               event_of(events::ReservationCancelled{facts})});
    EXPECT_EQ(outcomes[0].verdict, Verdict::ignored);
    for (auto const applied : {1U, 2U, 3U}) {
        EXPECT_EQ(outcomes[applied].verdict, Verdict::applied);
    }
    EXPECT_EQ(outcomes[4].verdict, Verdict::ignored);
    EXPECT_EQ(told(superuser_, facts.reservation.to_string()),
              (std::vector<std::string>{"authorized 1", "captured 2", "refunded 3"}));
    EXPECT_EQ(broken_rule(connection_), "");
    EXPECT_EQ(support::ask(connection_, "SELECT available FROM wallets"), "100");
    EXPECT_EQ(
        support::ask(connection_, "SELECT sum(amount) FROM entries WHERE account = 'revenue'"),
        "0");
}

TEST_F(Consume, DecidesManyPaymentsOfOneWalletInTurnAndSavesItOnce) {
    std::ignore = filled(connection_, ann_, 100);
    auto batch = std::vector<events::Event>{};
    for (auto i = 0; i < 512; ++i) {
        batch.push_back(event_of(events::ReservationPaymentRequested{facts_of(ann_, 7)}));
    }
    EXPECT_EQ(consumed(connection_, batch).size(), 512U);
    EXPECT_EQ(support::ask(connection_, "SELECT available || ' ' || pending FROM wallets"), "2 98");
    EXPECT_EQ(support::ask(connection_, "SELECT count(*) FROM payments WHERE state = 'AUTHORIZED'"),
              "14");
    EXPECT_EQ(support::ask(connection_, "SELECT count(*) FROM payments WHERE state = 'DECLINED'"),
              "498");
    EXPECT_EQ(broken_rule(connection_), "");
}

TEST_F(Consume, RefusesAPartialCancellationBeforeItsCaptureAndChangesNothing) {
    std::ignore = filled(connection_, ann_, 100);
    auto const facts = facts_of(ann_, 40);
    std::ignore = consumed(connection_, {event_of(events::ReservationPaymentRequested{facts})});
    auto part = events::ReservationPartlyCancelled{facts, {}, {}};
    part.total = euros(30);
    part.refund = euros(10);
    EXPECT_EQ(consumed(connection_, {event_of(part)})[0].verdict, Verdict::refused);
    EXPECT_EQ(told(superuser_, facts.reservation.to_string()),
              std::vector<std::string>{"authorized 1"});
    std::ignore = consumed(connection_, {event_of(events::ReservationConfirmed{facts})});
    EXPECT_EQ(consumed(connection_, {event_of(part)})[0].verdict, Verdict::applied);
    EXPECT_EQ(support::ask(connection_, "SELECT state || ' ' || refunded FROM payments"),
              "PARTLY_REFUNDED 10");
    EXPECT_EQ(broken_rule(connection_), "");
}

TEST_F(Consume, LeavesATombstoneForAReservationThatEndedWithoutAPayment) {
    auto const facts = facts_of(ann_, 40);
    EXPECT_EQ(consumed(connection_, {event_of(events::ReservationExpired{facts})})[0].verdict,
              Verdict::applied);
    std::ignore = filled(connection_, ann_, 100);
    std::ignore = consumed(connection_, {event_of(events::ReservationPaymentRequested{facts})});
    EXPECT_EQ(told(superuser_, facts.reservation.to_string()),
              (std::vector<std::string>{"voided 1", "declined 2"}));
    EXPECT_EQ(support::ask(connection_,
                           "SELECT state || ' ' || attempt || ' ' || version "
                           "FROM payments"),
              "VOIDED 0 2");
    EXPECT_EQ(support::ask(connection_, "SELECT available FROM wallets"), "100");
}

TEST_F(Consume, DeclinesByTheClockOfTheDatabase) {
    std::ignore = filled(connection_, ann_, 100);
    auto late = facts_of(ann_, 40);
    late.held_until = SystemClock{}.now() - std::chrono::seconds{1};
    std::ignore = consumed(connection_, {event_of(events::ReservationPaymentRequested{late})});
    EXPECT_EQ(support::ask(superuser_,
                           "SELECT convert_from(payload, 'UTF8')::json -> 'data' ->> "
                           "'reason' FROM outbox WHERE type LIKE '%declined%'"),
              "too_late");
}

TEST_F(Consume, TriesAgainWhenAnotherTransactionMadeThePaymentMeanwhile) {
    auto const facts = facts_of(ann_, 40);
    auto first = pg::Transaction{connection_};
    std::ignore =
        consumers::consume(first, std::vector{event_of(events::ReservationExpired{facts})});
    auto other = std::jthread{[&] {
        auto connection = support::connect(url_);
        auto attempts = 0;
        committed(connection, [&](pg::Transaction& tx) {
            ++attempts;
            return consumers::consume(tx,
                                      std::vector{event_of(events::ReservationCancelled{facts})});
        });
        EXPECT_EQ(attempts, 2);
    }};
    EXPECT_TRUE(support::until_blocked(superuser_));
    first.commit();
    other.join();
    EXPECT_EQ(told(superuser_, facts.reservation.to_string()),
              std::vector<std::string>{"voided 1"});
}

}  // namespace
}  // namespace frontrow::payment
