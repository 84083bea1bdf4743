// Our partitioner must agree with Java's, or a consumer written in Java joins the wrong partitions.
#include "common/kafka/producer.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::kafka {
namespace {

// Kafka's own vectors (UtilsTest.testMurmur2), with the sign bit cleared as its partitioner does.
std::int32_t hash_of(std::string_view key) {
    return partition_of(key, 0x7fffffff);
}
constexpr std::int32_t positive(std::int32_t hash) {
    return hash & 0x7fffffff;
}

TEST(PartitionOf, HashesAsJavaDoes) {
    EXPECT_EQ(hash_of("21"), positive(-973932308));
    EXPECT_EQ(hash_of("foobar"), positive(-790332482));
    EXPECT_EQ(hash_of("a-little-bit-long-string"), positive(-985981536));
    EXPECT_EQ(hash_of("a-little-bit-longer-string"), positive(-1486304829));
    EXPECT_EQ(hash_of("lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8"), positive(-58897971));
    EXPECT_EQ(hash_of("abc"), positive(479470107));
}

TEST(PartitionOf, TakesOctetsAboveAsciiAsUnsigned) {
    EXPECT_EQ(partition_of("\xff\xfe\xfd", 12), partition_of(std::string("\xff\xfe\xfd"), 12));
    EXPECT_GE(partition_of("\xff\xff\xff\xff\xff", 12), 0);
    EXPECT_LT(partition_of("\xff\xff\xff\xff\xff", 12), 12);
}

TEST(PartitionOf, GivesAnEmptyKeyAPartitionToo) {
    EXPECT_EQ(hash_of(""), positive(275646681));
    EXPECT_EQ(partition_of("", 1), 0);
}

}  // namespace
}  // namespace frontrow::kafka
