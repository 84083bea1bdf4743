// A hold may last longer, once.
#include <map>

#include "tests/support/testing.hpp"
#include "tests/unit/booking-service-domain/builders.hpp"

namespace frontrow::booking::domain::testing {
namespace {

using enum ReservationState;

TEST(Extend, IsAllowedInHeldOnly) {
    auto const expected = std::map<ReservationState, std::optional<ExtendRefusal>>{
        {held, std::nullopt},
        {paying, ExtendRefusal::not_held},
        {confirmed, ExtendRefusal::not_held},
        {partly_cancelled, ExtendRefusal::not_held},
        {cancelled, ExtendRefusal::not_held},
        {expired, ExtendRefusal::hold_expired}};
    for (auto const state : every_state) {
        auto [work, id] = staged(state);
        auto const before = reservation(work, id);
        auto const outcome = extend(work, id, ann, noon + 1s, Rules{});
        EXPECT_EQ(outcome.refusal, expected.at(state)) << to_text(state);
        EXPECT_EQ(outcome.event.has_value(), state == held);
        EXPECT_EQ(reservation(work, id).state, state);
        EXPECT_EQ(reservation(work, id).version, before.version + (state == held ? 1 : 0));
    }
}

TEST(Extend, RaisesTheDeadlineOfReservationSeatsAndPassTogether) {
    auto [work, id] = staged(held, true);
    auto const outcome = extend(work, id, ann, noon + 4min, Rules{});
    ASSERT_TRUE(outcome.event.has_value());
    EXPECT_EQ(outcome.event->happening, Happening::extended);
    EXPECT_EQ(outcome.event->after.held_until, noon + 10min);
    EXPECT_EQ(seat(work, 1).held_until, noon + 10min);
    EXPECT_EQ(seat(work, 2).held_until, noon + 10min);
    EXPECT_EQ(work.passes.at(the_token).held_until, noon + 10min);
}

TEST(Extend, IsDoneOnce) {
    auto [work, id] = staged(held);
    ASSERT_TRUE(extend(work, id, ann, noon, Rules{}).event.has_value());
    EXPECT_EQ(extend(work, id, ann, noon, Rules{}).refusal, ExtendRefusal::extended_already);
    EXPECT_EQ(reservation(work, id).held_until, noon + 10min);
}

TEST(Extend, NeverLowersTheDeadlineNorPassesTheMaximum) {
    auto [work, id] = staged(held);
    auto const short_hold = Rules{.extension = 3min, .hold_maximum = 7min};
    ASSERT_TRUE(extend(work, id, ann, noon, short_hold).event.has_value());
    EXPECT_EQ(reservation(work, id).held_until, noon + 7min);

    auto other = staged(held);
    auto const shorter = Rules{.extension = 3min, .hold_maximum = 4min};
    ASSERT_TRUE(extend(other.work, other.id, ann, noon, shorter).event.has_value());
    EXPECT_EQ(reservation(other.work, other.id).held_until, noon + 5min);
}

TEST(Extend, TooLateWritesExpiredItself) {
    for (auto const state : {held, paying}) {
        auto [work, id] = staged(state);
        auto const outcome = extend(work, id, ann, noon + 5min, Rules{});
        EXPECT_EQ(outcome.refusal, ExtendRefusal::hold_expired);
        ASSERT_TRUE(outcome.event.has_value());
        EXPECT_EQ(outcome.event->happening, Happening::expired);
        EXPECT_EQ(seat(work, 1).state, SeatState::free);
    }
}

TEST(Extend, WithAClockThatWasReadTooEarlyFindsTheSeatTakenOver) {
    auto [work, id] = staged(held);
    auto const taker = reserved(work, request(2, {2}, bob), noon + 5min);
    auto const outcome = extend(work, id, ann, noon + 5min - 1us, Rules{});
    EXPECT_EQ(outcome.refusal, ExtendRefusal::hold_expired);
    EXPECT_EQ(seat(work, 2).reservation, taker) << "the taker keeps what it took";
    EXPECT_EQ(seat(work, 2).held_until, noon + 10min);
}

TEST(Extend, ByAnotherUserLooksAsIfThereWereNoReservation) {
    auto [work, id] = staged(held);
    EXPECT_EQ(extend(work, id, bob, noon, Rules{}).refusal, ExtendRefusal::no_such_reservation);
    EXPECT_TRUE(work.reservations.changed().empty());
}

}  // namespace
}  // namespace frontrow::booking::domain::testing
