// Positions: equal to counting, for any line, and the same work for a million.
#include "queue-service/domain/line.hpp"

#include <random>
#include <set>

#include "tests/support/testing.hpp"

namespace frontrow::queue::domain {
namespace {

TEST(Line, CountsFromTheWatermark) {
    auto line = Line{};
    EXPECT_EQ(line.position(1, 0), 1);
    EXPECT_EQ(line.position(1'000'000, 0), 1'000'000);
    EXPECT_EQ(line.position(500, 499), 1);
}

TEST(Line, SkipsThoseWhoLeftInBetween) {
    auto line = Line{};
    for (auto const gone : {2, 64, 65, 128, 129, 300}) {
        line.depart(gone);
    }
    EXPECT_EQ(line.position(1, 0), 1);
    EXPECT_EQ(line.position(3, 0), 2);
    EXPECT_EQ(line.position(66, 0), 63);
    EXPECT_EQ(line.position(130, 0), 125);
    EXPECT_EQ(line.position(1000, 0), 994);
    EXPECT_EQ(line.position(66, 2), 62);
}

TEST(Line, MovesUpExactlyThoseBehindWhoeverLeaves) {
    auto line = Line{};
    EXPECT_EQ(line.position(64, 0), 64);
    line.depart(10);
    line.depart(10);
    EXPECT_EQ(line.position(9, 0), 9);
    EXPECT_EQ(line.position(11, 0), 10);
    EXPECT_EQ(line.position(64, 0), 63);
}

TEST(Line, AgreesWithCountingForAnyLine) {
    for (auto seed = 1U; seed <= 30; ++seed) {
        SCOPED_TRACE(seed);
        auto random = std::mt19937{seed};
        auto line = Line{};
        auto gone = std::set<std::int64_t>{};
        auto watermark = std::int64_t{0};
        auto const tail = std::int64_t{200'000};
        for (auto round = 0; round < 20; ++round) {
            for (auto i = 0; i < 300; ++i) {
                auto const number = watermark + 1 + static_cast<std::int64_t>(random() % 20'000);
                gone.insert(number);
                line.depart(number);
            }
            watermark += static_cast<std::int64_t>(random() % 9'000);
            line.advance(watermark);
            for (auto i = 0; i < 50; ++i) {
                auto const number = watermark + 1 + static_cast<std::int64_t>(random() % 30'000);
                auto const between =
                    std::distance(gone.upper_bound(watermark), gone.lower_bound(number));
                ASSERT_EQ(line.position(number, watermark), number - watermark - between);
            }
        }
        EXPECT_EQ(line.position(tail * 2, watermark),
                  tail * 2 - watermark - std::distance(gone.upper_bound(watermark), gone.end()));
    }
}

}  // namespace
}  // namespace frontrow::queue::domain
