// Sums of money, and what only a bug could ask of them.
#include "common/core/money.hpp"

#include <limits>

#include "tests/support/testing.hpp"

namespace frontrow {
namespace {

constexpr auto won = Currency{{'K', 'R', 'W'}};
constexpr auto greatest = std::numeric_limits<std::int64_t>::max();

TEST(Money, AddsAndSubtractsWithinACurrency) {
    EXPECT_EQ((Money{7, won} + Money{5, won}), (Money{12, won}));
    EXPECT_EQ((Money{7, won} - Money{12, won}), (Money{-5, won}));
}

TEST(Money, HoldsAThousandOfTheLargestAmounts) {
    auto sum = Money{};
    for (auto i = 0; i < 1'000; ++i) {
        sum = sum + Money{minor_units_max, {}};
    }
    EXPECT_EQ(sum.minor_units, 1'000 * minor_units_max);
}

TEST(MoneyDeathTest, StopsTheProgramRatherThanMixCurrenciesOrOverflow) {
    EXPECT_DEATH((void)(Money{1, won} + Money{1, {}}), "BUG: expected left.currency");
    EXPECT_DEATH((void)(Money{greatest, won} + Money{1, won}), "BUG: expected");
    EXPECT_DEATH((void)(Money{-greatest, won} - Money{2, won}), "BUG: expected");
}

TEST(Currency, IsThreeUpperCaseLetters) {
    EXPECT_EQ(Currency::parse("KRW"), won);
    EXPECT_EQ(won.to_string(), "KRW");
    for (auto const* text : {"", "EU", "EURO", "eur", "EU1", "EU ",
                             "\xc3\x84"
                             "A"}) {
        EXPECT_EQ(Currency::parse(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace frontrow
