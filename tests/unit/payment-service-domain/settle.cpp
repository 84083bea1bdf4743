// Capturing, voiding and refunding: exactly once, in whatever order it is told.
#include <algorithm>

#include "tests/support/testing.hpp"
#include "tests/unit/payment-service-domain/payments.hpp"

namespace frontrow::payment::domain {
namespace {

TEST(Capture, RefusesAnythingButWhatWasAuthorized) {
    auto books = books_with(paid(PaymentState::authorized));
    EXPECT_EQ(capture(books, confirmation_of(euros(99))).error(), Objection::another_amount);
    EXPECT_EQ(capture(books, confirmation_of(dollars(100))).error(), Objection::another_amount);
    auto other = confirmation_of();
    other.user = bob;
    EXPECT_EQ(capture(books, other).error(), Objection::another_user);
    EXPECT_TRUE(books.transfers().empty());
}

TEST(GiveBack, ClosesTheReservationForEveryLaterRequest) {
    for (auto const& before :
         {std::optional<Payment>{}, std::optional{paid(PaymentState::declined)},
          std::optional{paid(PaymentState::authorized)}}) {
        auto books = books_with(before);
        ASSERT_TRUE(give_back(books, ending()).has_value());
        auto const late = request(books, request_of(9), noon);
        ASSERT_TRUE(late.has_value());
        EXPECT_EQ(late->reason, DeclineReason::closed);
        EXPECT_EQ(books.wallet(ann)->pending, euros(0));
    }
}

TEST(GiveBack, RefundsOnlyWhatWasNotRefundedBefore) {
    auto books = books_with(paid(PaymentState::partly_refunded));
    auto const decision = give_back(books, ending());
    ASSERT_TRUE(decision.has_value());
    EXPECT_EQ(decision->refund, euros(60));
    EXPECT_EQ(decision->payment.refunded, euros(100));
    EXPECT_EQ(give_back(books, ending()).error(), Objection::already_settled);
}

TEST(GiveBack, RefusesAnotherUsersPayment) {
    auto books = books_with(paid(PaymentState::captured));
    auto other = ending();
    other.user = bob;
    EXPECT_EQ(give_back(books, other).error(), Objection::another_user);
}

TEST(RefundPart, EndsAtTheSameSumInEveryOrderAndHoweverOftenItComes) {
    auto parts = std::vector{part_of(80, 20), part_of(50, 30), part_of(10, 40)};
    auto order = std::vector{0, 1, 2};
    do {
        auto books = books_with(paid(PaymentState::captured));
        for (auto const repeat : {0, 1}) {
            for (auto const part : order) {
                auto const decision = refund_part(books, parts[static_cast<std::size_t>(part)]);
                EXPECT_TRUE(decision || decision.error() == Objection::nothing_to_refund) << repeat;
            }
        }
        EXPECT_EQ(books.payment(seats)->refunded, euros(90));
        EXPECT_EQ(books.payment(seats)->state, PaymentState::partly_refunded);
        EXPECT_EQ(books.wallet(ann)->available, euros(590));
    } while (std::ranges::next_permutation(order).found);
}

TEST(RefundPart, RefusesWhatIsAboveTheCapture) {
    for (auto const& impossible :
         {part_of(50, 51), part_of(-1, 50), part_of(50, 0), part_of(50, -5), part_of(0, 101)}) {
        auto books = books_with(paid(PaymentState::captured));
        EXPECT_EQ(refund_part(books, impossible).error(), Objection::impossible_amount);
    }
    auto books = books_with(paid(PaymentState::captured));
    auto foreign = part_of(50, 50);
    foreign.refund = dollars(50);
    EXPECT_EQ(refund_part(books, foreign).error(), Objection::impossible_amount);
}

TEST(TopUp, FillsTheWalletToItsLimitAndNotOneCentMore) {
    auto books = Books{{wallet_of(ann, wallet_minor_units_max - 10, 5)}, {}};
    auto const top_up_of = [&](Money amount) {
        return top_up(books, {ann, amount, TransferId::draw()});
    };
    EXPECT_EQ(top_up_of(euros(6)).error(), TopUpRefusal::wallet_full);
    EXPECT_EQ(top_up_of(dollars(1)).error(), TopUpRefusal::currency_mismatch);
    auto const full = top_up_of(euros(5));
    ASSERT_TRUE(full.has_value());
    EXPECT_EQ(full->available, euros(wallet_minor_units_max - 5));
    EXPECT_EQ(full->version, 2);
    EXPECT_EQ(top_up_of(euros(1)).error(), TopUpRefusal::wallet_full);
    EXPECT_EQ(books.transfers().size(), 1U);
}

TEST(Transfers, HaveANameForEachKindAndAccount) {
    using enum TransferKind;
    for (auto const kind : {top_up, authorize, capture, release, refund}) {
        EXPECT_EQ(transfer_kind_from(to_text(kind)), kind);
        EXPECT_NE(route_of(kind).from, route_of(kind).to);
    }
    for (auto const account :
         {Account::available, Account::pending, Account::deposits, Account::revenue}) {
        EXPECT_EQ(account_from(to_text(account)), account);
    }
    EXPECT_EQ(transfer_kind_from("gift"), std::nullopt);
    EXPECT_EQ(account_from(""), std::nullopt);
}

}  // namespace
}  // namespace frontrow::payment::domain
