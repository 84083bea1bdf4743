// What is kept of shows: for a moment only, and never that one does not exist.
#include "booking-service/storage/recent_shows.hpp"

#include "tests/storage/booking-service/database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::booking {
namespace {

using namespace std::chrono_literals;
using storage::RecentShows;
using support::eventually;

class ShowsThatAreKept : public testing::Test {
  protected:
    storage::shows::ById load(RecentShows& shows, std::vector<ShowId> ids) {
        auto tx = pg::Transaction{database_.connection()};
        return shows.load(tx, std::move(ids)).get();
    }
    bool is_closed(RecentShows& shows) {
        return load(shows, {database_.show()}).at(database_.show()).closed;
    }
    void close() { database_.connection().run_script("UPDATE shows SET closed = true"); }

    BookingDatabase database_{4};
};

TEST_F(ShowsThatAreKept, AreNotReadAgain) {
    auto shows = RecentShows{database_.layouts(), 1h};
    EXPECT_FALSE(is_closed(shows));
    close();
    EXPECT_FALSE(is_closed(shows)) << "within the hour";
    auto others = RecentShows{database_.layouts(), 1h};
    EXPECT_TRUE(is_closed(others)) << "of another replica";
}

TEST_F(ShowsThatAreKept, AreReadAgainAfterAMoment) {
    auto shows = RecentShows{database_.layouts()};
    EXPECT_FALSE(is_closed(shows));
    close();
    EXPECT_TRUE(eventually([&] { return is_closed(shows); }));
}

TEST_F(ShowsThatAreKept, StandBesideThoseThatAreNew) {
    auto shows = RecentShows{database_.layouts(), 1h};
    auto const other = ShowId::draw();
    EXPECT_EQ(load(shows, {database_.show(), other}).size(), 1U);
    database_.connection().run_script(
        "INSERT INTO shows SELECT '" + other.to_string() +
        "', concert_id, starts_at, sale_opens_at, sale_closes_at, true, 0 FROM shows; "
        "INSERT INTO sections SELECT '" +
        other.to_string() + "', first_seat, name, rows, seats_per_row, price FROM sections");
    auto const both = load(shows, {other, database_.show(), other});
    ASSERT_EQ(both.size(), 2U) << "that it was missing is not kept";
    EXPECT_TRUE(both.at(other).closed);
    EXPECT_FALSE(both.at(database_.show()).closed);
    EXPECT_EQ(both.at(other).layout->sections.size(),
              both.at(database_.show()).layout->sections.size());
}

TEST_F(ShowsThatAreKept, AreSoldOnUntilTheMomentIsOver) {
    auto shows = RecentShows{database_.layouts(), 1h};
    auto const reserve = [&](std::int32_t seat) {
        auto tx = pg::Transaction{database_.connection()};
        auto const wishes = std::vector{database_.wish({seat})};
        auto outcome = use_cases::reserve_seats(
            tx, use_cases::ask_to_reserve(tx, wishes, shows, {}), wishes, {});
        tx.commit();
        return outcome.front();
    };
    EXPECT_TRUE(reserve(1).has_value());
    close();
    EXPECT_TRUE(reserve(2).has_value());
    auto const after = database_.reserve(database_.connection(), {database_.wish({3})});
    ASSERT_FALSE(after.front().has_value());
    EXPECT_EQ(after.front().error().kind, domain::ReserveRefusalKind::sale_closed);
}

}  // namespace
}  // namespace frontrow::booking
