// What booking does with other services' events, in the database.
#include "tests/storage/booking-service/database.hpp"

namespace frontrow::booking {
namespace {

using inbox::Verdict;

std::vector<Verdict> verdicts(std::vector<inbox::Outcome> const& outcomes) {
    auto all = std::vector<Verdict>{};
    for (auto const& outcome : outcomes) {
        all.push_back(outcome.verdict);
    }
    return all;
}

TEST(BookingConsumes, KeepsTheOrderOfAKeyWhateverTheTypes) {
    auto database = BookingDatabase{};
    auto const id = database.reserved({1, 2});
    ASSERT_TRUE(database.pay(database.connection(), id).has_value());
    auto const outcomes =
        database.consume(database.connection(), {declined(id), authorized(id), authorized(id)});
    EXPECT_EQ(verdicts(outcomes),
              (std::vector{Verdict::applied, Verdict::ignored, Verdict::ignored}));
    EXPECT_EQ(database.told(id), "held 1, payment_requested 2, returned 3");
    ASSERT_TRUE(database.pay(database.connection(), id).has_value());
    EXPECT_EQ(
        verdicts(database.consume(database.connection(), {authorized(id, 1), authorized(id, 2)})),
        (std::vector{Verdict::ignored, Verdict::applied}))
        << "an answer to the attempt before is stale";
    EXPECT_EQ(database.told(id),
              "held 1, payment_requested 2, returned 3, payment_requested 4, confirmed 5");
    EXPECT_EQ(database.broken_rule(), "");
}

TEST(BookingConsumes, RefusesAnswersAboutReservationsThatWereNeverMade) {
    auto database = BookingDatabase{};
    auto const outcomes =
        database.consume(database.connection(), {authorized(ReservationId::draw())});
    EXPECT_EQ(verdicts(outcomes), std::vector{Verdict::refused});
}

TEST(BookingConsumes, IgnoresWhatDoesNotConcernBooking) {
    auto database = BookingDatabase{};
    auto captured = events::PaymentCaptured{};
    captured.reservation = ReservationId::draw();
    EXPECT_EQ(verdicts(database.consume(database.connection(), {event_of(captured)})),
              std::vector{Verdict::ignored});
}

TEST(BookingConsumes, AuthorizationAfterATakeOverExpiresAndLeavesTheTakerAlone) {
    auto database = BookingDatabase{};
    auto const wish = database.wish({1});
    auto const id = wish.request.id;
    database.reserve(database.connection(), {wish});
    ASSERT_TRUE(database.pay(database.connection(), id).has_value());
    database.ends_in(id, "0 ms");
    auto const taker = database.wish({1}, "bob");
    ASSERT_TRUE(database.reserve(database.connection(), {taker}).front().has_value())
        << "with no sweeper running";
    EXPECT_EQ(database.told(id), "held 1, payment_requested 2") << "the old one is not touched";
    EXPECT_EQ(verdicts(database.consume(database.connection(), {authorized(id)})),
              std::vector{Verdict::applied});
    EXPECT_EQ(database.told(id), "held 1, payment_requested 2, expired 3");
    EXPECT_EQ(database.ask("SELECT reservation_id || ' ' || state || ' ' || fence FROM seats "
                           "WHERE seat_no = 1"),
              taker.request.id.to_string() + " HELD 2");
}

TEST(BookingConsumes, TokenEventsEndPassesForGood) {
    auto database = BookingDatabase{5, 10};
    auto const token = TokenId::draw();
    auto admitted = events::TokenAdmitted{};
    admitted.token = token;
    admitted.show = database.show();
    admitted.user = {"ann"};
    admitted.generation = 2;
    auto left = events::TokenLeft{};
    static_cast<events::TokenFacts&>(left) = admitted;
    auto const attempt = [&](std::int32_t generation) {
        auto wish = database.wish({1});
        wish.request.pass = domain::PassClaim{
            .token = token, .generation = generation, .expires_at = SystemClock{}.now() + 1h};
        auto const outcome = database.reserve(database.connection(), {wish}).front();
        return outcome ? domain::ReserveRefusalKind{} : outcome.error().kind;
    };
    EXPECT_EQ(verdicts(database.consume(database.connection(), {event_of(admitted)})),
              std::vector{Verdict::applied});
    EXPECT_EQ(attempt(1), domain::ReserveRefusalKind::pass_superseded);
    EXPECT_EQ(
        verdicts(database.consume(database.connection(), {event_of(left), event_of(admitted)})),
        (std::vector{Verdict::applied, Verdict::ignored}));
    EXPECT_EQ(attempt(2), domain::ReserveRefusalKind::pass_ended);
    EXPECT_EQ(database.ask("SELECT count(*) FROM seats WHERE state <> 'FREE'"), "0");
}

TEST(Pay, TooLateCommitsTheExpiryThatItAnswers) {
    auto database = BookingDatabase{};
    auto const rules = domain::Rules{.hold = 1us, .payment_minimum = 1us};
    auto const id = database.reserved({1, 2}, rules);
    auto const outcome = database.pay(database.connection(), id, rules);
    EXPECT_EQ(outcome.error(), domain::PayRefusal::hold_expired);
    EXPECT_EQ(database.told(id), "held 1, expired 2");
    EXPECT_EQ(database.ask("SELECT count(*) FROM seats WHERE state = 'FREE'"), "10");
    EXPECT_EQ(database.pay(database.connection(), id, rules).error(),
              domain::PayRefusal::hold_expired);
    EXPECT_EQ(database.told(id), "held 1, expired 2") << "said once";
}

TEST(Availability, ShowsAHoldThatHasRunOutAsFree) {
    auto database = BookingDatabase{};
    std::ignore = database.reserved({1});
    std::ignore = database.reserved({2}, {.hold = 1us, .payment_minimum = 1us});
    auto tx = pg::Transaction{database.connection()};
    auto const query = use_cases::ReadAvailability{database.show()};
    auto const found = use_cases::read_availability(tx, std::span{&query, 1}, database.layouts());
    ASSERT_EQ(found.at(database.show()).taken.size(), 1U);
    EXPECT_EQ(found.at(database.show()).taken[0].key.number, 1);
    EXPECT_EQ(found.at(database.show()).seats, 10);
}

}  // namespace
}  // namespace frontrow::booking
