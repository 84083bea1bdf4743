// Seats are claimed before anybody has decided: what nobody was granted is given back.
#include <atomic>
#include <thread>

#include "booking-service/http/lanes.hpp"
#include "tests/storage/booking-service/database.hpp"

namespace frontrow::booking {
namespace {

using domain::ReserveRefusal;
using domain::ReserveRefusalKind;
using Keyed = idempotency::Keyed<use_cases::ReserveSeats>;

class Claims : public testing::Test {
  protected:
    /// "1 HELD 1, 2 FREE 0": each seat with its state and its fence.
    std::string seats() {
        return database_.ask(
            "SELECT string_agg(seat_no || ' ' || state || ' ' || fence, ', ' ORDER BY seat_no) "
            "FROM seats");
    }
    auto reserve(std::vector<use_cases::ReserveSeats> const& wishes) {
        return database_.reserve(database_.connection(), wishes);
    }
    std::string holder_of(std::int32_t seat) {
        return database_.ask("SELECT reservation_id FROM seats WHERE seat_no = " +
                             std::to_string(seat));
    }

    BookingDatabase database_{3};
};

TEST_F(Claims, OfGrantedRequestsAreAllThatIsWrittenOfTheirSeats) {
    auto tx = pg::Transaction{database_.connection()};
    auto const wishes = std::vector{database_.wish({1, 2}), database_.wish({3})};
    auto asked = use_cases::ask_to_reserve(tx, wishes, database_.shows(), {});
    auto const outcomes = use_cases::reserve_seats(tx, std::move(asked), wishes, {});
    EXPECT_TRUE(outcomes.front().has_value() && outcomes.back().has_value());
    EXPECT_EQ(database_.ask("SELECT n_tup_upd FROM pg_stat_xact_user_tables "
                            "WHERE relname = 'seats'"),
              "3");
    tx.commit();
    EXPECT_EQ(seats(), "1 HELD 1, 2 HELD 1, 3 HELD 1");
    EXPECT_EQ(database_.broken_rule(), "");
}

TEST_F(Claims, OfARefusedGroupAreGivenBack) {
    database_.reserved({2});
    auto const outcome = reserve({database_.wish({1, 2, 3})}).front();
    EXPECT_EQ(outcome.error(), (ReserveRefusal{ReserveRefusalKind::seats_taken, {2}}));
    EXPECT_EQ(seats(), "1 FREE 0, 2 HELD 1, 3 FREE 0");
    EXPECT_EQ(database_.broken_rule(), "");
}

TEST_F(Claims, OfARefusedGroupGoToTheNextOfTheBatch) {
    database_.reserved({2});
    auto const next = database_.wish({3, 1}, "bob");
    auto const outcomes = reserve({database_.wish({1, 2}), next, database_.wish({1}, "eve")});
    EXPECT_TRUE(outcomes[0].has_error());
    ASSERT_TRUE(outcomes[1].has_value());
    EXPECT_EQ(outcomes[1]->reservation.seats, (std::vector<domain::SeatClaim>{{1, 1}, {3, 1}}));
    EXPECT_EQ(outcomes[2].error(), (ReserveRefusal{ReserveRefusalKind::seats_taken, {1}}));
    EXPECT_EQ(holder_of(1), next.request.id.to_string());
    EXPECT_EQ(seats(), "1 HELD 1, 2 HELD 1, 3 HELD 1");
    EXPECT_EQ(database_.broken_rule(), "");
}

TEST_F(Claims, OfAShowThatIsNotOnSaleAreGivenBack) {
    database_.reserved({1}, {.hold = 1us, .payment_minimum = 1us});
    database_.connection().run_script("UPDATE shows SET closed = true");
    auto const outcome = reserve({database_.wish({1, 2})}).front();
    EXPECT_EQ(outcome.error(), ReserveRefusal{ReserveRefusalKind::sale_closed});
    EXPECT_EQ(seats(), "1 FREE 1, 2 FREE 0, 3 FREE 0") << "the hold on seat 1 had run out";
    std::ignore = committed(database_.connection(),
                            [](pg::Transaction& tx) { return use_cases::expire_holds(tx); });
    EXPECT_EQ(database_.count_told("expired"), "1") << "the sweeper still tells of it";
    EXPECT_EQ(database_.broken_rule(), "");
}

TEST(ClaimsWithoutAPass, AreGivenBack) {
    auto database = BookingDatabase{2, 10};
    auto const outcome = database.reserve(database.connection(), {database.wish({1, 2})}).front();
    EXPECT_EQ(outcome.error(), ReserveRefusal{ReserveRefusalKind::pass_required});
    EXPECT_EQ(database.ask("SELECT count(*) FROM seats WHERE state = 'FREE' AND fence = 0"), "2");
}

TEST_F(Claims, OfRepeatsAreGivenBackThoughTheSeatsAreFreeByNow) {
    auto const holder = database_.reserved({1});
    auto const wish = Keyed{idempotency::key_of({"ann"}, "POST /v1/reservations", "again", "{}"),
                            database_.wish({1, 2})};
    auto shows = storage::RecentShows{database_.layouts()};
    auto const answer = [&] {
        return committed(database_.connection(),
                         [&](pg::Transaction& tx) {
                             return http::run_reserve(tx, std::span{&wish, 1}, shows, {});
                         })
            .front();
    };
    auto const first = answer();
    EXPECT_EQ(first.status, 409);
    database_.ends_in(holder, "-1 second");
    auto const second = answer();
    EXPECT_TRUE(second.replayed);
    EXPECT_EQ(second.body, first.body);
    EXPECT_EQ(seats(), "1 FREE 1, 2 FREE 0, 3 FREE 0");
    EXPECT_EQ(database_.ask("SELECT count(*) FROM reservations"), "1");
}

TEST_F(Claims, OfOneSeatInABatchAreTheFirstOnesWhateverTheOthersGet) {
    auto const first = database_.wish({3, 2});
    auto const outcomes =
        reserve({first, database_.wish({1, 2}, "bob"), database_.wish({1}, "eve")});
    EXPECT_TRUE(outcomes[0].has_value());
    EXPECT_EQ(outcomes[1].error(), (ReserveRefusal{ReserveRefusalKind::seats_taken, {2}}));
    EXPECT_TRUE(outcomes[2].has_value());
    EXPECT_EQ(holder_of(2), first.request.id.to_string());
    EXPECT_EQ(seats(), "1 HELD 1, 2 HELD 1, 3 HELD 1");
}

TEST_F(Claims, WaitForWhoeverHasClaimedTheSeatAndTakeItIfThatIsRolledBack) {
    auto other = database_.connect();
    auto holder = std::make_unique<pg::Transaction>(other);
    std::ignore =
        storage::seats::claim(*holder, {{{database_.show(), 1}, ReservationId::draw()}}, 5min)
            .get();
    auto is_granted = std::atomic{false};
    auto waiter = std::jthread{[&] {
        auto connection = database_.connect();
        is_granted = database_.reserve(connection, {database_.wish({1})}).front().has_value();
    }};
    EXPECT_TRUE(support::eventually([&] {
        return database_.ask(
                   "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' "
                   "AND datname = current_database()") == "1";
    })) << "it waits";
    holder.reset();
    waiter.join();
    EXPECT_TRUE(is_granted);
    EXPECT_EQ(seats(), "1 HELD 1, 2 FREE 0, 3 FREE 0");
}

}  // namespace
}  // namespace frontrow::booking
