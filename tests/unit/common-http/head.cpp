// The pure parsers: the same outcome however the octets arrive, whatever the octets.
#include "common/http/head.hpp"

#include <random>
#include <string>
#include <vector>

#include "common/http/chunked.hpp"
#include "common/http/target.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::http {
namespace {

using namespace std::string_literals;

/// An outcome as text, so that outcomes compare.
std::string outcome_of(std::string_view input, HeadLimits const& limits = {}) {
    auto const outcome = parse_head(input, limits);
    if (std::holds_alternative<NeedMore>(outcome)) {
        return "more";
    }
    if (auto const* const refused = std::get_if<Standard>(&outcome)) {
        return problem_of(*refused).code;
    }
    auto const& head = std::get<Head>(outcome);
    auto text = std::string{name_of(head.method)} + " " + head.path + " " +
                std::to_string(head.octets) + " " + std::to_string(head.content_length);
    for (auto const& [name, value] : head.fields) {
        text += "|" + name + "=" + value;
    }
    return text;
}

TEST(ParseHead, ReadsWhatIsThere) {
    auto const octets =
        "POST /v1/a%20b?x=%2B1&y HTTP/1.1\r\nHost: a:80\r\nX-Y:\t z \r\nContent-Length: 12\r\n"
        "Expect: 100-continue\r\n\r\nrest"s;
    auto const outcome = parse_head(octets, {});
    ASSERT_TRUE(std::holds_alternative<Head>(outcome));
    auto const& head = std::get<Head>(outcome);
    EXPECT_EQ(head.method, Method::post);
    EXPECT_EQ(head.path, "/v1/a b");
    EXPECT_EQ(head.query.at("x"), "+1");
    EXPECT_EQ(head.query.at("y"), "");
    EXPECT_EQ(head.fields.at(1), (std::pair{"x-y"s, "z"s}));
    EXPECT_EQ(head.framing, Framing::length);
    EXPECT_EQ(head.content_length, 12U);
    EXPECT_TRUE(head.expects_continue);
    EXPECT_TRUE(head.keep_alive);
    EXPECT_EQ(head.octets, octets.size() - 4);
}

/// Heads that are good, bad, long and strange.
std::vector<std::string> samples() {
    auto const host = "Host: a\r\n"s;
    return {
        "GET / HTTP/1.1\r\n" + host + "\r\nGET / HTTP/1.1\r\n",
        "POST /a HTTP/1.1\r\n" + host + "Content-Length: 3\r\n\r\nabc",
        "POST /a HTTP/1.1\r\n" + host + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /a HTTP/1.1\r\n" + host + "Transfer-Encoding: gzip\r\nContent-Length: 3\r\n\r\n",
        "POST /a HTTP/1.1\r\n" + host + "Content-Length: 3\r\nContent-Length: 3\r\n\r\n",
        "GET / HTTP/1.1\n" + host + "\n",
        "GET / HTTP/1.1\r\n" + host + " folded\r\n\r\n",
        "GET /%zz HTTP/1.1\r\n" + host + "\r\n",
        "BREW / HTTP/1.1\r\n" + host + "\r\n",
        "GET / HTTP/1.1\r\n\r\n",
        "GET /" + std::string(200, 'x') + " HTTP/1.1\r\n" + host + "\r\n",
        "GET / HTTP/1.1\r\n" + host + "X: " + std::string(200, 'x') + "\r\n\r\n",
        "GET / HTTP/1.1\r\n" + host + "a:\r\nb:\r\nc:\r\nd:\r\ne:\r\n\r\n",
        std::string(300, 'x'),
        "\r\n\r\n",
        "\0\0\r\n"s,
        "\x16\x03\x01\x02\x00\x01\x00"s + std::string(200, '\xFF'),
    };
}

TEST(ParseHead, GivesOneOutcomeForEveryPrefixThatDecides) {
    auto const limits = HeadLimits{.octets_max = 150, .fields_max = 5};
    auto different = 0;
    for (auto const& sample : samples()) {
        auto const whole = outcome_of(sample, limits);
        for (std::size_t octets = 0; octets < sample.size(); ++octets) {
            auto const prefix = outcome_of(std::string_view{sample}.substr(0, octets), limits);
            different += prefix == "more" || prefix == whole ? 0 : 1;
        }
    }
    EXPECT_EQ(different, 0);
}

TEST(ParseHead, KeepsItsPromiseOnMutatedHeads) {
    auto random = std::mt19937{20261121};
    auto const limits = HeadLimits{.octets_max = 150, .fields_max = 5};
    auto different = 0;
    auto decided = 0;
    auto const all = samples();
    for (auto round = 0; round < 10'000; ++round) {
        auto octets = all[random() % all.size()];
        for (auto i = random() % 4; i > 0; --i) {
            octets[random() % octets.size()] = static_cast<char>(random());
        }
        auto const cut = std::string_view{octets}.substr(0, random() % octets.size());
        auto const whole = outcome_of(octets, limits);
        auto const prefix = outcome_of(cut, limits);
        decided += whole == "more" ? 0 : 1;
        different += prefix == "more" || prefix == whole ? 0 : 1;
    }
    EXPECT_EQ(different, 0);
    EXPECT_GT(decided, 5'000);
}

TEST(ParseHead, LetsNoPathOutThatCouldBeAnother) {
    auto random = std::mt19937{7};
    auto accepted = 0;
    auto bad = 0;
    constexpr std::string_view alphabet = "/.%2eEfF0aA?&=+\\\x01\xC3";
    for (auto round = 0; round < 20'000; ++round) {
        auto target = "/"s;
        for (auto i = random() % 12; i > 0; --i) {
            target += alphabet[random() % alphabet.size()];
        }
        auto const parsed = parse_target(target);
        if (!parsed) {
            continue;
        }
        ++accepted;
        auto const path = "/" + parsed->path + "/";
        bad += path.find("/../") != std::string::npos || path.find("/./") != std::string::npos ||
                       path.find('\\') != std::string::npos || path.find('\0') != std::string::npos
                   ? 1
                   : 0;
    }
    EXPECT_EQ(bad, 0);
    EXPECT_GT(accepted, 400);
}

TEST(DecodeChunks, GivesTheSameBodyInAnySlices) {
    auto const octets = "3\r\nabc\r\n00a\r\n0123456789\r\n1\r\n\n\r\n0\r\n\r\nrest"s;
    auto wrong = 0;
    for (std::size_t first = 0; first <= octets.size(); ++first) {
        for (std::size_t second = first; second <= octets.size(); ++second) {
            auto decoder = ChunkedDecoder{100};
            auto const view = std::string_view{octets};
            auto taken = decoder.feed(view.substr(0, first));
            taken += decoder.feed(view.substr(taken, second - taken));
            taken += decoder.feed(view.substr(taken));
            wrong += decoder.state() == ChunkedDecoder::State::done &&
                             decoder.body() == "abc0123456789\n" && taken == octets.size() - 4
                         ? 0
                         : 1;
        }
    }
    EXPECT_EQ(wrong, 0);
}

TEST(DecodeChunks, SurvivesRandomOctets) {
    auto random = std::mt19937{3};
    constexpr std::string_view alphabet = "0123fF\r\n\r\n;x";
    auto done = 0;
    auto beyond = 0;
    for (auto round = 0; round < 20'000; ++round) {
        auto octets = std::string{};
        for (auto i = random() % 24; i > 0; --i) {
            octets += alphabet[random() % alphabet.size()];
        }
        auto decoder = ChunkedDecoder{8};
        auto const taken = decoder.feed(octets);
        done += decoder.state() == ChunkedDecoder::State::done ? 1 : 0;
        beyond += decoder.body().size() > 8 || taken > octets.size() ? 1 : 0;
    }
    EXPECT_EQ(beyond, 0);
    EXPECT_GT(done, 0);
}

}  // namespace
}  // namespace frontrow::http
