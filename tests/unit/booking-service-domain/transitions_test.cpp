// Every transition by every state.
#include <map>

#include "tests/support/testing.hpp"
#include "tests/unit/booking-service-domain/builders.hpp"

namespace frontrow::booking::domain::testing {
namespace {

using enum ReservationState;

// ------------------------------------------------------------------------------------------- pay

TEST(Pay, IsAllowedInHeldOnly) {
    auto const expected = std::map<ReservationState, std::optional<PayRefusal>>{
        {held, std::nullopt},
        {paying, PayRefusal::already_paying},
        {confirmed, PayRefusal::already_confirmed},
        {partly_cancelled, PayRefusal::already_confirmed},
        {cancelled, PayRefusal::cancelled},
        {expired, PayRefusal::hold_expired}};
    for (auto const state : every_state) {
        auto [work, id] = staged(state);
        auto const before = reservation(work, id);
        auto const outcome = pay(work, id, ann, noon + 1s, Rules{});
        EXPECT_EQ(outcome.refusal, expected.at(state)) << static_cast<int>(state);
        EXPECT_EQ(outcome.event.has_value(), state == held);
        EXPECT_EQ(reservation(work, id).version, before.version + (state == held ? 1 : 0));
        EXPECT_EQ(reservation(work, id).state, state == held ? paying : state);
    }
}

TEST(Pay, AsksForTheFirstAttempt) {
    auto [work, id] = staged(held);
    auto const outcome = pay(work, id, ann, noon + 1s, Rules{});
    ASSERT_TRUE(outcome.event.has_value());
    EXPECT_EQ(outcome.event->happening, Happening::payment_requested);
    EXPECT_EQ(outcome.event->after.attempt, 1);
    EXPECT_EQ(outcome.event->after.version, 2);
    EXPECT_EQ(outcome.event->after.held_until, noon + 5min) << "more than a minute remains";
}

TEST(Pay, ByAnotherUserLooksAsIfThereWereNoReservation) {
    auto [work, id] = staged(held);
    EXPECT_EQ(pay(work, id, bob, noon, Rules{}).refusal, PayRefusal::no_such_reservation);
    EXPECT_EQ(pay(work, numbered<ReservationId>(9), ann, noon, Rules{}).refusal,
              PayRefusal::no_such_reservation);
    EXPECT_TRUE(work.reservations.changed().empty());
}

TEST(Pay, FirstEntryRaisesTheDeadlineOfReservationSeatsAndPassTogether) {
    auto [work, id] = staged(held, true);
    auto const late = noon + 5min - 1s;
    ASSERT_TRUE(pay(work, id, ann, late, Rules{}).event.has_value());
    EXPECT_EQ(reservation(work, id).held_until, late + 60s);
    EXPECT_EQ(seat(work, 1).held_until, late + 60s);
    EXPECT_EQ(seat(work, 2).held_until, late + 60s);
    EXPECT_EQ(work.passes.at(the_token).held_until, late + 60s);
}

TEST(Pay, LaterEntriesLeaveTheDeadlineOrDeclinesWouldProlongAHoldForEver) {
    auto [work, id] = staged(paying);
    auto const late = noon + 5min - 1s;
    ASSERT_TRUE(decline(work, id, 1, "insufficient_funds", late).event.has_value());
    auto const outcome = pay(work, id, ann, late, Rules{});
    ASSERT_TRUE(outcome.event.has_value());
    EXPECT_EQ(outcome.event->after.attempt, 2);
    EXPECT_EQ(outcome.event->after.held_until, noon + 5min);
    EXPECT_EQ(outcome.event->after.decline, "");
}

TEST(Pay, TooLateWritesExpiredItself) {
    for (auto const state : {held, paying}) {
        auto [work, id] = staged(state);
        auto const outcome = pay(work, id, ann, noon + 5min, Rules{});
        EXPECT_EQ(outcome.refusal, PayRefusal::hold_expired);
        ASSERT_TRUE(outcome.event.has_value());
        EXPECT_EQ(outcome.event->happening, Happening::expired);
        EXPECT_EQ(reservation(work, id).state, expired);
        EXPECT_EQ(seat(work, 1).state, SeatState::free);
    }
}

TEST(Pay, WithAClockThatWasReadTooEarlyFindsTheSeatTakenOver) {
    auto [work, id] = staged(held);
    auto const taker = reserved(work, request(2, {2}, bob), noon + 5min);
    // This transaction read its clock before the taker's, and got its locks after it.
    auto const outcome = pay(work, id, ann, noon + 5min - 1us, Rules{});
    EXPECT_EQ(outcome.refusal, PayRefusal::hold_expired);
    ASSERT_TRUE(outcome.event.has_value());
    EXPECT_EQ(outcome.event->happening, Happening::expired);
    EXPECT_EQ(seat(work, 1).state, SeatState::free);
    EXPECT_EQ(seat(work, 2).reservation, taker) << "the taker keeps what it took";
}

TEST(Pay, FindsThePassInAnothersHands) {
    auto [work, id] = staged(held, true);
    auto const other = reserved(work, with_pass(request(2, {7})), noon + 5min, show(10));
    auto const outcome = pay(work, id, ann, noon + 5min - 1us, Rules{});
    EXPECT_EQ(outcome.refusal, PayRefusal::hold_expired);
    EXPECT_EQ(work.passes.at(the_token).reservation, other);
    EXPECT_EQ(work.passes.at(the_token).held_until, noon + 10min) << "and it stays there";
}

// --------------------------------------------------------------------------------------- confirm

TEST(Confirm, IsAllowedInPayingOnly) {
    for (auto const state : every_state) {
        auto [work, id] = staged(state);
        auto const attempt = reservation(work, id).attempt;
        auto const outcome = confirm(work, id, attempt, noon + 1s);
        if (state == paying) {
            ASSERT_TRUE(outcome.event.has_value());
            EXPECT_EQ(outcome.event->happening, Happening::confirmed);
        } else {
            EXPECT_EQ(outcome.unmoved, Unmoved::not_paying) << static_cast<int>(state);
            EXPECT_EQ(reservation(work, id).state, state);
        }
    }
}

TEST(Confirm, SellsTheSeatsAndSpendsThePass) {
    auto [work, id] = staged(paying, true);
    auto const outcome = confirm(work, id, 1, noon + 1min);
    ASSERT_TRUE(outcome.event.has_value());
    EXPECT_EQ(outcome.event->after.state, confirmed);
    EXPECT_EQ(outcome.event->after.version, 3);
    EXPECT_EQ(outcome.event->after.seats, (std::vector<SeatClaim>{{1, 1}, {2, 1}}));
    EXPECT_EQ(seat(work, 1).state, SeatState::sold);
    EXPECT_EQ(seat(work, 1).reservation, id);
    EXPECT_FALSE(seat(work, 1).held_until.has_value());
    EXPECT_EQ(work.passes.at(the_token).state, PassState::spent);
    EXPECT_EQ(
        reserve(work, show(10), with_pass(request(2, {7})), noon + 1h - 1us, Rules{}).error().kind,
        ReserveRefusalKind::pass_spent);
}

TEST(Confirm, CountsUntilTheDeadlineAndNotFromItOn) {
    {
        auto [work, id] = staged(paying);
        EXPECT_EQ(confirm(work, id, 1, noon + 5min - 1us).event->happening, Happening::confirmed);
    }
    auto [work, id] = staged(paying);
    EXPECT_EQ(confirm(work, id, 1, noon + 5min).event->happening, Happening::expired);
    EXPECT_EQ(reservation(work, id).state, expired);
    EXPECT_EQ(seat(work, 1).state, SeatState::free);
}

TEST(Confirm, ExpiresIfOneSeatWasTakenOverAndLeavesThatSeatToItsTaker) {
    auto [work, id] = staged(paying);
    auto const taker = reserved(work, request(2, {2}, bob), noon + 5min);
    auto const outcome = confirm(work, id, 1, noon + 5min - 1us);
    ASSERT_TRUE(outcome.event.has_value());
    EXPECT_EQ(outcome.event->happening, Happening::expired);
    EXPECT_EQ(seat(work, 1).state, SeatState::free);
    EXPECT_EQ(seat(work, 2).state, SeatState::held);
    EXPECT_EQ(seat(work, 2).reservation, taker);
}

TEST(Confirm, TellsItsClaimFromALaterOneOfTheSameReservationByTheFence) {
    auto [work, id] = staged(paying);
    work.seats.change({the_show, 2}).fence += 1;
    EXPECT_EQ(confirm(work, id, 1, noon + 1s).event->happening, Happening::expired);
    EXPECT_EQ(seat(work, 2).state, SeatState::held);
}

TEST(Confirm, ExpiresIfThePassNamesAnotherReservation) {
    auto [work, id] = staged(paying, true);
    auto const other = reserved(work, with_pass(request(2, {7})), noon + 5min, show(10));
    EXPECT_EQ(confirm(work, id, 1, noon + 5min - 1us).event->happening, Happening::expired);
    EXPECT_EQ(work.passes.at(the_token).reservation, other);
    EXPECT_EQ(work.passes.at(the_token).state, PassState::usable);
}

TEST(Confirm, DoesNotMindThatThePassHasEndedMeanwhile) {
    auto [work, id] = staged(paying, true);
    ASSERT_TRUE(pass_ended(work.passes, the_token));
    EXPECT_EQ(confirm(work, id, 1, noon + 1s).event->happening, Happening::confirmed);
}

TEST(Confirm, IgnoresAnswersToOtherAttempts) {
    auto [work, id] = staged(paying);
    for (auto const attempt : {0, 2, -1}) {
        EXPECT_EQ(confirm(work, id, attempt, noon + 1s).unmoved, Unmoved::other_attempt);
        EXPECT_EQ(decline(work, id, attempt, "x", noon + 1s).unmoved, Unmoved::other_attempt);
    }
    EXPECT_EQ(reservation(work, id).state, paying);
}

TEST(Confirm, KnowsNothingOfReservationsThatWereNeverMade) {
    auto work = empty_house();
    EXPECT_EQ(confirm(work, numbered<ReservationId>(9), 1, noon).unmoved,
              Unmoved::no_such_reservation);
}

// --------------------------------------------------------------------------------------- decline

TEST(Decline, ReturnsToHeldWhileTimeRemainsAndInPayingOnly) {
    for (auto const state : every_state) {
        auto [work, id] = staged(state);
        auto const outcome =
            decline(work, id, reservation(work, id).attempt, "insufficient_funds", noon + 1s);
        if (state == paying) {
            ASSERT_TRUE(outcome.event.has_value());
            EXPECT_EQ(outcome.event->happening, Happening::returned);
            EXPECT_EQ(outcome.event->after.state, held);
            EXPECT_EQ(outcome.event->after.decline, "insufficient_funds");
            EXPECT_EQ(outcome.event->after.held_until, noon + 5min) << "the deadline stays";
            EXPECT_EQ(seat(work, 1).state, SeatState::held);
        } else {
            EXPECT_EQ(outcome.unmoved, Unmoved::not_paying);
            EXPECT_EQ(reservation(work, id).state, state);
        }
    }
}

TEST(Decline, TooLateExpires) {
    auto [work, id] = staged(paying);
    EXPECT_EQ(decline(work, id, 1, "insufficient_funds", noon + 5min).event->happening,
              Happening::expired);
    EXPECT_EQ(seat(work, 1).state, SeatState::free);
}

// ---------------------------------------------------------------------------------------- expire

TEST(Expire, EndsLiveReservationsOnceTheirTimeIsOver) {
    for (auto const state : every_state) {
        auto [work, id] = staged(state);
        auto const is_live_state = state == held || state == paying;
        EXPECT_FALSE(expire(work, id, noon + 5min - 1us).has_value());
        auto const event = expire(work, id, noon + 5min);
        EXPECT_EQ(event.has_value(), is_live_state) << static_cast<int>(state);
        EXPECT_EQ(reservation(work, id).state, is_live_state ? expired : state);
        EXPECT_FALSE(expire(work, id, noon + 1h).has_value()) << "there is no second expiry";
    }
}

TEST(Expire, FreesOnlyWhatIsStillItsOwnAndKeepsTheFence) {
    auto [work, id] = staged(held, true);
    auto const taker = reserved(work, request(2, {2}, bob), noon + 6min);
    auto const event = expire(work, id, noon + 6min);
    ASSERT_TRUE(event.has_value());
    EXPECT_EQ(event->after.seats, (std::vector<SeatClaim>{{1, 1}, {2, 1}}));
    EXPECT_EQ(event->after.version, 2);
    EXPECT_EQ(seat(work, 1).state, SeatState::free);
    EXPECT_FALSE(seat(work, 1).reservation.has_value());
    EXPECT_EQ(seat(work, 1).fence, 1);
    EXPECT_EQ(seat(work, 2).reservation, taker);
    EXPECT_EQ(seat(work, 2).fence, 2);
    EXPECT_FALSE(work.passes.at(the_token).held_until.has_value()) << "the pass may be used again";
}

TEST(Expire, LeavesThePassToAReservationThatUsesItByNow) {
    auto [work, id] = staged(held, true);
    auto const next = reserved(work, with_pass(request(2, {7})), noon + 5min, show(10));
    ASSERT_TRUE(expire(work, id, noon + 6min).has_value());
    EXPECT_EQ(work.passes.at(the_token).reservation, next);
    EXPECT_EQ(work.passes.at(the_token).held_until, noon + 10min);
}

// ---------------------------------------------------------------------------------------- tokens

TEST(TokenEvents, AnEndIsFinalAndALateAdmissionDoesNotReviveThePass) {
    auto work = empty_house();
    EXPECT_TRUE(pass_ended(work.passes, the_token));
    EXPECT_FALSE(pass_issued(work.passes, the_token, 5));
    EXPECT_FALSE(pass_ended(work.passes, the_token));
    EXPECT_EQ(work.passes.at(the_token).state, PassState::ended);
    EXPECT_EQ(work.passes.at(the_token).generation, 0);
}

TEST(TokenEvents, RaiseTheGenerationAndNeverLowerIt) {
    auto work = empty_house();
    EXPECT_TRUE(pass_issued(work.passes, the_token, 2));
    EXPECT_FALSE(pass_issued(work.passes, the_token, 2));
    EXPECT_FALSE(pass_issued(work.passes, the_token, 1));
    EXPECT_EQ(work.passes.at(the_token).generation, 2);
}

TEST(TokenEvents, LeaveASpentPassSpent) {
    auto [work, id] = staged(confirmed, true);
    EXPECT_FALSE(pass_ended(work.passes, the_token));
    EXPECT_EQ(work.passes.at(the_token).state, PassState::spent);
}

TEST(TokenEvents, DoNotEndTheReservationThatUsesThePass) {
    auto [work, id] = staged(held, true);
    ASSERT_TRUE(pass_ended(work.passes, the_token));
    EXPECT_TRUE(pay(work, id, ann, noon + 1s, Rules{}).event.has_value());
    EXPECT_EQ(reservation(work, id).state, paying);
}

}  // namespace
}  // namespace frontrow::booking::domain::testing
