// What a well-behaved client may rely on: order, reuse, methods, limits, streams, and a drain that
// forgets nobody.
#include "common/http/server.hpp"

#include <chrono>
#include <future>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/testing.hpp"
#include "tests/unit/common-http/test_server.hpp"

namespace frontrow::http {
namespace {

using namespace std::chrono_literals;
using namespace std::string_literals;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;
using testing::Pair;

std::string get(std::string const& target, std::string const& fields = "") {
    return "GET " + target + " HTTP/1.1\r\nHost: a\r\n" + fields + "\r\n";
}

std::string post(std::string const& body,
                 std::string const& fields = "Authorization: Bearer ann\r\n") {
    return "POST /v1/things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n" + fields +
           "Content-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
}

TEST(Serve, AnswersManyRequestsOnOneConnection) {
    auto const server = TestServer{};
    auto client = server.connect();
    EXPECT_EQ(client.exchange(get("/v1/things/7?b=2&a=x%20y+z")).body, "7 a=x y z b=2");
    EXPECT_EQ(client.exchange(post("{}")).body, "ann:{}");
    EXPECT_EQ(client.exchange(get("/v1/things/%C3%A4")).body, "\xC3\xA4");
    EXPECT_EQ(client
                  .exchange("DELETE /v1/things/1 HTTP/1.1\r\nHost: a\r\n"
                            "Authorization: Bearer ann\r\n\r\n")
                  .status,
              204);
    auto const last = client.exchange(get("/v1/things/8", "Connection: keep-alive, Close\r\n"));
    EXPECT_THAT(last.headers, Contains(Pair("connection", "close")));
    EXPECT_TRUE(client.is_at_end());
}

TEST(Serve, AnswersAThousandPipelinedRequestsInOrder) {
    auto const server = TestServer{};
    auto client = server.connect();
    auto sender = std::jthread{[&] {
        auto octets = std::string{};
        for (auto i = 0; i < 1000; ++i) {
            octets += get("/v1/things/" + std::to_string(i));
        }
        client.send(octets);
    }};
    auto wrong = 0;
    for (auto i = 0; i < 1000; ++i) {
        wrong += client.read_response().body == std::to_string(i) ? 0 : 1;
    }
    EXPECT_EQ(wrong, 0);
}

TEST(Serve, KeepsTheOrderWhenAnEarlierAnswerTakesLonger) {
    auto server = TestServer{};
    auto client = server.connect();
    client.send(get("/v1/kept") + get("/v1/things/2"));
    server.kept.take()(Response{.status = 201});
    EXPECT_EQ(client.read_response().status, 201);
    EXPECT_EQ(client.read_response().body, "2");
}

TEST(Serve, TakesOnlyTheFirstAnswer) {
    auto server = TestServer{};
    auto client = server.connect();
    client.send(get("/v1/kept"));
    auto const respond = server.kept.take();
    respond(Response{.status = 201});
    respond(Response{.status = 202});
    EXPECT_FALSE(respond.stream()->is_open());
    EXPECT_EQ(client.read_response().status, 201);
    EXPECT_EQ(client.exchange(get("/v1/things/3")).body, "3");
}

TEST(Serve, AnswersHeadWithTheLengthOnly) {
    auto const server = TestServer{};
    auto client = server.connect();
    client.send("HEAD /v1/things/seven HTTP/1.1\r\nHost: a\r\n\r\n");
    auto const response = client.read_response(false);
    EXPECT_EQ(response.status, 200);
    EXPECT_THAT(response.headers, Contains(Pair("content-length", "5")));
    EXPECT_EQ(client.exchange(get("/v1/things/8")).body, "8");
}

TEST(Serve, SaysWhichMethodsAPathHas) {
    auto const server = TestServer{};
    auto client = server.connect();
    auto const options = client.exchange("OPTIONS /v1/things/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(options.status, 204);
    EXPECT_THAT(options.headers, Contains(Pair("allow", "GET, HEAD, DELETE, OPTIONS")));
    auto const put = client.exchange("PUT /v1/things/1 HTTP/1.1\r\nHost: a\r\n\r\n");
    EXPECT_EQ(put.status, 405);
    EXPECT_THAT(put.headers, Contains(Pair("allow", "GET, HEAD, DELETE, OPTIONS")));
    EXPECT_THAT(put.body, HasSubstr("method-not-allowed"));
    for (auto const* const path : {"/", "/v1", "/v1/things/1/2", "/v1/things/", "//v1/things/1",
                                   "/V1/things/1", "/v1/things/1/"}) {
        EXPECT_EQ(client.exchange(get(path)).status, 404) << path;
        EXPECT_EQ(client.exchange("OPTIONS "s + path + " HTTP/1.1\r\nHost: a\r\n\r\n").status, 404)
            << path;
    }
}

TEST(Serve, AuthorizesBeforeItReadsTheBody) {
    auto const server = TestServer{};
    auto const head = "POST /v1/things HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"s;
    for (auto const* const who : {"", "Authorization: Bearer eve\r\n", "Authorization:\r\n"}) {
        auto const response = server.ask(head + who + "Content-Length: 900\r\n\r\n");
        EXPECT_EQ(response.status, 401);
        EXPECT_THAT(response.headers, Contains(Pair("www-authenticate", HasSubstr("Bearer"))));
    }
    EXPECT_EQ(server.ask(get("/v1/admin")).status, 401);
    EXPECT_EQ(server.ask(get("/v1/admin", "Authorization: Bearer ann\r\n")).status, 403);
    EXPECT_EQ(server.ask(get("/v1/admin", "Authorization: Bearer root\r\n")).body, "secret");
}

TEST(Serve, KeepsTheConnectionAfterARefusalWithAShortBody) {
    auto const server = TestServer{};
    auto client = server.connect();
    auto const hidden = get("/v1/things/smuggled");
    EXPECT_EQ(client.exchange(post(hidden, "")).status, 401);
    EXPECT_EQ(client.exchange(get("/v1/things/2")).body, "2");
    client.send(
        "POST /v1/things HTTP/1.1\r\nHost: a\r\nContent-Type: text/plain\r\n"
        "Authorization: Bearer ann\r\nContent-Length: 8\r\n\r\n1234");
    EXPECT_EQ(client.read_response().status, 415);
    client.send("5678");
    EXPECT_EQ(client.exchange(get("/v1/things/3")).body, "3");
}

TEST(Serve, TakesOnlyPlainJsonBodies) {
    auto const server = TestServer{};
    auto const status_of = [&](std::string const& fields) {
        return server
            .ask("POST /v1/things HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ann\r\n" + fields +
                 "Content-Length: 2\r\n\r\n{}")
            .status;
    };
    EXPECT_EQ(status_of("Content-Type: application/json\r\n"), 200);
    EXPECT_EQ(status_of("Content-Type: Application/JSON; charset=utf-8\r\n"), 200);
    EXPECT_EQ(status_of("Content-Type: application/json\r\nContent-Encoding: identity\r\n"), 200);
    EXPECT_EQ(status_of(""), 415);
    EXPECT_EQ(status_of("Content-Type: application/jsonx\r\n"), 415);
    EXPECT_EQ(status_of("Content-Type: application/x-www-form-urlencoded\r\n"), 415);
    EXPECT_EQ(status_of("Content-Type: application/json\r\nContent-Encoding: gzip\r\n"), 415);
    EXPECT_EQ(
        server.ask("POST /v1/things HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer ann\r\n\r\n").body,
        "ann:");
    EXPECT_EQ(server.ask(get("/v1/things/1", "Content-Length: 2\r\n") + "{}").status, 400);
}

TEST(Serve, ContinuesWhenAskedAndOnlyIfItWants) {
    auto const server = TestServer{};
    auto const expecting =
        "POST /v1/things HTTP/1.1\r\nHost: a\r\nExpect: 100-Continue\r\n"
        "Content-Type: application/json\r\nContent-Length: 2\r\n"s;
    auto client = server.connect();
    client.send(expecting + "Authorization: Bearer ann\r\n\r\n");
    EXPECT_EQ(client.read_response().status, 100);
    EXPECT_EQ(client.exchange("{}").body, "ann:{}");
    auto refused = server.connect();
    EXPECT_EQ(refused.exchange(expecting + "\r\n").status, 401);
    EXPECT_TRUE(refused.is_at_end());
    auto const at_once = server.ask(expecting + "Authorization: Bearer ann\r\n\r\n{}");
    EXPECT_EQ(at_once.body, "ann:{}");
}

TEST(Serve, AnswersHttp10AndCloses) {
    auto const server = TestServer{};
    auto client = server.connect();
    EXPECT_EQ(client.exchange("GET /v1/things/1 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").body,
              "1");
    EXPECT_TRUE(client.is_at_end());
}

TEST(Serve, AnswersAClientThatHasClosedItsSide) {
    auto server = TestServer{};
    auto client = server.connect();
    client.send(get("/v1/kept") + get("/v1/things/2"));
    client.end_input();
    server.kept.take()(Response{.status = 201});
    EXPECT_EQ(client.read_response().status, 201);
    EXPECT_EQ(client.read_response().body, "2");
    EXPECT_TRUE(client.is_at_end());
}

TEST(Serve, ForgetsAClientThatWentAway) {
    auto server = TestServer{};
    auto client = server.connect();
    client.send(get("/v1/kept"));
    auto const respond = server.kept.take();
    client.reset();
    respond(Response{.status = 201});
    EXPECT_EQ(server.ask(get("/v1/things/1")).body, "1");
}

TEST(Serve, TellsNothingAboutItsOwnFailures) {
    auto const server = TestServer{};
    for (auto const* const path : {"/v1/throws", "/v1/forgets", "/v1/splits"}) {
        auto client = server.connect();
        auto const response = client.exchange(get(path));
        EXPECT_EQ(response.status, 500) << path;
        EXPECT_THAT(response.body, HasSubstr("internal-error")) << path;
        EXPECT_THAT(response.body, HasSubstr("traceId")) << path;
        EXPECT_THAT(response.body, Not(HasSubstr("hunter2")));
        EXPECT_THAT(response.headers, Not(Contains(Pair("set-cookie", "c"))));
        EXPECT_EQ(client.exchange(get("/v1/things/1")).body, "1") << path;
    }
}

TEST(Serve, GivesUpOnAHandlerThatDoesNotAnswerInTime) {
    auto options = ServerOptions{};
    options.request_timeout = 10ms;
    auto server = TestServer{options};
    auto client = server.connect();
    client.send(get("/v1/kept"));
    auto const respond = server.kept.take();
    auto const response = client.read_response();
    EXPECT_EQ(response.status, 503);
    EXPECT_THAT(response.body, HasSubstr("outcome-unknown"));
    EXPECT_THAT(response.headers, Contains(Pair("retry-after", "1")));
    respond(Response{.status = 201});
    EXPECT_TRUE(client.is_at_end());
}

TEST(Serve, CarriesTheClientsTraceAndCorrelation) {
    auto const server = TestServer{};
    auto const parent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"s;
    auto const traced = server.ask(
        get("/v1/trace", "traceparent: " + parent + "\r\nX-Correlation-Id: order-7\r\n"));
    EXPECT_THAT(traced.body, testing::StartsWith("00-4bf92f3577b34da6a3ce929d0e0e4736-"));
    EXPECT_THAT(traced.body, Not(HasSubstr("00f067aa0ba902b7")));
    EXPECT_THAT(traced.body, testing::EndsWith(" order-7"));
    EXPECT_THAT(traced.headers, Contains(Pair("x-correlation-id", "order-7")));
    for (auto const& fields :
         {"traceparent: 00-zz\r\n"s, "X-Correlation-Id: a b\r\n"s,
          "X-Correlation-Id: " + std::string(129, 'a') + "\r\n", "X-Correlation-Id: \xFF\r\n"s,
          "traceparent: " + parent + "\r\ntraceparent: " + parent + "\r\n"}) {
        auto const fresh = server.ask(get("/v1/trace", fields)).body;
        EXPECT_EQ(fresh.substr(3, 32), fresh.substr(fresh.find(' ') + 1)) << fields;
        EXPECT_THAT(fresh, Not(HasSubstr("4bf92f3577b34da6a3ce929d0e0e4736")));
    }
}

TEST(Serve, RefusesConnectionsAboveItsLimitWithAnAnswer) {
    auto options = ServerOptions{};
    options.connections_max = 2;
    auto const server = TestServer{options};
    auto first = server.connect();
    EXPECT_EQ(first.exchange(get("/v1/things/1")).body, "1");
    auto second = server.connect();
    EXPECT_EQ(second.exchange(get("/v1/things/2")).body, "2");
    auto third = server.connect();
    auto const response = third.read_response();
    EXPECT_EQ(response.status, 503);
    EXPECT_THAT(response.headers, Contains(Pair("retry-after", "1")));
    EXPECT_TRUE(third.is_at_end());
    EXPECT_EQ(first.exchange(get("/v1/things/3")).body, "3");
}

TEST(Serve, AnswersBesideTwoThousandIdleConnections) {
    auto const server = TestServer{};
    auto idle = std::vector<RawClient>{};
    for (auto i = 0; i < 2000; ++i) {
        idle.push_back(server.connect());
    }
    EXPECT_EQ(server.ask(get("/v1/things/1")).body, "1");
    EXPECT_EQ(idle.front().exchange(get("/v1/things/2")).body, "2");
    EXPECT_EQ(idle.back().exchange(get("/v1/things/3")).body, "3");
}

TEST(Serve, StopsReadingFromAClientThatDoesNotReadAnswers) {
    auto options = ServerOptions{};
    options.write_timeout = 100ms;
    auto server = TestServer{options};
    auto client = server.connect();
    client.shrink_receive_buffer(4096);
    client.send(get("/v1/kept"));
    server.kept.take()(
        Response{.status = 200, .headers = {}, .body = std::string(30'000'000, 'x')});
    auto const received = [&] {
        std::this_thread::sleep_for(400ms);  // reads nothing: longer than the timeout
        return client.read_to_end().size();
    }();
    EXPECT_LT(received, 30'000'000U);
}

TEST(Serve, MeasuresEachRequestByRouteMethodAndStatus) {
    auto server = TestServer{};
    server.ask(get("/v1/things/1"));
    server.ask(get("/v1/things/2"));
    server.ask(get("/nowhere"));
    server.ask("nonsense\r\n");
    auto const text = server.registry.text();
    EXPECT_THAT(text, HasSubstr("http_server_request_duration_seconds_count{method=\"GET\","
                                "route=\"/v1/things/{id}\",status=\"200\"} 2"));
    EXPECT_THAT(text, HasSubstr("route=\"(none)\",status=\"404\"} 1"));
    EXPECT_THAT(text, HasSubstr("route=\"(none)\",status=\"400\"} 1"));
}

TEST(Serve, AnswersFromManyThreadsToManyConnections) {
    auto options = ServerOptions{};
    options.threads = 3;
    auto server = TestServer{options};
    auto answerer = std::jthread{[&] {
        for (auto i = 0; i < 400; ++i) {
            server.kept.take()(Response{.status = 201});
        }
    }};
    auto right = std::atomic<int>{0};
    {
        auto clients = std::vector<std::jthread>{};
        for (auto i = 0; i < 8; ++i) {
            clients.emplace_back([&] {
                auto client = server.connect();
                for (auto j = 0; j < 50; ++j) {
                    right += client.exchange(get("/v1/kept")).status == 201 ? 1 : 0;
                }
            });
        }
    }
    EXPECT_EQ(right, 400);
}

TEST(Serve, SendsAnAnswerOnTheThreadThatGivesIt) {
    auto server = TestServer{};
    auto waiting = server.connect();
    waiting.send(get("/v1/kept"));
    auto const respond = server.kept.take();
    auto blocking = server.connect();
    blocking.send(get("/v1/blocks"));
    server.blocked.wait();  // the server's one thread does nothing else now
    respond(Response{.status = 201});
    EXPECT_EQ(waiting.read_response().status, 201);
    server.unblocked.count_down();
    EXPECT_EQ(blocking.read_response().status, 200);
    EXPECT_EQ(waiting.exchange(get("/v1/things/1")).body, "1");
}

TEST(Serve, LeavesTheNextRequestToItsOwnThread) {
    auto server = TestServer{};
    auto client = server.connect();
    client.send(get("/v1/kept") + get("/v1/kept"));
    auto const respond = server.kept.take();
    auto const own_thread = server.kept.last_thread();
    EXPECT_EQ(server.ask(get("/v1/things/1")).body, "1");  // it has left the first connection
    respond(Response{.status = 201});
    server.kept.take()(Response{.status = 202});
    EXPECT_EQ(server.kept.last_thread(), own_thread);
    EXPECT_EQ(client.read_response().status, 201);
    EXPECT_EQ(client.read_response().status, 202);
}

TEST(Serve, RefusesAnAddressThatIsTaken) {
    auto const server = TestServer{};
    auto options = ServerOptions{};
    options.port = server.server->port();
    EXPECT_THROW(TestServer{options}, std::system_error);
}

TEST(Stream, SendsEventsAndHeartbeatsUntilItIsClosed) {
    auto options = ServerOptions{};
    options.sse_heartbeat = 20ms;
    auto server = TestServer{options};
    auto client = server.connect();
    client.send(get("/v1/events"));
    auto const stream = server.kept.take().stream({.headers = {{"X-A", "b"}}});
    EXPECT_TRUE(stream->is_open());
    EXPECT_TRUE(stream->send("7", "seat", "{\"a\":1}\nline"));
    auto const head = client.read_until("\r\n\r\n");
    EXPECT_THAT(head, HasSubstr("Content-Type: text/event-stream"));
    EXPECT_THAT(head, HasSubstr("X-A: b"));
    EXPECT_THAT(head, Not(HasSubstr("Content-Length")));
    EXPECT_EQ(client.read_until("\n\n"), "id: 7\nevent: seat\ndata: {\"a\":1}\ndata: line\n\n");
    EXPECT_EQ(client.read_until("\n\n"), ":\n\n");
    EXPECT_EQ(client.read_until("\n\n"), ":\n\n");
    EXPECT_TRUE(stream->send("", "", "last"));
    stream->close();
    EXPECT_FALSE(stream->send("8", "seat", "x"));
    EXPECT_THAT(client.read_to_end(), testing::EndsWith("data: last\n\n"));
}

TEST(Stream, EndsForAClientThatIsGoneOrTooSlow) {
    auto server = TestServer{};
    auto gone = server.connect();
    gone.send(get("/v1/events"));
    auto const left = server.kept.take().stream();
    gone.read_until("\r\n\r\n");
    gone.reset();
    while (left->send("1", "seat", "x")) {
        std::this_thread::yield();
    }
    EXPECT_FALSE(left->is_open());
    auto slow = server.connect();
    slow.send(get("/v1/events"));
    auto const flooded = server.kept.take().stream();
    auto const data = std::string(10'000, 'x');
    auto sent = 0;
    while (flooded->send("1", "seat", data) && sent < 10'000) {
        ++sent;
    }
    EXPECT_LT(sent, 10'000);
    EXPECT_FALSE(flooded->is_open());
    EXPECT_EQ(server.ask(get("/v1/things/1")).body, "1");
}

TEST(Stream, IsOnlyAHeadForHead) {
    auto server = TestServer{};
    auto client = server.connect();
    client.send("HEAD /v1/events HTTP/1.1\r\nHost: a\r\n\r\n");
    auto const stream = server.kept.take().stream();
    EXPECT_THAT(client.read_to_end(), testing::EndsWith("\r\n\r\n"));
    EXPECT_FALSE(stream->is_open());
}

TEST(Drain, AnswersEverythingThatHadBegun) {
    auto server = TestServer{};
    auto working = server.connect();
    working.send(get("/v1/kept"));
    auto const respond = server.kept.take();
    auto idle = server.connect();
    EXPECT_EQ(idle.exchange(get("/v1/things/1")).body, "1");
    auto streaming = server.connect();
    streaming.send(get("/v1/events"));
    auto const stream = server.kept.take().stream();
    EXPECT_TRUE(stream->send("1", "seat", "x"));
    auto drained = std::async(std::launch::async, [&] { server.server->drain(10s); });
    EXPECT_TRUE(idle.is_at_end());
    EXPECT_THAT(streaming.read_to_end(), testing::EndsWith("data: x\n\n"));
    EXPECT_FALSE(stream->is_open());
    EXPECT_EQ(drained.wait_for(0s), std::future_status::timeout);
    respond(Response{.status = 201});
    auto const response = working.read_response();
    EXPECT_EQ(response.status, 201);
    EXPECT_THAT(response.headers, Contains(Pair("connection", "close")));
    EXPECT_TRUE(working.is_at_end());
    drained.get();
    EXPECT_THROW(server.connect(), std::runtime_error);
}

TEST(Drain, AnswersRequestsThatWereOnTheirWay) {
    auto const server = TestServer{};
    auto clients = std::vector<RawClient>{};
    for (auto i = 0; i < 50; ++i) {
        clients.push_back(server.connect());
        clients.back().send(get("/v1/things/" + std::to_string(i)));
    }
    server.server->drain(10s);
    auto answered = 0;
    for (auto i = 0; i < 50; ++i) {
        answered += clients[static_cast<std::size_t>(i)].read_response().body == std::to_string(i);
    }
    EXPECT_EQ(answered, 50);
}

TEST(Drain, LosesNoAnswerUnderLoad) {
    auto options = ServerOptions{};
    options.drain_grace = 9s;
    auto const server = TestServer{options};
    auto lost = std::atomic<int>{0};
    auto answered = std::atomic<int>{0};
    auto clients = std::vector<std::jthread>{};
    for (auto i = 0; i < 4; ++i) {
        clients.emplace_back([&] {
            auto client = server.connect();
            for (;;) {
                auto const response = client.exchange(get("/v1/things/1"));
                lost += response.body == "1" ? 0 : 1;
                ++answered;
                if (response.status == 0 || response.headers.contains("connection")) {
                    return;
                }
            }
        });
    }
    while (answered < 100) {
        std::this_thread::yield();
    }
    server.server->drain(10s);
    clients.clear();
    EXPECT_EQ(lost, 0);
    EXPECT_GE(answered, 100);
}

TEST(Drain, CutsWhatOutlastsItsPatience) {
    auto server = TestServer{};
    auto client = server.connect();
    client.send(get("/v1/kept"));
    auto const respond = server.kept.take();
    server.server->drain(20ms);
    EXPECT_TRUE(client.is_at_end());
    respond(Response{.status = 201});
    server.server.reset();
    EXPECT_NO_THROW(respond(Response{.status = 202}));
}

TEST(Drain, LeavesAnswersOfLanesThatOutliveTheServer) {
    auto server = TestServer{};
    auto clients = std::vector<RawClient>{};
    auto kept = std::vector<Responder>{};
    for (auto i = 0; i < 20; ++i) {
        clients.push_back(server.connect());
        clients.back().send(get("/v1/kept"));
        kept.push_back(server.kept.take());
    }
    auto lane = std::jthread{[kept = std::move(kept)]() mutable {
        for (auto const& respond : kept) {
            respond(Response{.status = 201});
        }
        kept.clear();
    }};
    server.server.reset();
    auto cut = 0;
    for (auto& client : clients) {
        auto const status = client.read_response().status;
        cut += status == 0 || status == 201 ? 0 : 1;
    }
    EXPECT_EQ(cut, 0);
}

TEST(AdminRoutes, SayWhetherTheProcessIsWell) {
    auto registry = metrics::Registry{};
    auto started = std::atomic<bool>{false};
    auto database = std::atomic<bool>{true};
    auto checks = HealthChecks{.started = [&] { return started.load(); },
                               .ready = {{"database",
                                          [&] {
                                              return database.load();
                                          }},
                                         {"broker", [] {
                                              return true;
                                          }}}};
    auto const server =
        Server{{}, admin_router(std::move(checks), registry), TestServer::authenticate};
    auto const ask = [&](std::string const& target) {
        return RawClient{server.port()}.exchange(get(target));
    };
    EXPECT_EQ(ask("/livez").status, 200);
    EXPECT_EQ(ask("/startupz").status, 503);
    EXPECT_EQ(ask("/readyz").body, "[-] started failed\nnot ok\n");
    started = true;
    EXPECT_EQ(ask("/startupz").status, 200);
    EXPECT_EQ(ask("/readyz").body, "ok\n");
    EXPECT_EQ(ask("/readyz?verbose").body, "[+] started ok\n[+] database ok\n[+] broker ok\nok\n");
    database = false;
    EXPECT_EQ(ask("/readyz").status, 503);
    EXPECT_EQ(ask("/readyz").body, "[-] database failed\nnot ok\n");
    EXPECT_EQ(ask("/livez").status, 200);
    registry.counter("frontrow_test_total", "A test.").add();
    auto const metrics = ask("/metrics");
    EXPECT_THAT(metrics.body, HasSubstr("frontrow_test_total 1"));
    EXPECT_THAT(metrics.headers, Contains(Pair("content-type", HasSubstr("version=0.0.4"))));
}

}  // namespace
}  // namespace frontrow::http
