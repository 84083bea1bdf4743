// Whatever a record holds, reading it ends in an event or in a reason, never in a crash.
#include "tests/support/testing.hpp"
#include "tests/unit/common-events/samples.hpp"

namespace frontrow::events {
namespace {

kafka::Record good_record() {
    auto const message = to_message(samples()[8]);  // payment.authorized
    return {.topic = message.topic,
            .partition = 3,
            .offset = 17,
            .timestamp = message.time,
            .key = message.key->octets,
            .value = message.payload->octets,
            .headers = headers_of(message)};
}

void set_header(kafka::Record& record, std::string_view name, std::optional<std::string> value) {
    for (auto& header : record.headers) {
        if (header.first == name) {
            header.second = std::move(value);
        }
    }
}

void replace(kafka::Record& record, std::string_view from, std::string_view to) {
    auto const at = record.value->find(from);
    ASSERT_NE(at, std::string::npos) << from;
    record.value->replace(at, from.size(), to);
}

Unreadable why(kafka::Record const& record) {
    auto const decoded = decode(record);
    EXPECT_FALSE(decoded.has_value());
    return decoded.error().why;
}

TEST(Decode, ReadsTheRecordThatTheCasesBelowBreak) {
    EXPECT_TRUE(decode(good_record()).has_value());
}

TEST(Decode, RefusesARecordWithoutAValue) {
    auto record = good_record();
    record.value.reset();
    EXPECT_EQ(why(record), Unreadable::no_value);
    record.value = "";
    EXPECT_EQ(why(record), Unreadable::no_value);
}

TEST(Decode, RefusesAMissingOrUselessHeader) {
    for (auto const* name : {"ce_type", "ce_id", "ce_specversion"}) {
        auto record = good_record();
        set_header(record, name, std::nullopt);
        EXPECT_EQ(why(record), Unreadable::missing_header) << name;
    }
    auto record = good_record();
    set_header(record, "ce_id", "not-a-uuid");
    EXPECT_EQ(why(record), Unreadable::missing_header);
    record = good_record();
    set_header(record, "ce_specversion", "2.0");
    EXPECT_EQ(why(record), Unreadable::missing_header);
    record.headers.clear();
    EXPECT_EQ(why(record), Unreadable::missing_header);
}

TEST(Decode, RefusesATypeOrVersionThatItDoesNotKnow) {
    for (auto const* type : {"frontrow.payment.payment.authorized.v2", "x", "\xff\n\x01"}) {
        auto record = good_record();
        set_header(record, "ce_type", type);
        auto const decoded = decode(record);
        ASSERT_FALSE(decoded.has_value());
        EXPECT_EQ(decoded.error().why, Unreadable::unknown_type);
        for (auto const c : decoded.error().detail) {
            EXPECT_TRUE(c >= ' ' && c <= '~');
        }
    }
}

TEST(Decode, RefusesWhatIsNotJson) {
    auto const deep = std::string(10'000, '[');
    auto const large = std::string(1'100'000, 'x');
    auto const nul = std::string{"{\"a\":1}\0{}", 10};
    for (auto const& value : {std::string{"x"}, std::string{"{"}, std::string{"{\"a\":\"\xff\"}"},
                              std::string{"{\"a\":0.0000000001e-2147483639"}, deep, large, nul,
                              std::string{"{\"id\":1,\"id\":2}"}}) {
        auto record = good_record();
        record.value = value;
        EXPECT_EQ(why(record), Unreadable::not_json) << value.substr(0, 40);
    }
}

TEST(Decode, RefusesAMemberThatIsMissingOrOfAnotherTypeOrOutOfRange) {
    auto const cases = std::vector<std::pair<char const*, char const*>>{
        {"\"version\":3", "\"version\":0"},
        {"\"version\":3", "\"version\":3.0"},
        {"\"version\":3", "\"version\":9223372036854775808"},
        {"\"version\":3,", ""},
        {"\"attempt\":1", "\"attempt\":-1"},
        {"\"attempt\":1", "\"attempt\":2147483648"},
        {"\"attempt\":1", "\"attempt\":\"1\""},
        {"\"attempt\":1,", ""},
        {"\"amount\":{\"amount\":12000", "\"amount\":{\"amount\":-1"},
        {"\"amount\":{\"amount\":12000", "\"amount\":{\"amount\":1e3"},
        {"\"currency\":\"EUR\"", "\"currency\":\"eur\""},
        {"\"currency\":\"EUR\"", "\"currency\":null"},
        {"\"userId\":\"ann\"", "\"userId\":\"\""},
        {"\"userId\":\"ann\"", "\"userId\":null"},
        {"\"time\":\"2026-11-21T", "\"time\":\"2026-13-21T"},
        {"\"data\":{", "\"data\":[],\"was\":{"},
        {"\"id\":\"01939b4c-0000-7000", "\"id\":\"01939b4c-0000-4000"},
        {"\"correlationId\":\"order-4711\"", "\"correlationId\":7"}};
    for (auto const& [from, to] : cases) {
        auto record = good_record();
        replace(record, from, to);
        EXPECT_EQ(why(record), Unreadable::schema) << to;
    }
    auto record = good_record();
    record.value = "[]";
    EXPECT_EQ(why(record), Unreadable::schema);
}

TEST(Decode, RefusesAKeyOrAnIdThatIsNotTheValues) {
    auto record = good_record();
    record.key = "01939b4c-0000-7000-8000-000000000002";
    EXPECT_EQ(why(record), Unreadable::key_mismatch);
    record.key.reset();
    EXPECT_EQ(why(record), Unreadable::key_mismatch);
    record = good_record();
    set_header(record, "ce_id", "01939b4c-0000-7000-8000-0000000000ff");
    EXPECT_EQ(why(record), Unreadable::key_mismatch);
    record = good_record();
    set_header(record, "ce_type", "frontrow.payment.payment.captured.v1");
    EXPECT_EQ(why(record), Unreadable::key_mismatch);
}

TEST(Decode, EveryTruncationOfAValueIsRefused) {
    auto const whole = *good_record().value;
    for (std::size_t octets = 0; octets < whole.size(); ++octets) {
        auto record = good_record();
        record.value = whole.substr(0, octets);
        EXPECT_FALSE(decode(record).has_value()) << octets;
    }
}

TEST(Decode, EveryFlippedBitIsReadOrRefusedButNeverCrashes) {
    auto const whole = *good_record().value;
    auto refused = std::size_t{0};
    for (std::size_t bit = 0; bit < whole.size() * 8; ++bit) {
        auto record = good_record();
        auto& octet = (*record.value)[bit / 8];
        octet = static_cast<char>(octet ^ (1 << (bit % 8)));
        auto const decoded = decode(record);
        refused += decoded.has_value() ? 0U : 1U;
        if (decoded) {
            EXPECT_TRUE(std::holds_alternative<PaymentAuthorized>(decoded->body));
        }
    }
    EXPECT_GT(refused, whole.size());
}

TEST(Decode, AMalformedTraceparentDoesNotCostTheEvent) {
    auto record = good_record();
    set_header(record, "traceparent", "00-zz");
    EXPECT_TRUE(decode(record).has_value());
}

}  // namespace
}  // namespace frontrow::events
