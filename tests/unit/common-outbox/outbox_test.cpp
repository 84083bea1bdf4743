// Raw headers keep every octet; hints reach whoever listens and trouble nobody if none does.
#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include <stdexcept>

#include "common/outbox/outbox.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::outbox {
namespace {

using namespace std::string_literals;

TEST(RawHeaders, ComeBackWithRepeatedNamesNullsAndBadText) {
    auto const headers = kafka::Headers{
        {"a", "1"}, {"a", "2"}, {"", ""}, {"null", std::nullopt}, {"\xff\0\n"s, "\0\x80"s}};
    EXPECT_EQ(decode_headers(encode_headers(headers)), headers);
}

TEST(RawHeaders, OfNothingAreNoOctets) {
    EXPECT_EQ(encode_headers({}).octets, "");
    EXPECT_TRUE(decode_headers({}).empty());
}

TEST(AHint, ArrivesAsOneDatagramWithTheNameOfTheDatabase) {
    auto const listener = ::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    auto address = sockaddr_in{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(::bind(listener, reinterpret_cast<sockaddr*>(&address), sizeof address), 0);
    auto length = socklen_t{sizeof address};
    ASSERT_EQ(::getsockname(listener, reinterpret_cast<sockaddr*>(&address), &length), 0);
    auto const hint = RelayHint{"127.0.0.1:" + std::to_string(ntohs(address.sin_port)), "booking"};
    hint.send();
    auto octets = std::string(100, ' ');
    octets.resize(static_cast<std::size_t>(::recv(listener, octets.data(), octets.size(), 0)));
    EXPECT_EQ(octets, "booking");
    EXPECT_EQ(::recv(listener, octets.data(), octets.size(), MSG_DONTWAIT), -1);
    ::close(listener);
}

TEST(AHint, ToNobodyIsLost) {
    EXPECT_NO_THROW((RelayHint{"", "booking"}.send()));
    auto const nobody = RelayHint{"127.0.0.1:9", "booking"};
    EXPECT_NO_THROW(nobody.send());
    EXPECT_NO_THROW(nobody.send());  // the second meets the first one's ICMP answer
}

TEST(AHint, NeedsAHostAndAPort) {
    EXPECT_THROW((RelayHint{"relay", "booking"}), std::runtime_error);
    EXPECT_THROW((RelayHint{":7000", "booking"}), std::runtime_error);
    EXPECT_THROW((RelayHint{"relay:", "booking"}), std::runtime_error);
}

}  // namespace
}  // namespace frontrow::outbox
