// JSON from outside: what is read, what is refused, and that nothing crashes.
#include <limits>
#include <string>

#include "common/json/utf8.hpp"
#include "common/json/value.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::json {
namespace {

using namespace std::string_literals;

std::string refusal_of(std::string_view text) {
    auto const parsed = parse(text);
    return parsed ? "" : parsed.error().detail;
}

std::string nested(std::size_t levels) {
    return std::string(levels, '[') + std::string(levels, ']');
}

TEST(ParseJson, ReadsEveryKindOfValue) {
    auto const value = parse(R"( {"a":[1,true,null,"x\u00e9\n"],"b":{"c":-12}} )");
    ASSERT_TRUE(value);
    auto const* const a = value->find("a");
    ASSERT_NE(a, nullptr);
    ASSERT_EQ(a->array()->size(), 4U);
    EXPECT_EQ((*a->array())[0].integer(), 1);
    EXPECT_TRUE(*(*a->array())[1].boolean());
    EXPECT_TRUE((*a->array())[2].is_null());
    EXPECT_EQ(*(*a->array())[3].string(), "x\xC3\xA9\n");
    EXPECT_EQ(value->find("b")->find("c")->integer(), -12);
    EXPECT_EQ(value->find("d"), nullptr);
}

TEST(ParseJson, SurvivesTheThirtyOctetsThatCrashRapidJson) {
    auto const value = parse(R"({"a":0.0000000001e-2147483639})");
    ASSERT_TRUE(value);
    EXPECT_EQ(value->find("a")->integer(), std::nullopt);
    EXPECT_EQ(value->canonical(), R"({"a":0.0000000001e-2147483639})");
    EXPECT_EQ(refusal_of(R"({"a":0.0000000001e-99999999999999999})"), "");
    EXPECT_NE(refusal_of(R"({"a":1e99999999999999999})"), "");
}

TEST(ParseJson, RefusesNestingDeeperThanSixteen) {
    EXPECT_EQ(refusal_of(nested(16)), "");
    EXPECT_THAT(refusal_of(nested(17)), testing::HasSubstr("deeper than 16"));
    EXPECT_THAT(refusal_of(nested(200'000)), testing::HasSubstr("deeper than 16"));
    EXPECT_THAT(refusal_of(std::string(200'000, '[')), testing::HasSubstr("deeper than 16"));
    auto objects = std::string{};
    for (auto i = 0; i < 200'000; ++i) {
        objects += R"({"a":)";
    }
    EXPECT_THAT(refusal_of(objects), testing::HasSubstr("deeper than 16"));
}

TEST(ParseJson, RefusesAMemberThatStandsTwice) {
    EXPECT_THAT(refusal_of(R"({"a":1,"a":1})"), testing::HasSubstr("twice"));
    EXPECT_THAT(refusal_of(R"({"x":{"a":1,"b":2,"\u0061":3}})"), testing::HasSubstr("twice"));
    EXPECT_EQ(refusal_of(R"({"a":{"a":1},"b":{"a":1}})"), "");
}

TEST(ParseJson, RefusesNulWhereverItHides) {
    EXPECT_NE(refusal_of("{\"a\":1}\0{\"a\":2}"s), "");
    EXPECT_NE(refusal_of("{\"a\":1}\0"s), "");
    EXPECT_NE(refusal_of("{\"a\0b\":1}"s), "");
    EXPECT_NE(refusal_of("\0"s), "");
    EXPECT_THAT(refusal_of(R"({"a":"x\u0000y"})"), testing::HasSubstr("U+0000"));
    EXPECT_THAT(refusal_of(R"({"x\u0000y":1})"), testing::HasSubstr("U+0000"));
}

TEST(ParseJson, RefusesOctetsThatAreNoUtf8) {
    for (auto const* const bad : {"\x80", "\xC0\xAF", "\xC1\x81", "\xE0\x80\x80", "\xED\xA0\x80",
                                  "\xF0\x80\x80\x80", "\xF4\x90\x80\x80", "\xFF", "\xE2\x82"}) {
        EXPECT_NE(refusal_of("\""s + bad + "\""), "") << bad;
        EXPECT_NE(refusal_of("{\""s + bad + "\":1}"), "") << bad;
        EXPECT_FALSE(is_utf8(bad)) << bad;
    }
    for (auto const* const good : {"\xC2\x80", "\xE0\xA0\x80", "\xED\x9F\xBF", "\xEE\x80\x80",
                                   "\xF0\x90\x80\x80", "\xF4\x8F\xBF\xBF", "\xEF\xBF\xBD"}) {
        EXPECT_EQ(refusal_of("\""s + good + "\""), "") << good;
        EXPECT_TRUE(is_utf8(good)) << good;
    }
}

TEST(ParseJson, RefusesHalvesOfSurrogatePairs) {
    EXPECT_NE(refusal_of(R"("\uDC00")"), "");
    EXPECT_NE(refusal_of(R"("\uD800")"), "");
    EXPECT_NE(refusal_of(R"("\uD800\u0041")"), "");
    EXPECT_NE(refusal_of(R"({"\uDFFF":1})"), "");
    auto const whole = parse(R"("\uD83C\uDFB5")");
    ASSERT_TRUE(whole);
    EXPECT_EQ(*whole->string(), "\xF0\x9F\x8E\xB5");
}

TEST(ParseJson, RefusesWhatIsNoJson) {
    for (auto const* const bad : {"",
                                  " ",
                                  "{",
                                  "}",
                                  "[1,]",
                                  "{\"a\":1,}",
                                  "{a:1}",
                                  "{'a':1}",
                                  "nul",
                                  "tru",
                                  "NaN",
                                  "Infinity",
                                  "-Infinity",
                                  "01",
                                  "+1",
                                  "-",
                                  "1.",
                                  ".5",
                                  "1e",
                                  "0x10",
                                  "[1 2]",
                                  "{\"a\" 1}",
                                  "\"\n\"",
                                  "\"\\x41\"",
                                  "\"abc",
                                  "// x\n1",
                                  "/* x */1",
                                  "1 1",
                                  "{}{}",
                                  "[\"a\",\n4\n,1,",
                                  "\xEF\xBB\xBF{}"}) {
        EXPECT_NE(refusal_of(bad), "") << bad;
    }
}

TEST(ParseJson, RefusesANumberOfMoreDigitsThanAnyoneNeeds) {
    EXPECT_EQ(refusal_of(std::string(64, '7')), "");
    EXPECT_NE(refusal_of(std::string(65, '7')), "");
    EXPECT_NE(refusal_of(std::string(1'000'000, '7')), "");
}

TEST(Integer, IsOnlyWhatIsWrittenAsOneAndFits) {
    auto const integer_of = [](std::string_view text) {
        return parse(text)->integer();
    };
    EXPECT_EQ(integer_of("9223372036854775807"), std::numeric_limits<std::int64_t>::max());
    EXPECT_EQ(integer_of("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
    for (auto const* const none :
         {"9223372036854775808", "18446744073709551615", "18446744073709551616",
          "-9223372036854775809", "1.0", "1e3", "1E0", "-0", "0.5", "\"1\"", "true", "null"}) {
        EXPECT_EQ(integer_of(none), std::nullopt) << none;
    }
}

TEST(Canonical, DoesNotDependOnOrderSpaceOrEscapes) {
    auto const one = parse(R"({"b":[1, 2],"a":{"y":"\u0041\/","x":null}})");
    auto const other = parse("{ \"a\" : {\"x\":null,\"y\":\"A/\"},\n\"b\":[1,2] }");
    ASSERT_TRUE(one);
    ASSERT_TRUE(other);
    EXPECT_EQ(one->canonical(), R"({"a":{"x":null,"y":"A/"},"b":[1,2]})");
    EXPECT_EQ(one->canonical(), other->canonical());
    EXPECT_EQ(parse("[]")->canonical() + parse("{}")->canonical(), "[]{}");
    EXPECT_NE(parse("[1,2]")->canonical(), parse("[2,1]")->canonical());
    EXPECT_EQ(parse(one->canonical())->canonical(), one->canonical());
}

}  // namespace
}  // namespace frontrow::json
