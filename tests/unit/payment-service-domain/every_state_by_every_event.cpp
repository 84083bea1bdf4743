// The whole table: what each event does to a payment in each state, and to the wallet.
#include "tests/support/testing.hpp"
#include "tests/unit/payment-service-domain/payments.hpp"

namespace frontrow::payment::domain {
namespace {

using State = std::optional<PaymentState>;  // nothing: no payment yet
using Act = Decision (*)(Books&);

Decision ask(Books& books) {
    return request(books, request_of(1), noon);
}
Decision ask_again(Books& books) {
    return request(books, request_of(2), noon);
}
Decision ask_too_late(Books& books) {
    return request(books, request_of(2), noon + std::chrono::hours{1});
}
Decision confirm(Books& books) {
    return capture(books, confirmation_of());
}
Decision end(Books& books) {
    return give_back(books, ending());
}
Decision cancel_part(Books& books) {
    return refund_part(books, part_of(30, 70));
}

struct Row {
    State before;
    Act act;
    Result<PaymentState, Objection> after;
    std::int64_t available;  // what the wallet's parts change by
    std::int64_t pending;
};

using enum PaymentState;
using enum Objection;

std::vector<Row> const table{
    {{}, ask, authorized, -100, 100},
    {{}, ask_too_late, declined, 0, 0},
    {{}, confirm, nothing_to_capture, 0, 0},
    {{}, end, voided, 0, 0},
    {{}, cancel_part, capture_outstanding, 0, 0},

    {declined, ask, attempt_decided, 0, 0},
    {declined, ask_again, authorized, -100, 100},
    {declined, ask_too_late, declined, 0, 0},
    {declined, confirm, nothing_to_capture, 0, 0},
    {declined, end, voided, 0, 0},
    {declined, cancel_part, capture_outstanding, 0, 0},

    {authorized, ask, attempt_decided, 0, 0},
    {authorized, ask_again, attempt_decided, 0, 0},
    {authorized, confirm, captured, 0, -100},
    {authorized, end, voided, 100, -100},
    {authorized, cancel_part, capture_outstanding, 0, 0},

    {captured, ask, attempt_decided, 0, 0},
    {captured, ask_again, attempt_decided, 0, 0},
    {captured, confirm, nothing_to_capture, 0, 0},
    {captured, end, refunded, 100, 0},
    {captured, cancel_part, partly_refunded, 70, 0},

    {partly_refunded, ask_again, attempt_decided, 0, 0},
    {partly_refunded, confirm, nothing_to_capture, 0, 0},
    {partly_refunded, end, refunded, 60, 0},
    {partly_refunded, cancel_part, partly_refunded, 30, 0},

    {refunded, ask_again, attempt_decided, 0, 0},
    {refunded, confirm, nothing_to_capture, 0, 0},
    {refunded, end, already_settled, 0, 0},
    {refunded, cancel_part, already_settled, 0, 0},

    {voided, ask, voided, 0, 0},
    {voided, ask_again, voided, 0, 0},
    {voided, confirm, nothing_to_capture, 0, 0},
    {voided, end, already_settled, 0, 0},
    {voided, cancel_part, already_settled, 0, 0},
};

TEST(EveryStateByEveryEvent, MovesWhatTheTableSaysAndNothingElse) {
    for (std::size_t i = 0; i < table.size(); ++i) {
        auto const& row = table[i];
        SCOPED_TRACE(i);
        auto books = books_with(row.before ? std::optional{paid(*row.before)} : std::nullopt);
        auto const before = *books.wallet(ann);
        auto const decision = row.act(books);
        ASSERT_EQ(decision.has_value(), row.after.has_value());
        auto const& after = *books.wallet(ann);
        EXPECT_EQ(after.available.minor_units - before.available.minor_units, row.available);
        EXPECT_EQ(after.pending.minor_units - before.pending.minor_units, row.pending);
        EXPECT_EQ(books.transfers().size(), row.available != 0 || row.pending != 0 ? 1U : 0U);
        if (decision) {
            EXPECT_EQ(books.payment(seats)->state, *row.after);
            EXPECT_EQ(decision->payment.version, row.before ? 4 : 1);
            EXPECT_EQ(books.changed_payments().size(), 1U);
        } else {
            EXPECT_EQ(decision.error(), row.after.error());
            EXPECT_TRUE(books.changed_payments().empty());
            EXPECT_TRUE(books.changed_wallets().empty());
        }
    }
}

TEST(EveryStateByEveryEvent, LooksAtWhatCannotBeRight) {
    using enum Objection;
    for (auto const fact :
         {attempt_decided, already_settled, nothing_to_capture, nothing_to_refund}) {
        EXPECT_FALSE(must_be_looked_at(fact)) << to_text(fact);
    }
    for (auto const wrong :
         {capture_outstanding, another_user, another_amount, impossible_amount}) {
        EXPECT_TRUE(must_be_looked_at(wrong)) << to_text(wrong);
    }
}

TEST(EveryStateByEveryEvent, KeepsANameForEachState) {
    for (auto const state : {declined, authorized, captured, partly_refunded, refunded, voided}) {
        EXPECT_EQ(payment_state_from(to_text(state)), state);
    }
    EXPECT_EQ(payment_state_from("authorized"), std::nullopt);
}

}  // namespace
}  // namespace frontrow::payment::domain
