// The octets that go to PostgreSQL, written out by hand from its documentation.
#include "common/pg/parameters.hpp"

#include "tests/support/testing.hpp"

namespace frontrow::pg {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

TEST(BindingAValue, WritesIntegersInNetworkOrder) {
    EXPECT_EQ(pg::bind(std::int16_t{-2}).octets, "\xff\xfe"s);
    EXPECT_EQ(pg::bind(std::int32_t{258}).octets, "\0\0\1\2"s);
    EXPECT_EQ(pg::bind(std::int64_t{-1}).octets, "\xff\xff\xff\xff\xff\xff\xff\xff"s);
    EXPECT_EQ(pg::bind(true).octets, "\1"s);
    EXPECT_EQ(pg::bind(false).octets, "\0"s);
}

TEST(BindingAValue, CountsMicrosecondsFromTheYear2000) {
    auto const new_year = Instant{std::chrono::sys_days{std::chrono::year{2000} / 1 / 1}};
    EXPECT_EQ(pg::bind(new_year).octets, "\0\0\0\0\0\0\0\0"s);
    EXPECT_EQ(pg::bind(new_year + 258us).octets, "\0\0\0\0\0\0\1\2"s);
    EXPECT_EQ(pg::bind(new_year - 1us).octets, "\xff\xff\xff\xff\xff\xff\xff\xff"s);
}

TEST(BindingAValue, KeepsTextAndOctetsApartByType) {
    EXPECT_EQ(pg::bind("a\0b"s).octets, "a\0b"s);
    EXPECT_EQ(pg::bind("x").type, 25U);
    EXPECT_EQ(pg::bind(Bytes{"x"}).type, 17U);
    EXPECT_EQ(pg::bind(Uuid{}).type, 2950U);
}

TEST(BindingAValue, GivesNothingTheTypeThatItWouldHave) {
    auto const parameter = pg::bind(std::optional<std::int32_t>{});
    EXPECT_EQ(parameter.type, 23U);
    EXPECT_FALSE(parameter.octets.has_value());
    EXPECT_EQ(pg::bind(std::optional<std::int32_t>{1}).octets, "\0\0\0\1"s);
}

TEST(AColumn, HasOneDimensionItsTypeAndEachElementWithItsLength) {
    auto const parameter = column(std::vector<std::int16_t>{1, 2});
    EXPECT_EQ(parameter.type, 1005U);
    EXPECT_EQ(parameter.octets,
              "\0\0\0\1"      // dimensions
              "\0\0\0\0"      // no null
              "\0\0\0\x15"    // int2
              "\0\0\0\2"      // elements
              "\0\0\0\1"      // the first index
              "\0\0\0\2\0\1"  // 1
              "\0\0\0\2\0\2"s);
}

TEST(AColumn, OfNothingHasNoDimensionButATypeStill) {
    auto const parameter = column(std::vector<Uuid>{});
    EXPECT_EQ(parameter.type, 2951U);
    EXPECT_EQ(parameter.octets, "\0\0\0\0\0\0\0\0\0\0\x0b\x86"s);
}

TEST(AColumn, MarksNothingsWithALengthOfMinusOne) {
    auto const parameter = column(std::vector<std::optional<std::string>>{std::nullopt, "a"});
    EXPECT_EQ(parameter.octets,
              "\0\0\0\1"
              "\0\0\0\1"
              "\0\0\0\x19"
              "\0\0\0\2"
              "\0\0\0\1"
              "\xff\xff\xff\xff"
              "\0\0\0\1"
              "a"s);
}

TEST(AColumn, ProjectsMembersAndFunctions) {
    struct Seat {
        std::int32_t number;
    };
    auto const seats = std::vector<Seat>{{7}};
    auto const by_member = column(seats, &Seat::number);
    auto const by_function = column(seats, [](Seat const& seat) { return seat.number; });
    EXPECT_EQ(by_member.octets, by_function.octets);
    EXPECT_EQ(by_member.type, 1007U);
}

}  // namespace
}  // namespace frontrow::pg
