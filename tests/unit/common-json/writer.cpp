// What the writer writes can always be read, and misuse of it is a bug.
#include "common/json/writer.hpp"

#include <limits>
#include <string>

#include "common/json/value.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::json {
namespace {

using namespace std::string_literals;

TEST(WriteJson, PutsCommasAndNestingWhereTheyBelong) {
    auto const text = std::move(Writer{}
                                    .object()
                                    .member("a", 1)
                                    .key("b")
                                    .array()
                                    .value("x")
                                    .null()
                                    .object()
                                    .end()
                                    .array()
                                    .end()
                                    .end()
                                    .member("c", true)
                                    .key("d")
                                    .raw("[2]")
                                    .member("price", Money{.minor_units = 1250})
                                    .member("none", std::optional<std::int64_t>{})
                                    .end())
                          .text();
    EXPECT_EQ(text, R"({"a":1,"b":["x",null,{},[]],"c":true,"d":[2],)"
                    R"("price":{"amount":1250,"currency":"EUR"},"none":null})");
}

TEST(WriteJson, EscapesWhatMustBeAndReplacesWhatIsNoUtf8) {
    EXPECT_EQ(quote("a\"b\\c\n\r\t\b\f\x01/\x7F"), "\"a\\\"b\\\\c\\n\\r\\t\\b\\f\\u0001/\x7F\"");
    EXPECT_EQ(quote("\0"s), R"("\u0000")");
    EXPECT_EQ(quote("\xFFx\xE2\x82"), "\"\xEF\xBF\xBDx\xEF\xBF\xBD\xEF\xBF\xBD\"");
    EXPECT_EQ(quote("\xF0\x9F\x8E\xB5"), "\"\xF0\x9F\x8E\xB5\"");
}

TEST(WriteJson, IsReadBackAsItWas) {
    auto every_octet = std::string{};
    for (auto octet = 1; octet < 128; ++octet) {
        every_octet += static_cast<char>(octet);
    }
    auto const back = parse(quote(every_octet));
    ASSERT_TRUE(back);
    EXPECT_EQ(*back->string(), every_octet);
    for (auto const number :
         {std::numeric_limits<std::int64_t>::min(), std::numeric_limits<std::int64_t>::max()}) {
        EXPECT_EQ(parse(std::move(Writer{}.value(number)).text())->integer(), number);
    }
}

TEST(WriteJsonDeathTest, AbortsOnWhatIsNoJson) {
    EXPECT_DEATH(Writer{}.value(std::numeric_limits<double>::quiet_NaN()), "isfinite");
    EXPECT_DEATH(Writer{}.value(std::numeric_limits<double>::infinity()), "isfinite");
    EXPECT_DEATH(Writer{}.object().value(1), "BUG");
    EXPECT_DEATH(Writer{}.array().key("a"), "BUG");
    EXPECT_DEATH(Writer{}.object().key("a").end(), "BUG");
    EXPECT_DEATH(Writer{}.value(1).value(2), "BUG");
    EXPECT_DEATH((void)std::move(Writer{}.array()).text(), "BUG");
    EXPECT_DEATH(Writer{}.end(), "BUG");
}

}  // namespace
}  // namespace frontrow::json
