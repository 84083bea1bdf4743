// Snapshots and the cursor as values.
#include "outbox-relay/domain/cursor.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::relay::domain {
namespace {

constexpr auto here = Server{7000000001, 1};

Cursor stored(char const* published, char const* window = nullptr, std::int64_t last_id = 0) {
    return {.published = Snapshot{published},
            .window = window == nullptr ? std::nullopt : std::optional{Snapshot{window}},
            .last_id = last_id,
            .server = here};
}

TEST(RelaySnapshot, SeesWhatIsBelowItsXmaxAndNotInProgress) {
    auto const snapshot = Snapshot{"10:20:12,15"};
    EXPECT_TRUE(snapshot.sees(9));
    EXPECT_TRUE(snapshot.sees(11));
    EXPECT_FALSE(snapshot.sees(12));
    EXPECT_FALSE(snapshot.sees(15));
    EXPECT_TRUE(snapshot.sees(19));
    EXPECT_FALSE(snapshot.sees(20));
    EXPECT_EQ(snapshot.xmax(), 20U);
}

TEST(RelaySnapshot, BeforeAllSeesNoTransactionOfAUser) {
    EXPECT_FALSE(Snapshot::before_all().sees(3));
}

TEST(RelaySnapshot, HoldsTransactionIdsOfSixtyFourBits) {
    EXPECT_EQ((Snapshot{"5:18446744073709551615:"}).xmax(), 18446744073709551615U);
}

TEST(RelayStart, GoesOnWhereTheCursorStopped) {
    auto const cursor = stored("10:20:", "10:30:25", 77);
    auto const start = start_from(cursor, here, 30);
    EXPECT_EQ(start.cursor, cursor);
    EXPECT_FALSE(start.why.has_value());
}

TEST(RelayStart, BeginsAtTheStartOfTheOutboxIfThereIsNoCursorYet) {
    auto const start = start_from(Cursor{}, here, 30);
    EXPECT_EQ(start.why, StartOver::first_start);
    EXPECT_EQ(start.cursor.published, Snapshot::before_all());
    EXPECT_EQ(start.cursor.server, here);
}

TEST(RelayStart, StartsOverOnAnotherClusterOrTimeline) {
    auto const cursor = stored("10:20:", "10:30:25", 77);
    auto const elsewhere = start_from(cursor, Server{7000000002, 1}, 1000);
    EXPECT_EQ(elsewhere.why, StartOver::other_server);
    EXPECT_EQ(elsewhere.cursor.published, Snapshot::before_all());
    EXPECT_FALSE(elsewhere.cursor.window.has_value());
    EXPECT_EQ(elsewhere.cursor.last_id, 0);
    EXPECT_EQ(elsewhere.cursor.server->system_identifier, 7000000002);
    EXPECT_EQ(start_from(cursor, Server{7000000001, 2}, 1000).why, StartOver::other_timeline);
}

TEST(RelayStart, StartsOverIfTransactionIdsWentBack) {
    EXPECT_EQ(start_from(stored("10:20:"), here, 20).why, std::nullopt);
    EXPECT_EQ(start_from(stored("10:20:"), here, 19).why, StartOver::ids_went_back);
    EXPECT_EQ(start_from(stored("10:20:", "10:30:"), here, 29).why, StartOver::ids_went_back);
}

TEST(RelayCursor, ClosesAWindowByMakingItOld) {
    auto const cursor = closed(stored("10:20:", "10:30:25", 77));
    EXPECT_EQ(cursor, stored("10:30:25"));
    EXPECT_EQ(closed(cursor), cursor);
}

TEST(RelayCursor, OpensAWindowBehindTheOneThatIsOver) {
    EXPECT_EQ(with_window(stored("10:20:"), Snapshot{"20:30:"}), stored("10:20:", "20:30:"));
    EXPECT_EQ(with_window(stored("10:20:", "20:30:", 5), Snapshot{"30:40:"}),
              stored("20:30:", "30:40:"));
}

}  // namespace
}  // namespace frontrow::relay::domain
