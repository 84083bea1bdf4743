// Hexadecimal and base64url against the vectors of RFC 4648, section 10.
#include "common/core/bytes.hpp"

#include "tests/support/testing.hpp"

namespace frontrow {
namespace {

using namespace std::string_literals;

struct Vector {
    std::string octets;
    std::string base64url;
    std::string hex;
};

std::vector<Vector> vectors() {
    return {{"", "", ""},
            {"f", "Zg", "66"},
            {"fo", "Zm8", "666f"},
            {"foo", "Zm9v", "666f6f"},
            {"foob", "Zm9vYg", "666f6f62"},
            {"fooba", "Zm9vYmE", "666f6f6261"},
            {"foobar", "Zm9vYmFy", "666f6f626172"},
            {"\xfb\xff\xfe\0"s, "-__-AA", "fbfffe00"}};
}

TEST(Base64url, WritesAndReadsTheVectorsOfTheStandard) {
    for (auto const& vector : vectors()) {
        EXPECT_EQ(to_base64url(vector.octets), vector.base64url);
        EXPECT_EQ(from_base64url(vector.base64url), vector.octets);
    }
}

TEST(Base64url, HasOneSpellingForEachValue) {
    EXPECT_EQ(from_base64url("Zg"), "f");
    for (auto const* text : {"Zh", "Zm9", "Zg==", "Zg=", "Z", "Zm9vY", "Zm 9v", "Zm9v\n", "+_8A",
                             "/_8A", "Zm9v.", "Zm9\x80"}) {
        EXPECT_EQ(from_base64url(text), std::nullopt) << text;
    }
}

TEST(Base64url, BringsBackEveryOctetAtEachPosition) {
    for (auto i = 0; i < 256; ++i) {
        for (auto const length : {1, 2, 3, 4}) {
            auto octets = std::string(static_cast<std::size_t>(length), 'x');
            octets.back() = static_cast<char>(i);
            ASSERT_EQ(from_base64url(to_base64url(octets)), octets);
        }
    }
}

TEST(Hex, WritesLowerCaseAndReadsEither) {
    for (auto const& vector : vectors()) {
        EXPECT_EQ(to_hex(vector.octets), vector.hex);
        EXPECT_EQ(from_hex(vector.hex), vector.octets);
    }
    EXPECT_EQ(from_hex("FBFFfE00"), "\xfb\xff\xfe\0"s);
}

TEST(Hex, RefusesHalfOctetsAndForeignDigits) {
    for (auto const* text : {"6", "666", "6g", "g6", " 6", "0x66"}) {
        EXPECT_EQ(from_hex(text), std::nullopt) << text;
    }
}

}  // namespace
}  // namespace frontrow
