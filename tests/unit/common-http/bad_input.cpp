// Every row of the table of hostile input, as octets on a socket: the status, and that the
// connection ends where nobody knows any more where the next request would start.
#include <string>
#include <thread>
#include <vector>

#include "tests/support/testing.hpp"
#include "tests/unit/common-http/test_server.hpp"

namespace frontrow::http {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;

auto const post_head = "POST /v1/things HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ann\r\n"s;
auto const json_post = post_head + "Content-Type: application/json\r\n";
auto const smuggled = "GET /v1/things/smuggled HTTP/1.1\r\nHost: a\r\n\r\n"s;

/// Sends the octets with a second request behind them, and expects one refusal and then the end.
void expect_refusal(TestServer const& server, std::string const& octets, int status,
                    std::string const& code) {
    auto client = server.connect();
    client.send(octets + smuggled);
    auto const response = client.read_response();
    EXPECT_EQ(response.status, status) << octets.substr(0, 200);
    EXPECT_THAT(response.body, testing::HasSubstr("\"code\":\"" + code + "\""))
        << octets.substr(0, 200);
    EXPECT_THAT(response.headers, testing::Contains(testing::Pair("connection", "close")));
    EXPECT_THAT(response.headers,
                testing::Contains(testing::Pair("content-type", "application/problem+json")));
    EXPECT_TRUE(client.is_at_end()) << "a smuggled request was answered: " << octets.substr(0, 200);
}

TEST(HostileRequest, CannotHaveTwoBodyLengths) {
    auto const server = TestServer{};
    for (auto const* const fields :
         {"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
          "Content-Length: 5\r\nContent-Length: 6\r\n",
          "Content-Length: 5\r\nContent-Length: 5\r\n", "Content-Length: 5, 5\r\n",
          "Content-Length: -1\r\n", "Content-Length: +5\r\n",
          "Content-Length: 18446744073709551616\r\n", "Content-Length: 0x5\r\n",
          "Content-Length: 5 \t5\r\n", "Content-Length: \r\n", "Content-Length: 5.0\r\n",
          "Transfer-Encoding: gzip\r\nContent-Length: 5\r\n",
          "Transfer-Encoding: xchunked\r\nContent-Length: 5\r\n",
          "Transfer-Encoding: chunked, gzip\r\n", "Transfer-Encoding: chunked, chunked\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
          "Transfer-Encoding:\r\n"}) {
        expect_refusal(server, json_post + fields + "\r\nhello", 400, "invalid-framing");
    }
}

TEST(HostileRequest, CannotUseAnotherTransferCoding) {
    auto const server = TestServer{};
    for (auto const* const coding :
         {"gzip", "xchunked", "gzip, chunked", "identity", "\"chunked\"", "chunked;q=1",
          "\x0b"
          "chunked"}) {
        auto const is_octet = coding[0] == '\x0b';
        expect_refusal(server, json_post + "Transfer-Encoding: " + coding + "\r\n\r\n0\r\n\r\n",
                       is_octet ? 400 : 501,
                       is_octet ? "malformed-request" : "transfer-coding-not-implemented");
    }
}

TEST(HostileRequest, CannotSendChunksToHttp10) {
    auto const server = TestServer{};
    expect_refusal(server,
                   "POST /v1/things HTTP/1.0\r\nHost: a\r\nAuthorization: Bearer ann\r\n"
                   "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                   400, "invalid-framing");
}

TEST(HostileRequest, CannotFoldOrBreakLines) {
    auto const server = TestServer{};
    for (auto const& octets : {"GET /v1/things/1 HTTP/1.1\r\nHost: a\r\nX-A: b\r\n c\r\n\r\n"s,
                               "GET /v1/things/1 HTTP/1.1\r\n Host: a\r\n\r\n"s,
                               "GET /v1/things/1 HTTP/1.1\r\nHost: a\r\n\tX: b\r\n\r\n"s,
                               "GET /v1/things/1 HTTP/1.1\nHost: a\n\n"s,
                               "GET /v1/things/1 HTTP/1.1\r\nHost: a\n\r\n"s,
                               "GET /v1/things/1 HTTP/1.1\r\nHost: a\r\nX-A: b\rX-B: c\r\n\r\n"s,
                               "GET /v1/things/1 HTTP/1.1\r\nHost : a\r\n\r\n"s,
                               "GET /v1/things/1 HTTP/1.1\r\nHost: a\r\n: b\r\n\r\n"s,
                               "GET /v1/things/1 HTTP/1.1\r\nHost: a\r\nX-A\r\n\r\n"s,
                               "GET /v1/things/1 HTTP/1.1\r\nHost: a\r\nX\0A: b\r\n\r\n"s,
                               "GET /v1/things/1 HTTP/1.1\r\nHost: a\r\nX-A: b\0c\r\n\r\n"s,
                               "GET /v1/things/1 HTTP/1.1\r\nHost: a\r\nX-A: b\x7F\r\n\r\n"s,
                               "GET  /v1/things/1 HTTP/1.1\r\nHost: a\r\n\r\n"s.replace(3, 2, "\t"),
                               "GET /v1/things/1\r\nHost: a\r\n\r\n"s,
                               "GET\r\n\r\n"s,
                               "\r\nHost: a\r\n\r\n"s,
                               "GET /v1/things/1 HTTP/1.1 \r\nHost: a\r\n\r\n"s,
                               "GET /v1/things/1 HTTP/11\r\nHost: a\r\n\r\n"s,
                               "GET /v1/things/1 http/1.1\r\nHost: a\r\n\r\n"s,
                               "G(T /v1/things/1 HTTP/1.1\r\nHost: a\r\n\r\n"s}) {
        expect_refusal(server, octets, 400, "malformed-request");
    }
}

TEST(HostileRequest, NeedsExactlyOneHost) {
    auto const server = TestServer{};
    for (auto const* const fields :
         {"", "X-A: b\r\n", "Host: a\r\nHost: b\r\n", "Host: a\r\nHost: a\r\n", "Host: a, b\r\n",
          "Host: user@a\r\n", "Host: a/b\r\n", "Host:\r\n", "Host: a b\r\n"}) {
        expect_refusal(server, "GET /v1/things/1 HTTP/1.1\r\n"s + fields + "\r\n", 400,
                       "invalid-host");
    }
    EXPECT_EQ(server.ask("GET /v1/things/1 HTTP/1.0\r\n\r\n").status, 200);
}

TEST(HostileRequest, NeedsAPlainPath) {
    auto const server = TestServer{};
    for (auto const& target : {"http://a/v1/things/1"s,
                               "*"s,
                               "a:80"s,
                               "v1/things/1"s,
                               "/v1/things/\xFF"s,
                               "/v1/things/%00"s,
                               "/v1/things/1%0d%0aX:y"s,
                               "/v1/things/%FF"s,
                               "/v1/things/%ED%A0%80"s,
                               "/v1/../admin"s,
                               "/v1/%2e%2e/admin"s,
                               "/v1/%2E./admin"s,
                               "/v1/./things/1"s,
                               "/v1/things/%2fetc"s,
                               "/v1/things/a%5cb"s,
                               "/v1/things/%252e%252e"s,
                               "/v1/things/%2531"s,
                               "/v1/things/%"s,
                               "/v1/things/%4"s,
                               "/v1/things/%zz"s,
                               "/v1/things/1#x"s,
                               "/v1/things/<x>"s,
                               "/v1/things/1?a=1&a=2"s,
                               "/v1/things/1?a=%00"s,
                               "/v1/things/1?=1"s,
                               "/v1/things/1?a=1&&b=2"s,
                               "/v1/things/1?a=%C0%AF"s,
                               "/v1/things/\"1\""s}) {
        expect_refusal(server, "GET " + target + " HTTP/1.1\r\nHost: a\r\n\r\n", 400,
                       "invalid-target");
    }
    expect_refusal(server, "OPTIONS * HTTP/1.1\r\nHost: a\r\n\r\n", 400, "invalid-target");
}

TEST(HostileRequest, NeedsAMethodAndAVersionThatWeKnow) {
    auto const server = TestServer{};
    for (auto const* const method : {"TRACE", "CONNECT", "BREW", "get", "GETS"}) {
        expect_refusal(server, method + " /v1/things/1 HTTP/1.1\r\nHost: a\r\n\r\n"s, 501,
                       "method-not-implemented");
    }
    for (auto const* const version : {"HTTP/2.0", "HTTP/1.2", "HTTP/0.9", "HTTP/3.0"}) {
        expect_refusal(server, "GET /v1/things/1 "s + version + "\r\nHost: a\r\n\r\n", 505,
                       "version-not-supported");
    }
    expect_refusal(server, "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 505, "version-not-supported");
}

TEST(HostileRequest, MayHaveSixtyFourFieldsInEightKibibytes) {
    auto const server = TestServer{};
    auto const with_fields = [](std::size_t fields) {
        auto octets = "GET /v1/things/1 HTTP/1.1\r\nHost: a\r\n"s;
        for (std::size_t i = 1; i < fields; ++i) {
            octets += "a:\r\n";
        }
        return octets + "\r\n";
    };
    EXPECT_EQ(server.ask(with_fields(64)).status, 200);
    expect_refusal(server, with_fields(65), 431, "header-too-large");
    expect_refusal(server, with_fields(1501), 431, "header-too-large");
    auto const with_octets = [](std::size_t octets) {
        auto const start = "GET /v1/things/1 HTTP/1.1\r\nHost: a\r\nX: "s;
        return start + std::string(octets - start.size() - 4, 'x') + "\r\n\r\n";
    };
    EXPECT_EQ(server.ask(with_octets(8192)).status, 200);
    expect_refusal(server, with_octets(8193), 431, "header-too-large");
    expect_refusal(server, with_octets(1'000'000), 431, "header-too-large");
    expect_refusal(server, "GET /" + std::string(9000, 'x') + " HTTP/1.1\r\nHost: a\r\n\r\n", 414,
                   "target-too-long");
    expect_refusal(server, std::string(100'000, 'x'), 414, "target-too-long");
}

TEST(HostileRequest, MayNotExceedTheRoutesBodyLimit) {
    auto const server = TestServer{};
    auto const with_length = [](std::size_t octets) {
        return json_post + "Content-Length: " + std::to_string(octets) + "\r\n\r\n";
    };
    EXPECT_EQ(server.ask(with_length(1000) + std::string(1000, '1')).status, 200);
    EXPECT_EQ(server.ask(with_length(1001) + std::string(1001, '1')).status, 413);
    expect_refusal(server, with_length(1'000'000'000), 413, "body-too-large");
    expect_refusal(server, with_length(18446744073709551615U), 413, "body-too-large");
    auto const chunked = json_post + "Transfer-Encoding: chunked\r\n\r\n";
    EXPECT_EQ(server.ask(chunked + "3e8\r\n" + std::string(1000, '1') + "\r\n0\r\n\r\n").status,
              200);
    expect_refusal(server, chunked + "3e9\r\n", 413, "body-too-large");
    expect_refusal(server, chunked + "3e8\r\n" + std::string(1000, '1') + "\r\n1\r\n", 413,
                   "body-too-large");
    expect_refusal(server, chunked + "ffffffff\r\n", 413, "body-too-large");
}

TEST(HostileRequest, CannotAddFieldsAfterItsBody) {
    auto const server = TestServer{};
    auto const chunked = json_post + "Transfer-Encoding: chunked\r\n\r\n1\r\n1\r\n0\r\n";
    for (auto const& trailer :
         {"Authorization: Bearer root\r\n\r\n"s, "Idempotency-Key: x\r\n\r\n"s,
          "X-A: " + std::string(20'000, 'x') + "\r\n\r\n", "X: y\r\n\r\n"s}) {
        expect_refusal(server, chunked + trailer, 400, "invalid-framing");
    }
}

TEST(HostileRequest, CannotHideAnythingInChunks) {
    auto const server = TestServer{};
    auto const chunked = json_post + "Transfer-Encoding: chunked\r\n\r\n";
    for (auto const& chunk :
         {"1;a=b\r\n1\r\n0\r\n\r\n"s, "1;" + std::string(20'000, 'x') + "\r\n1\r\n0\r\n\r\n",
          "1 \r\n1\r\n0\r\n\r\n"s, " 1\r\n1\r\n0\r\n\r\n"s, "0x1\r\n1\r\n0\r\n\r\n"s,
          "-1\r\n1\r\n0\r\n\r\n"s, "\r\n1\r\n0\r\n\r\n"s, "1\n1\n0\n\n"s, "1\r\n11\r\n0\r\n\r\n"s,
          "000000001\r\n1\r\n0\r\n\r\n"s, "fffffffffffffffff\r\n"s, "1\r\n1\r\n0;x\r\n\r\n"s,
          "1\r\n1X\n0\r\n\r\n"s, "1\rX1\r\n0\r\n\r\n"s, "g\r\n"s}) {
        expect_refusal(server, chunked + chunk, 400, "invalid-framing");
    }
}

TEST(HostileRequest, CannotRepeatFieldsThatDecide) {
    auto const server = TestServer{};
    for (auto const* const fields :
         {"Authorization: Bearer root\r\n", "Idempotency-Key: a\r\nIdempotency-Key: b\r\n",
          "Queue-Pass: a\r\nQueue-Pass: b\r\n",
          "Content-Type: application/json\r\nContent-Type: text/plain\r\n",
          "Expect: 100-continue\r\nExpect: 100-continue\r\n"}) {
        expect_refusal(server, post_head + fields + "\r\n", 400, "repeated-header");
    }
}

TEST(HostileRequest, MayExpectOnly100Continue) {
    auto const server = TestServer{};
    expect_refusal(server, json_post + "Content-Length: 2\r\nExpect: 200-ok\r\n\r\n", 417,
                   "expectation-failed");
}

TEST(HostileRequest, IsCutOffWhenItTrickles) {
    auto options = ServerOptions{};
    options.header_timeout = 150ms;
    auto const server = TestServer{options};
    auto client = server.connect();
    auto const octets = "GET /v1/things/1 HTTP/1.1\r\nHost: a\r\n"s + std::string(5000, 'x');
    auto sent = std::size_t{0};
    // An octet a time, each well before the timeout: only a limit on the whole head ends this.
    auto response = RawResponse{};
    auto feeder = std::jthread{[&](std::stop_token const& stop) {
        while (!stop.stop_requested() && sent < octets.size() &&
               client.send(octets.substr(sent, 1))) {
            ++sent;
            std::this_thread::sleep_for(1ms);
        }
    }};
    response = client.read_response();
    feeder.request_stop();
    feeder.join();
    EXPECT_EQ(response.status, 408);
    EXPECT_LT(sent, octets.size());
    EXPECT_THAT(response.body, testing::HasSubstr("request-timeout"));
}

TEST(HostileRequest, IsCutOffWhenItsBodyDoesNotCome) {
    auto options = ServerOptions{};
    options.body_timeout = 50ms;
    auto const server = TestServer{options};
    for (auto const* const framing :
         {"Content-Length: 5\r\n\r\n12", "Transfer-Encoding: chunked\r\n\r\n5\r\n1"}) {
        EXPECT_EQ(server.ask(json_post + framing).status, 408);
    }
}

TEST(HostileRequest, DoesNotKeepASilentConnection) {
    auto options = ServerOptions{};
    options.idle_timeout = 30ms;
    auto const server = TestServer{options};
    EXPECT_EQ(server.connect().read_to_end(), "");
    auto client = server.connect();
    EXPECT_EQ(client.exchange(smuggled).status, 200);
    EXPECT_TRUE(client.is_at_end());
}

TEST(HostileRequest, GivesTheSameAnswerInAnySlices) {
    auto const server = TestServer{};
    auto const octets = json_post +
                        "Transfer-Encoding: chunked\r\n\r\n3\r\n[1,\r\n2\r\n2]\r\n0\r\n\r\n" +
                        "GET /v1/things/%41?x=1 HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n";
    auto wrong = 0;
    for (std::size_t at = 1; at < octets.size(); ++at) {
        auto client = server.connect();
        client.send(octets.substr(0, at));
        client.send(octets.substr(at));
        wrong += client.read_response().body == "ann:[1,2]" ? 0 : 1;
        wrong += client.read_response().body == "A x=1" ? 0 : 1;
        wrong += client.is_at_end() ? 0 : 1;
    }
    EXPECT_EQ(wrong, 0);
}

}  // namespace
}  // namespace frontrow::http
