// Authorizing and declining: who can pay, until when, and what the answer says.
#include "tests/support/testing.hpp"
#include "tests/unit/payment-service-domain/payments.hpp"

namespace frontrow::payment::domain {
namespace {

using std::chrono::microseconds;

std::optional<DeclineReason> declined_for(Books books, PaymentRequest const& asked, Instant now) {
    auto const decision = request(books, asked, now);
    EXPECT_TRUE(decision.has_value());
    return decision->reason;
}

TEST(RequestPayment, SpendsTheLastCentAndNotOneMore) {
    EXPECT_EQ(declined_for({{wallet_of(ann, 100)}, {}}, request_of(), noon), std::nullopt);
    EXPECT_EQ(declined_for({{wallet_of(ann, 99)}, {}}, request_of(), noon),
              DeclineReason::insufficient_funds);
}

TEST(RequestPayment, DoesNotSpendWhatIsSetAside) {
    EXPECT_EQ(declined_for({{wallet_of(ann, 99, 1000)}, {}}, request_of(), noon),
              DeclineReason::insufficient_funds);
}

TEST(RequestPayment, IsTooLateWhenTheHoldEndsExactlyNow) {
    auto const asked = request_of();
    auto const books = Books{{wallet_of(ann, 100)}, {}};
    EXPECT_EQ(declined_for(books, asked, asked.held_until - microseconds{1}), std::nullopt);
    EXPECT_EQ(declined_for(books, asked, asked.held_until), DeclineReason::too_late);
}

TEST(RequestPayment, NamesWhyItDeclines) {
    EXPECT_EQ(declined_for({{wallet_of(bob, 100)}, {}}, request_of(), noon),
              DeclineReason::no_wallet);
    EXPECT_EQ(declined_for({{wallet_of(ann, 100)}, {}}, request_of(1, dollars(1)), noon),
              DeclineReason::currency_mismatch);
    EXPECT_EQ(declined_for(books_with(paid(PaymentState::voided)), request_of(2), noon),
              DeclineReason::closed);
}

TEST(RequestPayment, DecidesAllPaymentsOfOneWalletInTurn) {
    auto books = Books{{wallet_of(ann, 250)}, {}};
    auto authorized = 0;
    for (auto i = 0; i < 5; ++i) {
        auto asked = request_of();
        asked.reservation = ReservationId::draw();
        authorized += request(books, asked, noon)->what == Change::authorized ? 1 : 0;
    }
    EXPECT_EQ(authorized, 2);
    ASSERT_EQ(books.changed_wallets().size(), 1U);
    EXPECT_EQ(books.changed_wallets()[0].available, euros(50));
    EXPECT_EQ(books.changed_wallets()[0].pending, euros(200));
    EXPECT_EQ(books.changed_payments().size(), 5U);
}

TEST(RequestPayment, AnswersWithTheAttemptThatAsked) {
    auto books = books_with(paid(PaymentState::declined, 4));
    EXPECT_EQ(request(books, request_of(5), noon)->payment.attempt, 5);
}

TEST(RequestPayment, LeavesTheTombstoneAsItIsAndEchoesTheAttempt) {
    auto tombstone = paid(PaymentState::voided);
    tombstone.attempt = 0;
    tombstone.amount = euros(0);
    auto books = books_with(tombstone);
    auto const decision = request(books, request_of(7), noon);
    ASSERT_TRUE(decision.has_value());
    EXPECT_EQ(decision->payment.attempt, 7);
    EXPECT_EQ(decision->payment.amount, euros(100));
    auto kept = *books.payment(seats);
    EXPECT_EQ(kept.version, tombstone.version + 1);
    kept.version = tombstone.version;
    EXPECT_EQ(kept, tombstone);
}

TEST(RequestPayment, RefusesAnotherUsersPaymentAndImpossibleAmounts) {
    auto books = books_with(paid(PaymentState::declined));
    auto asked = request_of(2);
    asked.user = bob;
    EXPECT_EQ(request(books, asked, noon).error(), Objection::another_user);
    for (auto const amount : {euros(0), euros(-1), euros(minor_units_max + 1)}) {
        EXPECT_EQ(request(books, request_of(2, amount), noon).error(),
                  Objection::impossible_amount);
    }
}

}  // namespace
}  // namespace frontrow::payment::domain
