// RFC 3339, both ways.
#include "common/core/clock.hpp"

#include "tests/support/testing.hpp"

namespace frontrow {
namespace {

using std::chrono::microseconds;

std::string again(std::string_view text) {
    auto const instant = parse_rfc3339(text);
    return instant ? to_rfc3339(*instant) : "refused";
}

TEST(Rfc3339, WritesMicrosecondsOnlyIfThereAreAny) {
    EXPECT_EQ(to_rfc3339(Instant{}), "1970-01-01T00:00:00Z");
    EXPECT_EQ(to_rfc3339(Instant{microseconds{1}}), "1970-01-01T00:00:00.000001Z");
    EXPECT_EQ(to_rfc3339(Instant{microseconds{-1}}), "1969-12-31T23:59:59.999999Z");
    EXPECT_EQ(to_rfc3339(Instant{microseconds{500'000}}), "1970-01-01T00:00:00.500000Z");
}

TEST(Rfc3339, ReadsTheExamplesOfTheStandard) {
    EXPECT_EQ(again("1985-04-12T23:20:50.52Z"), "1985-04-12T23:20:50.520000Z");
    EXPECT_EQ(again("1996-12-19T16:39:57-08:00"), "1996-12-20T00:39:57Z");
    EXPECT_EQ(again("1937-01-01T12:00:27.87+00:20"), "1937-01-01T11:40:27.870000Z");
    EXPECT_EQ(again("2026-11-21t19:30:00z"), "2026-11-21T19:30:00Z");
}

TEST(Rfc3339, KnowsWhichDaysExist) {
    EXPECT_EQ(again("2024-02-29T00:00:00Z"), "2024-02-29T00:00:00Z");
    for (auto const* text :
         {"2023-02-29T00:00:00Z", "2026-04-31T00:00:00Z", "2026-13-01T00:00:00Z",
          "2026-00-01T00:00:00Z", "2026-01-00T00:00:00Z", "1900-02-29T00:00:00Z"}) {
        EXPECT_EQ(again(text), "refused") << text;
    }
}

TEST(Rfc3339, RefusesEverythingElse) {
    for (auto const* text :
         {"", "2026", "2026-11-21", "2026-11-21T19:30:00", "2026-11-21 19:30:00Z",
          "2026-11-21T24:00:00Z", "2026-11-21T19:60:00Z", "2026-11-21T19:30:60Z",
          "2026-11-21T19:30:00.Z", "2026-11-21T19:30:00.1234567Z", "2026-11-21T19:30:00Z ",
          "2026-11-21T19:30:00+0100", "2026-11-21T19:30:00+24:00", "2026-11-21T19:30:00+01:60",
          "+026-11-21T19:30:00Z", "2026-11-21T19:3x:00Z", " 2026-11-21T19:30:00Z"}) {
        EXPECT_EQ(again(text), "refused") << text;
    }
}

TEST(ManualClock, StandsStillUntilToldOtherwise) {
    auto clock = ManualClock{Instant{microseconds{10}}};
    EXPECT_EQ(clock.now(), clock.now());
    clock.advance(microseconds{5});
    EXPECT_EQ(clock.now(), Instant{microseconds{15}});
}

TEST(SystemClock, DoesNotRunBeforeThisFileWasWritten) {
    EXPECT_GT(SystemClock{}.now(), *parse_rfc3339("2025-01-01T00:00:00Z"));
}

}  // namespace
}  // namespace frontrow
