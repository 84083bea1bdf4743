// UUIDs: spelling, the RFC's own example, and rising order under every disturbance.
#include "common/core/uuid.hpp"

#include <algorithm>
#include <set>
#include <thread>
#include <unordered_set>
#include <vector>

#include "common/core/id.hpp"
#include "tests/support/testing.hpp"

namespace frontrow {
namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

Instant at(std::int64_t millisecond) {
    return Instant{milliseconds{millisecond}};
}

TEST(Uuid, ReadsTheVersion7ExampleOfRfc9562) {
    auto const uuid = Uuid::parse("017F22E2-79B0-7CC3-98C4-DC0C0C07398F");
    ASSERT_TRUE(uuid);
    EXPECT_EQ(uuid->to_string(), "017f22e2-79b0-7cc3-98c4-dc0c0c07398f");
    EXPECT_EQ(uuid->time_of_v7(), at(0x017F22E279B0));
    EXPECT_EQ(to_rfc3339(uuid->time_of_v7()), "2022-02-22T19:22:22Z");
}

TEST(Uuid, RefusesEveryOtherSpelling) {
    auto const good = std::string{"017f22e2-79b0-7cc3-98c4-dc0c0c07398f"};
    ASSERT_TRUE(Uuid::parse(good));
    EXPECT_FALSE(Uuid::parse(""));
    EXPECT_FALSE(Uuid::parse(good + "0"));
    EXPECT_FALSE(Uuid::parse(good.substr(0, 35)));
    EXPECT_FALSE(Uuid::parse("{" + good.substr(1)));
    EXPECT_FALSE(Uuid::parse("017f22e279b07cc398c4dc0c0c07398f"));
    for (auto i = std::size_t{0}; i < good.size(); ++i) {
        auto broken = good;
        broken[i] = good[i] == '-' ? '0' : '-';
        EXPECT_FALSE(Uuid::parse(broken)) << broken;
        broken[i] = 'g';
        EXPECT_FALSE(Uuid::parse(broken)) << broken;
        broken[i] = '\0';
        EXPECT_FALSE(Uuid::parse(broken)) << i;
    }
}

TEST(Uuid, FromASeedIsTheSameEachTimeAndCarriesTimeVersionAndVariant) {
    auto const seed = std::string(10, '\xff');
    auto const uuid = Uuid::v7_from(at(0x017F22E279B0), seed);
    EXPECT_EQ(uuid.to_string(), "017f22e2-79b0-7fff-bfff-ffffffffffff");
    EXPECT_EQ(uuid, Uuid::v7_from(at(0x017F22E279B0), seed + "more is not read"));
    EXPECT_EQ(Uuid::v7_from(at(1), std::string(10, '\0')).to_string(),
              "00000000-0001-7000-8000-000000000000");
}

TEST(Uuid, FromASeedPutsATimeBefore1970AtItsStart) {
    EXPECT_EQ(Uuid::v7_from(at(-1), std::string(10, '\0')).time_of_v7(), at(0));
}

TEST(UuidSource, RisesStrictlyWhileTheClockStandsStill) {
    auto const clock = ManualClock{at(1'000)};
    auto source = UuidSource{clock};
    auto last = source.next();
    for (auto i = 0; i < 100'000; ++i) {
        auto const next = source.next();
        ASSERT_LT(last, next);
        last = next;
    }
    EXPECT_EQ(last.time_of_v7(), at(1'000));
}

TEST(UuidSource, RisesStrictlyWhenTheClockStepsBackOrForth) {
    auto clock = ManualClock{at(1'000'000)};
    auto source = UuidSource{clock};
    auto last = source.next();
    for (auto const step : {0, -1, -900, 1, 0, 2'000, -2'000, 1, 1, 5'000}) {
        clock.advance(milliseconds{step});
        for (auto i = 0; i < 3; ++i) {
            auto const next = source.next();
            ASSERT_LT(last, next) << step;
            last = next;
        }
    }
    EXPECT_EQ(last.time_of_v7(), clock.now());
}

TEST(UuidSource, MarksVersionAndVariantOnEachId) {
    auto const clock = ManualClock{at(1'700'000'000'123)};
    auto source = UuidSource{clock};
    for (auto i = 0; i < 1'000; ++i) {
        auto const text = source.next().to_string();
        ASSERT_EQ(text[14], '7') << text;
        ASSERT_NE(std::string{"89ab"}.find(text[19]), std::string::npos) << text;
    }
}

TEST(UuidSource, GivesRacingThreadsDifferentIdsThatRiseForEach) {
    auto const clock = ManualClock{at(5)};  // one millisecond: only the counter tells them apart
    auto source = UuidSource{clock};
    auto drawn = std::vector<std::vector<Uuid>>(8);
    {
        auto threads = std::vector<std::jthread>{};
        for (auto& mine : drawn) {
            threads.emplace_back([&] {
                for (auto i = 0; i < 20'000; ++i) {
                    mine.push_back(source.next());
                }
            });
        }
    }
    auto all = std::unordered_set<Uuid>{};
    for (auto const& mine : drawn) {
        EXPECT_TRUE(std::ranges::is_sorted(mine));
        all.insert(mine.begin(), mine.end());
    }
    EXPECT_EQ(all.size(), 8U * 20'000U);
}

TEST(UuidSource, TwoSourcesAtOneInstantDoNotMeet) {
    auto const clock = ManualClock{at(5)};
    auto all = std::set<Uuid>{};
    for (auto i = 0; i < 1'000; ++i) {
        auto source = UuidSource{clock};
        all.insert(source.next());
    }
    EXPECT_EQ(all.size(), 1'000U);
}

TEST(Id, IsReadAndWrittenAsItsUuidAndDrawnInOrder) {
    auto const first = ReservationId::draw();
    auto const second = ReservationId::draw();
    EXPECT_LT(first, second);
    EXPECT_EQ(ReservationId::parse(first.to_string()), first);
    EXPECT_FALSE(ReservationId::parse("reservation"));
}

}  // namespace
}  // namespace frontrow
