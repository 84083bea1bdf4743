// What may reach a reader of the log, and what may not.
#include "common/log/line.hpp"

#include <type_traits>
#include <vector>

#include "common/config/reader.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::log {
namespace {

using testing::EndsWith;
using testing::HasSubstr;
using testing::Not;

Line line_of(std::string_view message, std::span<Field const> fields = {}) {
    return Line{.time = *parse_rfc3339("2026-11-21T19:30:00.25Z"),
                .level = Level::info,
                .service = "booking-service",
                .action = "seats_held",
                .message = message,
                .fields = fields,
                .trace = nullptr,
                .correlation_id = {}};
}

bool has_control_character(std::string_view text) {
    for (auto const c : text) {
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            return true;
        }
    }
    return false;
}

TEST(JsonLine, HasTheNamesOfEcsInTheirOrder) {
    auto const trace =
        TraceContext::parse("00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01");
    auto const fields = std::vector<Field>{{"frontrow.seats", std::int64_t{2}},
                                           {"frontrow.share", 0.5},
                                           {"frontrow.full", true},
                                           {"user.name", "ann"}};
    auto line = line_of("two seats are held", fields);
    line.trace = &*trace;
    line.correlation_id = "order-7";
    EXPECT_EQ(json_line(line),
              R"({"@timestamp":"2026-11-21T19:30:00.250000Z","log.level":"info",)"
              R"("message":"two seats are held","ecs.version":"8.11.0",)"
              R"("service.name":"booking-service","event.action":"seats_held",)"
              R"("trace.id":"4bf92f3577b34da6a3ce929d0e0e4736","span.id":"00f067aa0ba902b7",)"
              R"("labels.correlation_id":"order-7","frontrow.seats":2,"frontrow.share":0.5,)"
              R"("frontrow.full":true,"user.name":"ann"})");
}

TEST(JsonLine, EscapesEveryControlCharacterQuoteAndBackslash) {
    auto message = std::string{};
    for (auto c = 0; c < 0x80; ++c) {
        message += static_cast<char>(c);
    }
    auto const line = json_line(line_of(message));
    EXPECT_FALSE(has_control_character(line));
    EXPECT_THAT(line, HasSubstr(R"(\u0000\u0001)"));
    EXPECT_THAT(line, HasSubstr(R"(\t\n\u000b)"));
    EXPECT_THAT(line, HasSubstr(R"( !\"#)"));
    EXPECT_THAT(line, HasSubstr(R"([\\])"));
    EXPECT_THAT(line, HasSubstr(R"(~\u007f")"));
}

TEST(JsonLine, EscapesWhatBreaksOrTurnsALineForSomeReaders) {
    auto const line = json_line(line_of("a\u2028b\u202ec\u0085d\ufeff"));
    EXPECT_THAT(line, HasSubstr(R"(a\u2028b\u202ec\u0085d\ufeff)"));
}

TEST(JsonLine, KeepsCharactersOfAllLanguages) {
    EXPECT_THAT(json_line(line_of("Zürich 서울 🎫")), HasSubstr("\"Zürich 서울 🎫\""));
}

TEST(JsonLine, ReplacesWhatIsNotUtf8) {
    for (auto const* octets : {"\xff", "\xc0\xaf", "\xed\xa0\x80", "\xf5\x80\x80\x80", "\xe2\x82",
                               "\x80", "\xe0\x80\x80", "\xf0\x80\x80\x80", "\xf4\x90\x80\x80"}) {
        auto const line = json_line(line_of(std::string{"<"} + octets + ">"));
        EXPECT_THAT(line, HasSubstr("<\ufffd"));
        EXPECT_THAT(line, HasSubstr("\ufffd>"));
        EXPECT_THAT(line, Not(HasSubstr(octets)));
    }
}

TEST(JsonLine, CutsAFieldOfAMegabyteAtEightKibibytes) {
    auto const fields = std::vector<Field>{{"error.message", std::string(1'000'000, 'x')}};
    auto const line = json_line(line_of("big", fields));
    EXPECT_LT(line.size(), 8'192U + 300U);
    EXPECT_THAT(line, EndsWith(std::string(8'192, 'x') + "...\"}"));
}

TEST(JsonLine, CutsBetweenCharacters) {
    auto const fields = std::vector<Field>{{"error.message", "a" + [] {
                                                auto text = std::string{};
                                                for (auto i = 0; i < 5'000; ++i) {
                                                    text += "ü";
                                                }
                                                return text;
                                            }()}};
    auto const line = json_line(line_of("big", fields));
    EXPECT_THAT(line, EndsWith("ü...\"}"));
    EXPECT_THAT(line, Not(HasSubstr("\ufffd")));
}

TEST(JsonLine, DoesNotCutAFieldOfExactlyEightKibibytes) {
    auto const fields = std::vector<Field>{{"error.message", std::string(8'192, 'x')}};
    EXPECT_THAT(json_line(line_of("big", fields)), EndsWith("x\"}"));
}

TEST(JsonLine, WritesNumbersThatJsonHasNoWordForAsNull) {
    auto const fields = std::vector<Field>{{"frontrow.a", std::numeric_limits<double>::infinity()},
                                           {"frontrow.b", std::nan("")}};
    EXPECT_THAT(json_line(line_of("x", fields)),
                EndsWith(R"("frontrow.a":null,"frontrow.b":null})"));
}

TEST(TextLine, IsOneLineWhateverItsValues) {
    auto const fields = std::vector<Field>{{"user.name", "\x1b[2Jann\r\nFAKE error"}};
    auto line = line_of("first\nsecond", fields);
    line.correlation_id = "a\nb";
    auto const text = text_line(line);
    EXPECT_FALSE(has_control_character(text));
    EXPECT_THAT(text,
                HasSubstr(R"(first\nsecond [seats_held] user.name="\u001b[2Jann\u000d\nFAKE)"));
}

TEST(Field, CannotHoldASecret) {
    EXPECT_FALSE((std::is_constructible_v<decltype(Field::value), config::Secret>));
    EXPECT_FALSE((std::is_convertible_v<config::Secret, std::string>));
}

}  // namespace
}  // namespace frontrow::log
