// Where a process begins in each partition, and how long it goes one record at a time.
#include "common/inbox/progress.hpp"

#include "tests/support/testing.hpp"

namespace frontrow::inbox {
namespace {

kafka::Record at(std::int32_t partition, std::int64_t offset) {
    auto record = kafka::Record{};
    record.topic = "t";
    record.partition = partition;
    record.offset = offset;
    return record;
}

TEST(Progress, BeginsOnceInEachPartition) {
    auto progress = Progress{};
    auto const first = std::vector{at(0, 5), at(0, 6), at(1, 9)};
    EXPECT_EQ(progress.begin(first), (std::vector<Place>{{"t", 0, 5}, {"t", 1, 9}}));
    auto const second = std::vector{at(0, 7), at(1, 12)};
    EXPECT_EQ(progress.begin(second), std::vector<Place>{});
}

TEST(Progress, BeginsAnewWhereItGetsAgainWhatItHad) {
    auto progress = Progress{};
    std::ignore = progress.begin(std::vector{at(0, 5), at(0, 6), at(1, 9)});
    progress.suspect({"t", 0, 5}, 10);
    auto const again = std::vector{at(0, 6), at(1, 10)};
    EXPECT_EQ(progress.begin(again), (std::vector<Place>{{"t", 0, 6}}));
    EXPECT_TRUE(progress.is_calm());
}

TEST(Progress, RunsAsManyRecordsAloneAsWereSuspected) {
    auto progress = Progress{};
    EXPECT_TRUE(progress.is_calm());
    progress.suspect({"t", 0, 5}, 2);
    EXPECT_TRUE(progress.runs_alone(at(0, 5)));
    EXPECT_FALSE(progress.runs_alone(at(1, 5)));
    progress.ended_alone(at(0, 5));
    progress.ended_alone(at(1, 5));  // of another partition
    EXPECT_FALSE(progress.is_calm());
    progress.ended_alone(at(0, 6));
    EXPECT_TRUE(progress.is_calm());
    EXPECT_FALSE(progress.runs_alone(at(0, 7)));
}

}  // namespace
}  // namespace frontrow::inbox
