// What scripts and terminals get to read.
#include "frontrowctl/terminal/output.hpp"

#include "common/json/value.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::terminal {
namespace {

std::string printed(void (*print)(Format), Format format) {
    testing::internal::CaptureStdout();
    print(format);
    return testing::internal::GetCapturedStdout();
}

void print_two(Format format) {
    auto listing = Listing{format, {{"id", "ID"}, {"seats", "SEATS"}, {"raw", ""}, {"ok", "OK"}}};
    listing.add({std::string{"a"}, std::int64_t{12}, Raw{R"({"b":1})"}, true});
    listing.add({std::string{"longer\n\"x\""}, std::monostate{}, Raw{"[]"}, false});
    listing.end();
}

TEST(Listing, AlignsColumnsAndLeavesOutThoseWithoutAHeading) {
    EXPECT_EQ(printed(print_two, Format::table),
              "ID          SEATS  OK\n"
              "a           12     yes\n"
              "longer?\"x\"  -      no\n");
}

TEST(Clean, LeavesNothingThatCouldSteerATerminalAndNothingThatIsNoUtf8) {
    EXPECT_EQ(clean("Grüße, 席"), "Grüße, 席");
    EXPECT_EQ(clean("a\x1b[2Jb\n\x7f"), "a?[2Jb??");
    EXPECT_EQ(clean("\xc2\x9b"
                    "2J\xc2\x85\xc2\xa0"),
              "?2J?\xc2\xa0");  // CSI in one character
    EXPECT_EQ(clean(std::string{"\0\xff\xfe{\xc3", 5}), "???{?");
}

TEST(Listing, IsOneObjectALineOrOneArray) {
    auto const first = std::string{R"({"id":"a","seats":12,"raw":{"b":1},"ok":true})"};
    auto const second = std::string{R"({"id":"longer\n\"x\"","seats":null,"raw":[],"ok":false})"};
    EXPECT_EQ(printed(print_two, Format::jsonl), first + "\n" + second + "\n");
    auto const array = printed(print_two, Format::json);
    EXPECT_EQ(array, "[" + first + ",\n " + second + "]\n");
    EXPECT_TRUE(json::parse(array));
}

TEST(Listing, OfNothingIsAnEmptyArrayInJsonAndNothingElsewhere) {
    auto const print = [](Format format) {
        auto listing = Listing{format, {{"id", "ID"}}};
        listing.end();
    };
    EXPECT_EQ(printed(print, Format::json), "[]\n");
    EXPECT_EQ(printed(print, Format::jsonl), "");
    EXPECT_EQ(printed(print, Format::table), "");
}

TEST(PrintObject, IsALineForEachMemberOnATerminal) {
    auto const print = [](Format format) {
        print_object(format, {{"id", "id"}, {"state", "state"}},
                     {std::string{"7"}, std::string{"OPEN\x1b[2J"}});
    };
    EXPECT_EQ(printed(print, Format::table), "id     7\nstate  OPEN?[2J\n");
    EXPECT_EQ(printed(print, Format::jsonl), "{\"id\":\"7\",\"state\":\"OPEN\\u001b[2J\"}\n");
}

TEST(Format, KnowsItsNames) {
    EXPECT_EQ(format_from("table"), Format::table);
    EXPECT_EQ(format_from("json"), Format::json);
    EXPECT_EQ(format_from("jsonl"), Format::jsonl);
    EXPECT_EQ(format_from("xml"), std::nullopt);
}

}  // namespace
}  // namespace frontrow::terminal
