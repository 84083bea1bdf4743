// What a token with a good signature must say before anyone is let in, and the pass of the queue.
#include <chrono>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "common/auth/jwt.hpp"
#include "common/core/bytes.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::auth {
namespace {

using namespace std::chrono_literals;

auto const noon = Instant{std::chrono::seconds{1'800'000'000}};

/// A signer, its verifier and a clock that stands at noon.
struct World {
    Signer signer{Signer::from_jwk(new_private_jwk("k"))};
    ManualClock clock{noon};
    Verifier verifier{KeySet::from_jwks(signer.public_jwks()), "https://id.example", "frontrow",
                      clock};

    [[nodiscard]] TokenRefusal refusal_of(std::string const& payload) const {
        auto const principal = verifier.verify(signer.sign(payload));
        return principal ? TokenRefusal{} : principal.error();
    }
};

/// A payload in which one member has another value; an empty value leaves the member out.
std::string claims_but(std::string const& name, std::string const& value) {
    auto const usual =
        std::vector<std::pair<std::string, std::string>>{{"iss", R"("https://id.example")"},
                                                         {"aud", R"("frontrow")"},
                                                         {"sub", R"("ann")"},
                                                         {"exp", "1800000060"}};
    auto text = std::string{};
    auto found = false;
    for (auto const& [member, content] : usual) {
        auto const& now = member == name ? value : content;
        found = found || member == name;
        if (!now.empty()) {
            text += (text.empty() ? "{\"" : ",\"") + member + "\":" + now;
        }
    }
    return text + (found ? "" : ",\"" + name + "\":" + value) + "}";
}

TEST(VerifyUser, GivesThePrincipalOfAGoodToken) {
    auto const world = World{};
    auto const token = user_token(world.signer, {.user = {"ann"}, .is_ops = true},
                                  "https://id.example", "frontrow", noon, 60s);
    auto const principal = world.verifier.verify(token);
    ASSERT_TRUE(principal);
    EXPECT_EQ(principal->user.name, "ann");
    EXPECT_TRUE(principal->is_ops);
    auto const user = world.verifier.verify(
        user_token(world.signer, {.user = {"bob"}}, "https://id.example", "frontrow", noon, 60s));
    ASSERT_TRUE(user);
    EXPECT_FALSE(user->is_ops);
}

TEST(UserToken, TellsTimesInWholeSeconds) {
    auto const world = World{};
    auto const token = user_token(world.signer, {.user = {"ann"}}, "https://id.example", "frontrow",
                                  noon + 999'999us, 60s);
    auto const start = token.find('.') + 1;
    auto const claims = from_base64url(token.substr(start, token.rfind('.') - start));
    ASSERT_TRUE(claims.has_value());
    EXPECT_THAT(*claims, ::testing::HasSubstr("\"iat\":1800000000,\"exp\":1800000060,"));
}

TEST(VerifyUser, GivesThirtySecondsOfLeewayAndNoMore) {
    auto const world = World{};
    EXPECT_EQ(world.refusal_of(claims_but("exp", "1799999971")), TokenRefusal{});
    EXPECT_EQ(world.refusal_of(claims_but("exp", "1799999970")), TokenRefusal::expired);
    EXPECT_EQ(world.refusal_of(claims_but("exp", "1799999970.000001")), TokenRefusal{});
    EXPECT_EQ(world.refusal_of(claims_but("nbf", "1800000030")), TokenRefusal{});
    EXPECT_EQ(world.refusal_of(claims_but("nbf", "1800000031")), TokenRefusal::not_yet_valid);
}

TEST(VerifyUser, JudgesTheTimeAgainForATokenThatItRemembers) {
    auto world = World{};
    auto const token = world.signer.sign(claims_but("exp", "1800000060"));
    EXPECT_TRUE(world.verifier.verify(token));
    world.clock.advance(89s);
    EXPECT_TRUE(world.verifier.verify(token));
    world.clock.advance(1s);
    auto const late = world.verifier.verify(token);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error(), TokenRefusal::expired);
}

TEST(VerifyUser, RefusesDatesThatAreNone) {
    auto const world = World{};
    for (auto const* const date :
         {"", "null", "\"1800000060\"", "-1", "1e10", "253402300800", "99999999999999999999",
          "true", "[1800000060]", "0.0000000001e-2147483639"}) {
        EXPECT_EQ(world.refusal_of(claims_but("exp", date)), TokenRefusal::missing_claim) << date;
    }
    EXPECT_EQ(world.refusal_of(claims_but("nbf", "\"x\"")), TokenRefusal::missing_claim);
}

TEST(VerifyUser, RefusesOtherIssuersAndAudiences) {
    auto const world = World{};
    EXPECT_EQ(world.refusal_of(claims_but("iss", R"("https://id.example/")")),
              TokenRefusal::wrong_issuer);
    EXPECT_EQ(world.refusal_of(claims_but("iss", "1")), TokenRefusal::wrong_issuer);
    EXPECT_EQ(world.refusal_of(claims_but("iss", "")), TokenRefusal::missing_claim);
    EXPECT_EQ(world.refusal_of(claims_but("aud", R"("other")")), TokenRefusal::wrong_audience);
    EXPECT_EQ(world.refusal_of(claims_but("aud", "[]")), TokenRefusal::wrong_audience);
    EXPECT_EQ(world.refusal_of(claims_but("aud", R"(["a","b"])")), TokenRefusal::wrong_audience);
    EXPECT_EQ(world.refusal_of(claims_but("aud", "")), TokenRefusal::missing_claim);
    EXPECT_EQ(world.refusal_of(claims_but("aud", R"(["a","frontrow"])")), TokenRefusal{});
}

TEST(VerifyUser, RefusesSubjectsThatAreNoUserId) {
    auto const world = World{};
    for (auto const& subject : {std::string{}, std::string{"1"}, std::string{R"("")"},
                                "\"" + std::string(129, 'a') + "\"", std::string{R"("a\nb")"},
                                std::string{"\"\xC3\xA4\""}, std::string{R"("\u007f")"}}) {
        EXPECT_EQ(world.refusal_of(claims_but("sub", subject)), TokenRefusal::missing_claim)
            << subject;
    }
    EXPECT_EQ(world.refusal_of(claims_but("sub", "\"" + std::string(128, 'a') + "\"")),
              TokenRefusal{});
}

TEST(VerifyUser, GivesOnlyTheRolesThatAreKnown) {
    auto const world = World{};
    auto const ops_of = [&](std::string const& roles) {
        auto const principal = world.verifier.verify(world.signer.sign(claims_but("roles", roles)));
        return principal ? std::to_string(static_cast<int>(principal->is_ops)) : "refused";
    };
    EXPECT_EQ(ops_of(R"(["user"])"), "0");
    EXPECT_EQ(ops_of(R"(["user","ops"])"), "1");
    EXPECT_EQ(ops_of(R"(["ops"])"), "1");
    EXPECT_EQ(ops_of(R"(["OPS","user","admin"])"), "0");
    EXPECT_EQ(ops_of("[]"), "refused");
    EXPECT_EQ(ops_of(R"(["OPS"])"), "refused");
    EXPECT_EQ(ops_of(R"("ops")"), "refused");
    EXPECT_EQ(ops_of(R"([["ops"]])"), "refused");
}

TEST(VerifyUser, RefusesPayloadsThatAreNoObject) {
    auto const world = World{};
    for (auto const* const payload : {"", "x", "[]", "\"ann\"", "{\"sub\":\"a\",\"sub\":\"b\"}"}) {
        EXPECT_EQ(world.refusal_of(payload), TokenRefusal::malformed) << payload;
    }
}

TEST(VerifyUser, RefusesTokensOfAnotherType) {
    auto const world = World{};
    auto const payload = claims_but("exp", "1800000060");
    auto const as_pass = world.verifier.verify(world.signer.sign(payload, "queue-pass+jwt"));
    ASSERT_FALSE(as_pass);
    EXPECT_EQ(as_pass.error(), TokenRefusal::wrong_type);
    EXPECT_TRUE(world.verifier.verify(world.signer.sign(payload, "at+jwt")));
}

QueuePass pass_until(Instant expires) {
    return {.token = TokenId::draw(),
            .show = ShowId::draw(),
            .user = {"ann"},
            .generation = 3,
            .expires_at = expires};
}

TEST(QueuePass, IsReadBackAsItWasSigned) {
    auto const world = World{};
    auto const keys = KeySet::from_jwks(world.signer.public_jwks());
    for (auto const expires : {noon + 1us, noon + 1s, noon + 600s + 123456us, noon + 100ms}) {
        auto const pass = pass_until(expires);
        auto const read = read_pass(keys, sign_pass(world.signer, pass), noon);
        ASSERT_TRUE(read);
        EXPECT_EQ(read->token, pass.token);
        EXPECT_EQ(read->show, pass.show);
        EXPECT_EQ(read->user, pass.user);
        EXPECT_EQ(read->generation, 3);
        EXPECT_EQ(read->expires_at, expires);
    }
}

TEST(QueuePass, EndsAtItsInstantWithoutLeeway) {
    auto const world = World{};
    auto const keys = KeySet::from_jwks(world.signer.public_jwks());
    auto const pass = sign_pass(world.signer, pass_until(noon));
    EXPECT_TRUE(read_pass(keys, pass, noon - 1us));
    auto const late = read_pass(keys, pass, noon);
    ASSERT_FALSE(late);
    EXPECT_EQ(late.error(), TokenRefusal::expired);
}

TEST(QueuePass, IsNoUserTokenNorOneAPass) {
    auto const world = World{};
    auto const keys = KeySet::from_jwks(world.signer.public_jwks());
    auto const user =
        user_token(world.signer, {.user = {"ann"}}, "https://id.example", "frontrow", noon, 60s);
    auto const read = read_pass(keys, user, noon);
    ASSERT_FALSE(read);
    EXPECT_EQ(read.error(), TokenRefusal::wrong_type);
    auto const verified = world.verifier.verify(sign_pass(world.signer, pass_until(noon + 60s)));
    ASSERT_FALSE(verified);
    EXPECT_EQ(verified.error(), TokenRefusal::wrong_type);
}

TEST(QueuePass, NeedsEachOfItsClaims) {
    auto const world = World{};
    auto const keys = KeySet::from_jwks(world.signer.public_jwks());
    auto const id = ShowId::draw().to_string();
    auto const refusal_of = [&](std::string const& payload) {
        auto const read = read_pass(keys, world.signer.sign(payload, "queue-pass+jwt"), noon);
        return read ? TokenRefusal{} : read.error();
    };
    auto const good =
        R"({"jti":")" + id + R"(","show":")" + id + R"(","sub":"ann","gen":1,"exp":1800000060})";
    EXPECT_EQ(refusal_of(good), TokenRefusal{});
    for (auto const* const name : {"jti", "show", "sub", "gen", "exp"}) {
        auto renamed = good;
        renamed.replace(renamed.find(name), std::string_view{name}.size(), "x");
        EXPECT_EQ(refusal_of(renamed), TokenRefusal::missing_claim) << name;
    }
    for (auto const* const generation : {"0", "-1", "2147483648", "1.0", "\"1\""}) {
        auto other = good;
        other.replace(other.find("\"gen\":1"), 7, std::string{"\"gen\":"} + generation);
        EXPECT_EQ(refusal_of(other), TokenRefusal::missing_claim) << generation;
    }
    EXPECT_EQ(refusal_of("[]"), TokenRefusal::malformed);
}

TEST(TokenRefusals, EachSayWhatToDo) {
    auto sentences = std::set<std::string_view>{};
    for (auto refusal = 1; refusal <= static_cast<int>(TokenRefusal::wrong_type); ++refusal) {
        sentences.insert(sentence_of(static_cast<TokenRefusal>(refusal)));
    }
    EXPECT_EQ(sentences.size(), 10U);
    EXPECT_EQ(sentences.count(""), 0U);
}

}  // namespace
}  // namespace frontrow::auth
