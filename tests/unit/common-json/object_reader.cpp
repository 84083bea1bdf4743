// Reading members: the first thing that is wrong becomes the sentence for the client.
#include <string>

#include "common/core/id.hpp"
#include "common/json/value.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::json {
namespace {

/// What `read` makes the reader of this document refuse; "" if nothing.
template <class Read>
std::string refusal_of(std::string_view text, Read read) {
    auto const document = parse(text);
    if (!document) {
        return document.error().detail;
    }
    auto reader = ObjectReader{*document};
    read(reader);
    return reader.refusal() == nullptr ? "" : reader.refusal()->detail;
}

TEST(ReadMembers, TakesWhatIsAsItShouldBe) {
    auto const document = parse(
        R"({"show":"0190a0b0-0000-7000-8000-000000000001","seats":[3,1],"note":"hi","n":-4,
            "ok":true,"gone":null})");
    ASSERT_TRUE(document);
    auto reader = ObjectReader{*document};
    EXPECT_EQ(reader.id<ShowId>("show").to_string(), "0190a0b0-0000-7000-8000-000000000001");
    EXPECT_THAT(reader.integers("seats", 1, 8, 1, 100), testing::ElementsAre(3, 1));
    EXPECT_EQ(reader.optional_text("note", 10), "hi");
    EXPECT_EQ(reader.optional_text("gone", 10), std::nullopt);
    EXPECT_EQ(reader.optional_integer("other", 0, 1), std::nullopt);
    EXPECT_EQ(reader.integer("n", -4, -4), -4);
    EXPECT_TRUE(reader.boolean("ok"));
    reader.no_other_members();
    EXPECT_EQ(reader.refusal(), nullptr);
}

TEST(ReadMembers, NamesTheElementThatIsWrong) {
    auto const read = [](ObjectReader& reader) {
        reader.integers("seatIds", 1, 8, 1, 500);
    };
    EXPECT_EQ(refusal_of(R"({"seatIds":[1,2,"3"]})", read),
              R"("seatIds[2]" must be an integer from 1 to 500.)");
    EXPECT_EQ(refusal_of(R"({"seatIds":[1.0]})", read),
              R"("seatIds[0]" must be an integer from 1 to 500.)");
    EXPECT_EQ(refusal_of(R"({"seatIds":[501]})", read),
              R"("seatIds[0]" must be an integer from 1 to 500.)");
    EXPECT_EQ(refusal_of(R"({"seatIds":[]})", read),
              R"("seatIds" must be an array of 1 to 8 elements.)");
    EXPECT_EQ(refusal_of(R"({"seatIds":[1,2,3,4,5,6,7,8,9]})", read),
              R"("seatIds" must be an array of 1 to 8 elements.)");
    EXPECT_EQ(refusal_of(R"({"seatIds":7})", read),
              R"("seatIds" must be an array of 1 to 8 elements.)");
    EXPECT_EQ(refusal_of(R"({})", read), R"("seatIds" is missing.)");
}

TEST(ReadMembers, RefusesMoneyThatIsNoWholeNumberInRange) {
    auto const read = [](ObjectReader& reader) {
        reader.integer("amount", 1, 1000);
    };
    for (auto const* const amount : {"0", "-5", "1001", "1.5", "1e2", "\"5\"", "true", "[5]", "-0",
                                     "9223372036854775808", "0.0000000001e-2147483639"}) {
        EXPECT_EQ(refusal_of(std::string{R"({"amount":)"} + amount + "}", read),
                  R"("amount" must be an integer from 1 to 1000.)")
            << amount;
    }
}

TEST(ReadMembers, RefusesMembersThatNobodyAskedFor) {
    auto const read = [](ObjectReader& reader) {
        reader.text("name", 1, 10);
        reader.no_other_members();
    };
    EXPECT_EQ(refusal_of(R"({"name":"x","price":1})", read),
              R"("price" is not a member that is known here.)");
    EXPECT_EQ(refusal_of(R"({"name":"x","Name":"y"})", read),
              R"("Name" is not a member that is known here.)");
}

TEST(ReadMembers, KeepsTheFirstRefusal) {
    auto const read = [](ObjectReader& reader) {
        reader.text("a", 1, 3);
        reader.boolean("b");
        reader.no_other_members();
    };
    EXPECT_EQ(refusal_of(R"({"a":"four","b":1,"c":2})", read),
              R"("a" must be a text of 1 to 3 octets.)");
    EXPECT_EQ(refusal_of(R"({"a":"two","b":1,"c":2})", read), R"("b" must be true or false.)");
}

TEST(ReadMembers, RefusesADocumentThatIsNoObject) {
    auto const read = [](ObjectReader& reader) {
        reader.no_other_members();
    };
    for (auto const* const text : {"[]", "1", "\"x\"", "null", "true"}) {
        EXPECT_EQ(refusal_of(text, read), "The document must be a JSON object.") << text;
    }
}

TEST(ReadMembers, SaysWhichIdIsMalformed) {
    auto const read = [](ObjectReader& reader) {
        reader.id<ShowId>("showId");
    };
    EXPECT_EQ(refusal_of(R"({"showId":"9223372036854775808"})", read),
              R"("showId" must be a UUID.)");
    EXPECT_EQ(refusal_of(R"({"showId":9223372036854775808})", read),
              R"("showId" must be a text of 1 to 256 octets.)");
}

TEST(ReadMembers, PutsThePathBeforeNamesOfInnerObjects) {
    auto const inner = parse(R"({"price":"x"})");
    ASSERT_TRUE(inner);
    auto reader = ObjectReader{*inner, "sections[1]"};
    reader.integer("price", 0, 9);
    ASSERT_NE(reader.refusal(), nullptr);
    EXPECT_EQ(reader.refusal()->detail, R"("sections[1].price" must be an integer from 0 to 9.)");
}

}  // namespace
}  // namespace frontrow::json
