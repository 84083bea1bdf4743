// What is given back, in whole and in part.
#include <map>

#include "tests/support/testing.hpp"
#include "tests/unit/booking-service-domain/builders.hpp"

namespace frontrow::booking::domain::testing {
namespace {

using enum ReservationState;

TEST(Cancel, EndsAllThatIsLiveOrSoldAndFreesItsSeats) {
    for (auto const state : {held, paying, confirmed, partly_cancelled}) {
        auto [work, id] = staged(state);
        auto const version = reservation(work, id).version;
        auto const outcome = cancel(work, id, ann, noon + 1s);
        ASSERT_TRUE(outcome.event.has_value()) << to_text(state);
        EXPECT_FALSE(outcome.refusal.has_value());
        EXPECT_EQ(outcome.event->happening, Happening::cancelled);
        EXPECT_EQ(outcome.event->after.version, version + 1);
        EXPECT_EQ(reservation(work, id).state, cancelled);
        EXPECT_EQ(seat(work, 1).state, SeatState::free);
        EXPECT_EQ(seat(work, 2).state, SeatState::free);
    }
}

TEST(Cancel, OfWhatHasEndedChangesNothing) {
    auto const expected = std::map<ReservationState, CancelRefusal>{
        {cancelled, CancelRefusal::cancelled_already}, {expired, CancelRefusal::hold_expired}};
    for (auto const& [state, refusal] : expected) {
        auto [work, id] = staged(state);
        auto const version = reservation(work, id).version;
        auto const outcome = cancel(work, id, ann, noon + 1s);
        EXPECT_EQ(outcome.refusal, refusal);
        EXPECT_FALSE(outcome.event.has_value()) << "nothing is told twice";
        EXPECT_EQ(reservation(work, id).version, version);
    }
}

TEST(Cancel, TooLateIsAnExpiry) {
    for (auto const state : {held, paying}) {
        auto [work, id] = staged(state);
        auto const outcome = cancel(work, id, ann, noon + 5min);
        EXPECT_EQ(outcome.refusal, CancelRefusal::hold_expired);
        ASSERT_TRUE(outcome.event.has_value());
        EXPECT_EQ(outcome.event->happening, Happening::expired);
    }
}

TEST(Cancel, LeavesASeatToWhoTookItOver) {
    auto [work, id] = staged(held);
    auto const taker = reserved(work, request(2, {2}, bob), noon + 5min);
    ASSERT_TRUE(cancel(work, id, ann, noon + 5min - 1us).event.has_value());
    EXPECT_EQ(seat(work, 1).state, SeatState::free);
    EXPECT_EQ(seat(work, 2).reservation, taker);
}

TEST(Cancel, LetsAPassBeUsedAgainUnlessItWasSpent) {
    auto live = staged(held, true);
    ASSERT_TRUE(cancel(live.work, live.id, ann, noon).event.has_value());
    EXPECT_EQ(live.work.passes.at(the_token).state, PassState::usable);
    EXPECT_FALSE(live.work.passes.at(the_token).held_until.has_value());

    auto sold = staged(confirmed, true);
    ASSERT_TRUE(cancel(sold.work, sold.id, ann, noon).event.has_value());
    EXPECT_EQ(sold.work.passes.at(the_token).state, PassState::spent);
}

TEST(Cancel, ByAnotherUserLooksAsIfThereWereNoReservation) {
    auto [work, id] = staged(confirmed);
    EXPECT_EQ(cancel(work, id, bob, noon).refusal, CancelRefusal::no_such_reservation);
    EXPECT_EQ(cancel_part(work, show(), id, bob, std::array{1}, noon).refusal,
              CancelRefusal::no_such_reservation);
    EXPECT_EQ(seat(work, 1).state, SeatState::sold);
}

TEST(CancelPart, FreesWhatIsNamedAndOwesItsPrice) {
    auto [work, id] = staged(confirmed);
    auto const fence = seat(work, 2).fence;
    auto const outcome = cancel_part(work, show(), id, ann, std::array{2}, noon);
    ASSERT_TRUE(outcome.event.has_value());
    EXPECT_EQ(outcome.event->happening, Happening::partly_cancelled);
    EXPECT_EQ(outcome.event->given_back, (std::vector<SeatClaim>{{.seat = 2, .fence = fence}}));
    EXPECT_EQ(outcome.event->refund.minor_units, 9000);
    EXPECT_EQ(outcome.event->after.total.minor_units, 9000);
    EXPECT_EQ(reservation(work, id).state, partly_cancelled);
    EXPECT_EQ(seat(work, 1).state, SeatState::sold);
    EXPECT_EQ(seat(work, 2).state, SeatState::free);
    EXPECT_EQ(seat(work, 2).fence, fence) << "freeing does not raise it";
}

TEST(CancelPart, OfAllThatItKeepsIsAWholeCancellation) {
    for (auto const state : {confirmed, partly_cancelled}) {
        auto [work, id] = staged(state);
        auto const kept = state == confirmed ? std::vector{1, 2} : std::vector{1};
        auto const outcome = cancel_part(work, show(), id, ann, kept, noon);
        ASSERT_TRUE(outcome.event.has_value());
        EXPECT_EQ(outcome.event->happening, Happening::cancelled);
    }
}

TEST(CancelPart, RefusesSeatsThatItDoesNotKeep) {
    auto [work, id] = staged(partly_cancelled);
    for (auto const& seats : {std::vector{2}, std::vector{1, 2}, std::vector{7}, {}}) {
        EXPECT_EQ(cancel_part(work, show(), id, ann, seats, noon).refusal,
                  CancelRefusal::no_such_seat);
    }
    EXPECT_EQ(seat(work, 1).state, SeatState::sold);
}

TEST(CancelPart, NeedsThatItWasPaid) {
    for (auto const state : {held, paying}) {
        auto [work, id] = staged(state);
        EXPECT_EQ(cancel_part(work, show(), id, ann, std::array{1}, noon).refusal,
                  CancelRefusal::not_sold_yet);
        EXPECT_EQ(seat(work, 1).state, SeatState::held);
    }
}

}  // namespace
}  // namespace frontrow::booking::domain::testing
