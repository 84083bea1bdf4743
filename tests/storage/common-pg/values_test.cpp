// Every type there and back, alone and in columns.
#include "common/core/ensure.hpp"
#include "tests/support/database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::pg {
namespace {

using namespace std::string_literals;
using support::connect;

constexpr auto all_types = Statement{"all_types", R"sql(
    SELECT $1::boolean, $2::smallint, $3::integer, $4::bigint, $5::text, $6::bytea, $7::uuid,
           $8::timestamptz
)sql"};

constexpr auto all_columns = Statement{"all_columns", R"sql(
    SELECT a, b, c, d, e, f, g, h
    FROM unnest($1::boolean[], $2::smallint[], $3::integer[], $4::bigint[], $5::text[], $6::bytea[],
                $7::uuid[], $8::timestamptz[])
         WITH ORDINALITY AS u (a, b, c, d, e, f, g, h, position)
    ORDER BY position
)sql"};

/// One row of every type that frontrow stores; each may be missing.
struct Sample {
    std::optional<bool> boolean;
    std::optional<std::int16_t> int16;
    std::optional<std::int32_t> int32;
    std::optional<std::int64_t> int64;
    std::optional<std::string> text;
    std::optional<Bytes> bytes;
    std::optional<Uuid> uuid;
    std::optional<Instant> instant;
    bool operator==(Sample const&) const = default;
};

Sample sample_of(Row const& row) {
    return {.boolean = row.optional(0, &Row::boolean),
            .int16 = row.optional(1, &Row::int16),
            .int32 = row.optional(2, &Row::int32),
            .int64 = row.optional(3, &Row::int64),
            .text = row.optional(4, &Row::string),
            .bytes = row.optional(5, &Row::bytes),
            .uuid = row.optional(6, &Row::uuid),
            .instant = row.optional(7, &Row::instant)};
}

std::vector<Sample> extremes() {
    auto const now = SystemClock{}.now();
    return {
        {true, INT16_MIN, INT32_MIN, INT64_MIN, "", Bytes{}, Uuid{}, Instant::min()},
        {false, INT16_MAX, INT32_MAX, INT64_MAX, "h\xc3\xa9", Bytes{"\0\xff\n"s}, new_uuid(), now},
        {true, 0, -1, -1, std::string(70'000, 'x'), Bytes{std::string(70'000, '\0')}, new_uuid(),
         Instant::max()},
        {},
    };
}

TEST(ValuesInPostgres, ComeBackAsTheyWent) {
    auto connection = connect(support::bare_database());
    for (auto const& sample : extremes()) {
        auto const rows =
            connection.query(all_types, sample.boolean, sample.int16, sample.int32, sample.int64,
                             sample.text, sample.bytes, sample.uuid, sample.instant);
        ASSERT_EQ(rows.size(), 1);
        EXPECT_EQ(sample_of(rows[0]), sample);
    }
}

TEST(ValuesInPostgres, ComeBackInColumnsOfAnyLength) {
    auto connection = connect(support::bare_database());
    for (auto const length : {0U, 1U, 4U, 512U}) {
        auto samples = std::vector<Sample>{};
        while (samples.size() < length) {
            samples.push_back(extremes()[samples.size() % 4]);
        }
        auto const rows = connection.query(
            all_columns, column(samples, &Sample::boolean), column(samples, &Sample::int16),
            column(samples, &Sample::int32), column(samples, &Sample::int64),
            column(samples, &Sample::text), column(samples, &Sample::bytes),
            column(samples, &Sample::uuid), column(samples, &Sample::instant));
        EXPECT_EQ(rows.map(sample_of), samples) << length;
    }
}

TEST(ValuesInPostgres, AreTheServersOwnTexts) {
    constexpr auto as_text = Statement{"as_text", R"sql(
        SELECT $1::bigint::text, $2::uuid::text, $3::timestamptz::text, $4::bytea::text
    )sql"};
    auto connection = connect(support::bare_database());
    auto const uuid = *Uuid::parse("01939f6e-7d2a-7000-8000-0123456789ab");
    auto const rows =
        connection.query(as_text, std::int64_t{-42}, uuid,
                         *parse_rfc3339("2026-11-21T19:30:00.000001Z"), Bytes{"\x01\xab"s});
    EXPECT_EQ(rows[0].text(0), "-42");
    EXPECT_EQ(rows[0].text(1), uuid.to_string());
    EXPECT_EQ(rows[0].text(2), "2026-11-21 19:30:00.000001+00");
    EXPECT_EQ(rows[0].text(3), "\\x01ab");
}

TEST(ValuesInPostgres, ReadIntegerArraysAndNarrowIntegersAsWideOnes) {
    constexpr auto arrays = Statement{"arrays", R"sql(
        SELECT ARRAY[1, -2]::integer[], '{}'::integer[], ARRAY[3]::bigint[], 4::smallint, 5::integer
    )sql"};
    auto connection = connect(support::bare_database());
    auto const rows = connection.query(arrays);
    EXPECT_EQ(rows[0].int32_array(0), (std::vector<std::int32_t>{1, -2}));
    EXPECT_TRUE(rows[0].int32_array(1).empty());
    EXPECT_EQ(rows[0].int64_array(2), (std::vector<std::int64_t>{3}));
    EXPECT_EQ(rows[0].int64(3), 4);
    EXPECT_EQ(rows[0].int64(4), 5);
}

TEST(ValuesInPostgres, OfAnotherTypeOrNullWhereNoneIsExpectedAreABug) {
    constexpr auto wrong = Statement{"wrong", "SELECT 1::integer, NULL::text"};
    auto connection = connect(support::bare_database());
    auto const rows = connection.query(wrong);
    EXPECT_DEATH((void)rows[0].text(0), "BUG");
    EXPECT_DEATH((void)rows[0].text(1), "BUG");
    EXPECT_DEATH((void)rows[0].int32(2), "BUG");
}

TEST(ValuesInPostgres, TextThatIsNotUtf8BelongsToTheItem) {
    auto connection = connect(support::bare_database());
    constexpr auto echo = Statement{"echo", "SELECT $1::text"};
    for (auto const& text : {"\xff"s, "a\0b"s}) {
        try {
            connection.query(echo, text);
            FAIL() << "took text that is none";
        } catch (Error const& fault) {
            EXPECT_EQ(fault.kind(), FaultKind::item);
            EXPECT_EQ(fault.sqlstate(), "22021");
        }
    }
    EXPECT_TRUE(connection.is_healthy());
}

}  // namespace
}  // namespace frontrow::pg
