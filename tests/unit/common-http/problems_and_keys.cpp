// Problems as clients see them, routes, idempotency keys, responders and responses.
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include "common/http/idempotent.hpp"
#include "common/http/router.hpp"
#include "common/http/serialize.hpp"
#include "common/json/value.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::http {
namespace {

using namespace std::string_literals;

auto const last_standard = static_cast<int>(Standard::version_not_supported);

TEST(Problems, AreAllCompleteAndDistinct) {
    auto codes = std::set<std::string>{};
    for (auto i = 1; i <= last_standard; ++i) {
        auto const problem = problem_of(static_cast<Standard>(i));
        codes.insert(problem.code);
        auto const response = response_of(problem);
        auto const document = json::parse(response.body);
        ASSERT_TRUE(document) << response.body;
        EXPECT_EQ(*document->find("type")->string(),
                  "https://frontrow.example/problems/" + problem.code);
        EXPECT_EQ(document->find("status")->integer(), response.status);
        EXPECT_EQ(*document->find("code")->string(), problem.code);
        EXPECT_TRUE(document->find("detail")->string()->ends_with('.')) << problem.code;
        EXPECT_FALSE(document->find("title")->string()->empty());
        EXPECT_EQ(*document->find("retryable")->boolean(), problem.retryable);
        EXPECT_EQ(response.content_type, "application/problem+json");
        EXPECT_FALSE(reason_of(problem.status).empty()) << problem.status;
        EXPECT_EQ(problem.retryable, problem.status == 503 || problem.status == 408);
    }
    EXPECT_EQ(codes.size(), static_cast<std::size_t>(last_standard));
    EXPECT_EQ(codes.count("internal-error"), 1U);
}

TEST(Problems, CarryMoreMembersAndTheTrace) {
    auto problem = bad_request("Mend \"this\"\n.");
    problem.trace_id = "4bf9";
    problem.extra = {{"conflictingSeats", "[1,2]"}};
    auto const document = json::parse(response_of(problem).body);
    ASSERT_TRUE(document);
    EXPECT_EQ(*document->find("traceId")->string(), "4bf9");
    EXPECT_EQ(document->find("conflictingSeats")->array()->size(), 2U);
    EXPECT_EQ(*document->find("detail")->string(), "Mend \"this\"\n.");
    auto const answer = answer_of(problem);
    EXPECT_EQ(answer.status, 400);
    EXPECT_EQ(answer.body, response_of(problem).body);
}

TEST(Problems, SayOfALaneWhetherToTryAgain) {
    using lane::FaultKind;
    auto const problem = [](FaultKind kind) {
        return problem_of(lane::Fault{kind, std::chrono::seconds{7}, "secret detail"});
    };
    for (auto const kind :
         {FaultKind::overloaded, FaultKind::deadline_passed, FaultKind::unknown_outcome,
          FaultKind::stopping, FaultKind::unavailable}) {
        auto const response = response_of(problem(kind));
        EXPECT_EQ(response.status, 503);
        EXPECT_THAT(response.headers, testing::Contains(testing::Pair("Retry-After", "7")));
        EXPECT_THAT(response.body, testing::Not(testing::HasSubstr("secret")));
    }
    EXPECT_EQ(problem(FaultKind::item_rejected).status, 400);
    EXPECT_EQ(problem(FaultKind::unknown_outcome).code, "outcome-unknown");
}

TEST(StoredAnswers, AreSentAsTheyWereAndMarked) {
    auto answer = idempotency::Answer{.status = 201, .location = "/v1/a/1", .body = "{}"};
    EXPECT_THAT(response_of(answer).headers,
                testing::ElementsAre(std::pair{"Location"s, "/v1/a/1"s}));
    answer.replayed = true;
    EXPECT_THAT(response_of(answer).headers,
                testing::Contains(std::pair{"Idempotent-Replayed"s, "true"s}));
    EXPECT_EQ(response_of(answer).body, "{}");
}

Request keyed(std::string key, std::string body = "{}") {
    auto request = Request{};
    request.method = Method::post;
    request.path = "/v1/reservations";
    request.headers = {{"idempotency-key", std::move(key)}};
    request.body = std::move(body);
    request.principal = auth::Principal{.user = {"ann"}};
    return request;
}

TEST(IdempotencyKey, IsOneKeyBareAndQuoted) {
    auto const bare = idempotency_key(keyed("a-1"));
    auto const quoted = idempotency_key(keyed("\"a-1\""));
    auto const escaped = idempotency_key(keyed(R"("a\"1")"));
    ASSERT_TRUE(bare && quoted && escaped);
    EXPECT_EQ(bare->scope, quoted->scope);
    EXPECT_NE(bare->scope, escaped->scope);
    EXPECT_TRUE(idempotency_key(keyed(std::string(255, 'a'))));
}

TEST(IdempotencyKey, IsRefusedIfMissingOrMalformed) {
    auto const code_of = [](Request const& request) {
        auto const key = idempotency_key(request);
        return key ? "" : key.error().code;
    };
    auto missing = keyed("a");
    missing.headers.clear();
    EXPECT_EQ(code_of(missing), "idempotency-key-required");
    for (auto const& bad : {""s, "\"\""s, std::string(256, 'a'), "a\xFF"s, "a\tb"s, "a\"b"s, "\"a"s,
                            R"("a\b")"s, R"("a\")"s}) {
        EXPECT_EQ(code_of(keyed(bad)), "idempotency-key-invalid") << bad;
    }
    EXPECT_EQ(code_of(keyed("a", "{")), "invalid-request");
}

TEST(IdempotencyKey, BelongsToUserMethodAndPath) {
    auto const scope_of = [](Request const& request) {
        return idempotency_key(request)->scope;
    };
    auto const first = keyed("a");
    auto other_user = first;
    other_user.principal = auth::Principal{.user = {"bob"}};
    auto other_path = first;
    other_path.path = "/v1/reservations/1/payment";
    auto other_method = first;
    other_method.method = Method::put;
    for (auto const& other : {other_user, other_path, other_method, keyed("b")}) {
        EXPECT_NE(scope_of(other), scope_of(first));
    }
    EXPECT_EQ(scope_of(keyed("a", "[]")), scope_of(first));
}

TEST(IdempotencyKey, ComparesBodiesByMeaningNotBySpelling) {
    auto const hash_of = [](std::string body) {
        return idempotency_key(keyed("a", std::move(body)))->body_hash;
    };
    EXPECT_EQ(hash_of(R"({"a":1,"b":"x"})"), hash_of("{ \"b\":\"\\u0078\",\n\"a\":1 }"));
    EXPECT_NE(hash_of(R"({"a":1})"), hash_of(R"({"a":2})"));
    EXPECT_NE(hash_of(""), hash_of("{}"));
}

Router router_of(std::vector<std::pair<Method, std::string>> const& routes) {
    auto router = Router{};
    for (auto const& [method, pattern] : routes) {
        router.add({method, pattern, Access::anyone, [](Request const&, Responder) {
                    }});
    }
    return router;
}

TEST(Routes, PreferTheMorePreciseWhateverTheOrder) {
    for (auto const& routes : {router_of({{Method::get, "/a/{id}"}, {Method::get, "/a/next"}}),
                               router_of({{Method::get, "/a/next"}, {Method::get, "/a/{id}"}})}) {
        EXPECT_EQ(routes.find(Method::get, "/a/next").route->pattern, "/a/next");
        auto const match = routes.find(Method::get, "/a/7");
        EXPECT_EQ(match.route->pattern, "/a/{id}");
        EXPECT_EQ(match.path_parameters.at("id"), "7");
    }
}

TEST(Routes, KnowTheMethodsOfAPath) {
    auto const routes = router_of({{Method::post, "/a"}, {Method::get, "/a"}, {Method::del, "/b"}});
    EXPECT_EQ(routes.find(Method::put, "/a").allowed, "GET, HEAD, POST, OPTIONS");
    EXPECT_EQ(routes.find(Method::put, "/a").route, nullptr);
    EXPECT_EQ(routes.find(Method::head, "/a").route->method, Method::get);
    EXPECT_EQ(routes.find(Method::head, "/b").route, nullptr);
    EXPECT_EQ(routes.find(Method::get, "/c").allowed, "");
}

TEST(RoutesDeathTest, CannotBeAddedTwice) {
    EXPECT_DEATH(router_of({{Method::get, "/a"}, {Method::get, "/a"}}), "BUG");
    EXPECT_DEATH(router_of({{Method::get, "a"}}), "BUG");
}

TEST(Responders, AnswerOnceEvenIfDropped) {
    auto statuses = std::vector<int>{};
    auto const send = [&](Response const& response) {
        statuses.push_back(response.status);
    };
    auto const no_stream = [](Response const&) {
        return std::shared_ptr<EventStream>{};
    };
    {
        auto const respond = Responder{send, no_stream};
        auto const copy = respond;
        copy({.status = 201});
        respond({.status = 202});
    }
    EXPECT_EQ(statuses, std::vector{201});
    { auto const forgotten = Responder{send, no_stream}; }
    EXPECT_EQ(statuses, (std::vector{201, 500}));
}

TEST(SerializeResponse, HasNoBodyWhereNoneBelongs) {
    auto const with = [](int status, Sending const& sending = {}) {
        return serialized({.status = status, .headers = {}, .body = "body"}, sending);
    };
    EXPECT_TRUE(with(200).ends_with("Content-Length: 4\r\n\r\nbody"));
    EXPECT_TRUE(with(204).ends_with("\r\n\r\n"));
    EXPECT_THAT(with(304), testing::Not(testing::HasSubstr("Content-")));
    EXPECT_TRUE(with(200, {.is_head_request = true}).ends_with("Content-Length: 4\r\n\r\n"));
    EXPECT_THAT(with(200, {.close = true}), testing::HasSubstr("Connection: close\r\n"));
    EXPECT_THAT(with(200), testing::HasSubstr(" GMT\r\n"));
}

TEST(SerializeResponse, RefusesToBeSplit) {
    for (auto const& bad : {"a\r\nb"s, "a\nb"s, "a\rb"s, "a\0b"s}) {
        EXPECT_THROW((void)serialized({.status = 200, .headers = {{"X-A", bad}}}, {}),
                     std::invalid_argument);
        EXPECT_THROW((void)serialized({.status = 200, .headers = {{bad, "x"}}}, {}),
                     std::invalid_argument);
    }
}

TEST(SerializeEvent, CannotBeBrokenByLineEnds) {
    EXPECT_EQ(serialized_event("1\nid: 2", "a\rb", "x\r\ny\rz\n"),
              "id: 1\nevent: a\ndata: x\ndata: y\ndata: z\ndata: \n\n");
    EXPECT_EQ(serialized_event("", "", ""), "data: \n\n");
}

}  // namespace
}  // namespace frontrow::http
