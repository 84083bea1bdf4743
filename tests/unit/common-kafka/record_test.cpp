// Headers may repeat and may be null; readers of Kafka take the last one.
#include "common/kafka/record.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::kafka {
namespace {

TEST(RecordHeader, AnswersTheLastOfANameThatRepeats) {
    auto const headers = Headers{{"a", "1"}, {"b", "2"}, {"a", "3"}};
    EXPECT_EQ(header(headers, "a"), "3");
    EXPECT_EQ(header(headers, "b"), "2");
}

TEST(RecordHeader, AnswersNothingForOneThatIsAbsentOrNull) {
    auto const headers = Headers{{"a", "1"}, {"a", std::nullopt}};
    EXPECT_EQ(header(headers, "a"), std::nullopt);
    EXPECT_EQ(header(headers, "A"), std::nullopt);
}

}  // namespace
}  // namespace frontrow::kafka
