// Which requests share a key, and which answers are kept.
#include "common/idempotency/idempotency.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::idempotency {
namespace {

auto const ann = UserId{"ann"};

TEST(AKey, IsTheSameForTheSameRequestOnly) {
    auto const key = key_of(ann, "POST /v1/reservations", "k-1", "{}");
    EXPECT_EQ(key_of(ann, "POST /v1/reservations", "k-1", "{}").scope, key.scope);
    EXPECT_EQ(key_of(ann, "POST /v1/reservations", "k-1", "{}").body_hash, key.body_hash);
    EXPECT_NE(key_of(UserId{"bob"}, "POST /v1/reservations", "k-1", "{}").scope, key.scope);
    EXPECT_NE(key_of(ann, "POST /v1/wallet/top-ups", "k-1", "{}").scope, key.scope);
    EXPECT_NE(key_of(ann, "POST /v1/reservations", "k-2", "{}").scope, key.scope);
}

TEST(AKey, KeepsItsScopeWhenTheBodyIsAnother) {
    auto const key = key_of(ann, "POST /v1/reservations", "k-1", "{}");
    auto const other = key_of(ann, "POST /v1/reservations", "k-1", R"({"showId":1})");
    EXPECT_EQ(other.scope, key.scope);
    EXPECT_NE(other.body_hash, key.body_hash);
}

TEST(AKey, CannotBeForgedByMovingTextFromOnePartToTheNext) {
    EXPECT_NE(key_of(UserId{"ann"}, "POST /a", "bc", "").scope,
              key_of(UserId{"ann"}, "POST /ab", "c", "").scope);
    EXPECT_NE(key_of(UserId{"a"}, "1:b", "c", "").scope, key_of(UserId{"a1:b"}, "", "c", "").scope);
}

TEST(AKey, HashesTheBodyWithSha256) {
    EXPECT_EQ(to_hex(key_of(ann, "POST /", "k", "abc").body_hash.octets),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
}

TEST(AnAnswer, IsKeptUnlessARepeatMayFareBetter) {
    for (auto const status : {200, 201, 202, 204, 404, 409, 410, 422}) {
        EXPECT_TRUE(is_stored(status)) << status;
    }
    for (auto const status : {400, 401, 403, 429, 500, 502, 503, 504}) {
        EXPECT_FALSE(is_stored(status)) << status;
    }
}

TEST(AnAnswer, ToAReusedKeyIsAProblemThatSaysWhatToDo) {
    auto const answer = key_reused();
    EXPECT_EQ(answer.status, 422);
    EXPECT_EQ(answer.content_type, "application/problem+json");
    EXPECT_NE(answer.body.find(R"("code":"idempotency-key-reused")"), std::string::npos);
    EXPECT_NE(answer.body.find("choose a new key"), std::string::npos);
}

}  // namespace
}  // namespace frontrow::idempotency
