// What those who wait are told, and when silence counts.
#include "queue-service/domain/forecast.hpp"

#include "queue-service/domain/silence.hpp"
#include "tests/support/testing.hpp"
#include "tests/unit/queue-service-domain/halls.hpp"

namespace frontrow::queue::domain {
namespace {

TEST(Forecast, IsNothingForWhomAPlaceIsFree) {
    auto gate = gate_of(100);
    gate.active = 60;
    EXPECT_EQ(wait_of(gate, 40), 0s);
    EXPECT_GT(wait_of(gate, 41), 0s);
}

TEST(Forecast, GrowsWithThePositionAndShrinksWithThePlaces) {
    auto gate = gate_of(100);
    gate.active = 100;
    gate.mean_stay = 200s;
    EXPECT_EQ(wait_of(gate, 1), 2s);
    EXPECT_EQ(wait_of(gate, 100), 200s);
    EXPECT_EQ(wait_of(gate, 1'000'000), 2'000'000s);
    gate.capacity = gate.active = 200;
    EXPECT_EQ(wait_of(gate, 100), 100s);
}

TEST(Forecast, LearnsHowLongPeopleStay) {
    auto hall = hall_with(1);
    auto const before = hall.gate(show)->mean_stay;
    for (auto i = 0; i < 40; ++i) {
        auto const token = join_as(hall, user(i)).id;
        EXPECT_EQ(let_in(hall).size(), 1U);
        EXPECT_TRUE(leave(hall, token, user(i), noon + 30s).has_value());
    }
    EXPECT_EQ(before, 10min);
    EXPECT_LT(hall.gate(show)->mean_stay, 40s);
    EXPECT_GE(hall.gate(show)->mean_stay, 30s);
}

TEST(Forecast, AsksThoseFarAwayToPollRarely) {
    EXPECT_EQ(poll_after(TokenState::waiting, 1), 500ms);
    EXPECT_EQ(poll_after(TokenState::waiting, 100), 2s);
    EXPECT_EQ(poll_after(TokenState::waiting, 1'000'000), 20s);
    EXPECT_EQ(poll_after(TokenState::admitted, 0), 5s);
    EXPECT_EQ(poll_after(TokenState::left, 0), 60s);
}

TEST(Silence, CountsOnlyOnceWeHaveListenedForTheWholeTime) {
    auto silence = Silence{5min};
    auto now = noon;
    EXPECT_EQ(silence.counts_since(now), std::nullopt);
    while (now < noon + 5min - 1s) {
        now += 1s;
        ASSERT_EQ(silence.counts_since(now), std::nullopt);
    }
    EXPECT_EQ(silence.counts_since(noon + 5min), noon);
}

TEST(Silence, StartsAnewWhenWeWereAway) {
    auto silence = Silence{5min};
    auto now = noon;
    for (; now <= noon + 6min; now += 10s) {
        std::ignore = silence.counts_since(now);
    }
    EXPECT_NE(silence.counts_since(now), std::nullopt);
    now += 31s;
    EXPECT_EQ(silence.counts_since(now), std::nullopt);
    EXPECT_EQ(silence.counts_since(now + 20s), std::nullopt);
}

}  // namespace
}  // namespace frontrow::queue::domain
