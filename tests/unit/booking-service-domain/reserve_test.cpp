// Who gets which seats.
#include "tests/support/testing.hpp"
#include "tests/unit/booking-service-domain/builders.hpp"

namespace frontrow::booking::domain::testing {
namespace {

using enum ReserveRefusalKind;

TEST(ReserveSeats, HoldsFreeSeatsForTheirPriceUntilTheDeadline) {
    auto work = empty_house();
    auto const made = reserve(work, show(), request(1, {5, 4}), noon, Rules{});
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->state, ReservationState::held);
    EXPECT_EQ(made->seats, (std::vector<SeatClaim>{{4, 1}, {5, 1}}));
    EXPECT_EQ(made->total, (Money{12500, Currency{}}));
    EXPECT_EQ(made->held_until, noon + 5min);
    EXPECT_EQ(made->version, 1);
    EXPECT_EQ(made->attempt, 0);
    EXPECT_EQ(seat(work, 4).state, SeatState::held);
    EXPECT_EQ(seat(work, 4).reservation, made->id);
    EXPECT_EQ(seat(work, 4).held_until, made->held_until);
    EXPECT_EQ(seat(work, 3).state, SeatState::free);
}

TEST(ReserveSeats, RefusesASeatThatSomeoneElseStillHoldsAndTakesNoneOfTheOthers) {
    auto work = empty_house();
    reserved(work, request(1, {2}, bob));
    auto const refused = reserve(work, show(), request(2, {1, 2, 3}), noon + 1min, Rules{});
    ASSERT_TRUE(refused.has_error());
    EXPECT_EQ(refused.error(), (ReserveRefusal{seats_taken, {2}}));
    EXPECT_EQ(seat(work, 1).state, SeatState::free);
    EXPECT_EQ(seat(work, 1).fence, 0);
    EXPECT_EQ(seat(work, 3).state, SeatState::free);
}

TEST(ReserveSeats, TakesASeatThatWasNotToBeHadForAnothers) {
    auto work = empty_house();
    work.seats.leave_out({the_show, 2});
    auto const refused = reserve(work, show(), request(1, {1, 2}), noon, Rules{});
    EXPECT_EQ(refused.error(), (ReserveRefusal{seats_taken, {2}}));
    EXPECT_EQ(seat(work, 1).state, SeatState::free);
}

TEST(ReserveSeats, NamesEverySeatThatIsTaken) {
    auto work = empty_house();
    reserved(work, request(1, {2, 7}, bob));
    work.seats.change({the_show, 9}).state = SeatState::blocked;
    auto const refused = reserve(work, show(), request(2, {1, 2, 7, 9}), noon, Rules{});
    EXPECT_EQ(refused.error(), (ReserveRefusal{seats_taken, {2, 7, 9}}));
}

TEST(ReserveSeats, MayTakeAHoldThatEndsExactlyNowAndNotAMomentEarlier) {
    auto work = empty_house();
    auto const old = reserved(work, request(1, {1, 2}, bob));
    auto const end = reservation(work, old).held_until;
    EXPECT_TRUE(reserve(work, show(), request(2, {1}), end - 1us, Rules{}).has_error());
    auto const made = reserve(work, show(), request(3, {1}), end, Rules{});
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->seats, (std::vector<SeatClaim>{{1, 2}})) << "each claim raises the fence";
    EXPECT_EQ(reservation(work, old).state, ReservationState::held) << "the old one is not touched";
    EXPECT_TRUE(work.reservations.changed().empty());
}

TEST(ReserveSeats, NeverTakesASoldSeatHoweverMuchTimeHasPassed) {
    auto [work, sold] = staged(ReservationState::confirmed);
    auto const refused = reserve(work, show(), request(2, {1}, bob), noon + 11h, Rules{});
    EXPECT_EQ(refused.error(), (ReserveRefusal{seats_taken, {1}}));
}

TEST(ReserveSeats, RefusesSeatsThatTheShowDoesNotHave) {
    auto work = empty_house();
    auto const refused = reserve(work, show(), request(1, {10, 11, 400}), noon, Rules{});
    EXPECT_EQ(refused.error(), (ReserveRefusal{no_such_seat, {11, 400}}));
    EXPECT_TRUE(work.seats.changed().empty());
}

TEST(ReserveSeats, FollowsTheTimeOfSaleToTheMicrosecond) {
    auto const sale = show();
    auto const at = [&](Instant now) {
        auto work = empty_house();
        auto const outcome = reserve(work, sale, request(1, {1}), now, Rules{});
        return outcome ? ReserveRefusalKind{} : outcome.error().kind;
    };
    EXPECT_EQ(at(sale.sale_opens_at - 1us), sale_not_open);
    EXPECT_EQ(at(sale.sale_opens_at), ReserveRefusalKind{});
    EXPECT_EQ(at(sale.sale_closes_at - 1us), ReserveRefusalKind{});
    EXPECT_EQ(at(sale.sale_closes_at), sale_closed);
}

TEST(ReserveSeats, RefusesAShowThatWasClosedByHand) {
    auto work = empty_house();
    auto closed = show();
    closed.closed = true;
    auto const refused = reserve(work, closed, request(1, {1}), noon, Rules{});
    EXPECT_EQ(refused.error().kind, sale_closed);
}

TEST(ReserveSeats, AsksForAPassOnlyIfTheShowHasAQueue) {
    auto work = empty_house();
    EXPECT_EQ(reserve(work, show(10), request(1, {1}), noon, Rules{}).error().kind, pass_required);
    auto const made = reserve(work, show(0), with_pass(request(2, {1})), noon, Rules{});
    ASSERT_TRUE(made.has_value());
    EXPECT_FALSE(made->token.has_value()) << "without a queue no pass is used";
    EXPECT_TRUE(work.passes.changed().empty());
}

TEST(ReserveSeats, BindsThePassToTheReservation) {
    auto work = empty_house();
    auto const made = reserve(work, show(10), with_pass(request(1, {1}), 3), noon, Rules{});
    ASSERT_TRUE(made.has_value());
    EXPECT_EQ(made->token, the_token);
    auto const& pass = work.passes.at(the_token);
    EXPECT_EQ(pass.reservation, made->id);
    EXPECT_EQ(pass.held_until, made->held_until);
    EXPECT_EQ(pass.generation, 3);
}

TEST(ReserveSeats, AllowsOneLiveReservationForAPassByTimeNotBySweeper) {
    auto [work, first] = staged(ReservationState::held, true);
    auto const end = reservation(work, first).held_until;
    auto const again = with_pass(request(2, {7}));
    EXPECT_EQ(reserve(work, show(10), again, end - 1us, Rules{}).error().kind, pass_in_use);
    EXPECT_EQ(seat(work, 7).state, SeatState::free);
    EXPECT_TRUE(reserve(work, show(10), again, end, Rules{}).has_value());
}

TEST(ReserveSeats, RefusesPassesThatAreSpentEndedOldOrOverdue) {
    auto const with = [](PassState state, std::int32_t newest, Instant now) {
        auto work = empty_house();
        auto& pass = work.passes.change(the_token);
        pass.state = state;
        pass.generation = newest;
        auto const outcome = reserve(work, show(10), with_pass(request(1, {1}), 2), now, Rules{});
        return outcome ? ReserveRefusalKind{} : outcome.error().kind;
    };
    EXPECT_EQ(with(PassState::usable, 2, noon), ReserveRefusalKind{});
    EXPECT_EQ(with(PassState::usable, 1, noon), ReserveRefusalKind{});
    EXPECT_EQ(with(PassState::usable, 3, noon), pass_superseded);
    EXPECT_EQ(with(PassState::spent, 2, noon), pass_spent);
    EXPECT_EQ(with(PassState::ended, 2, noon), pass_ended);
    EXPECT_EQ(with(PassState::usable, 2, noon + 1h - 1us), ReserveRefusalKind{});
    EXPECT_EQ(with(PassState::usable, 2, noon + 1h), pass_expired);
}

TEST(ReserveSeats, FirstComeFirstServedInsideABatch) {
    auto work = empty_house();
    EXPECT_TRUE(reserve(work, show(), request(1, {1, 2}), noon, Rules{}).has_value());
    EXPECT_EQ(reserve(work, show(), request(2, {2, 3}, bob), noon, Rules{}).error(),
              (ReserveRefusal{seats_taken, {2}}));
    EXPECT_TRUE(reserve(work, show(), request(3, {3}, bob), noon, Rules{}).has_value());
}

TEST(Layout, NumbersSeatsInOrderOfSectionRowAndPlace) {
    auto const layout = *show().layout;
    EXPECT_EQ(layout.seats(), 10);
    EXPECT_FALSE(layout.place_of(0).has_value());
    EXPECT_FALSE(layout.place_of(11).has_value());
    auto const last_stall = layout.place_of(4);
    ASSERT_TRUE(last_stall.has_value());
    EXPECT_EQ(last_stall->section->name, "Stalls");
    EXPECT_EQ(last_stall->row, 2);
    EXPECT_EQ(last_stall->number, 2);
    auto const last = layout.place_of(10);
    ASSERT_TRUE(last.has_value());
    EXPECT_EQ(last->section->name, "Gallery");
    EXPECT_EQ(last->row, 2);
    EXPECT_EQ(last->number, 3);
}

}  // namespace
}  // namespace frontrow::booking::domain::testing
