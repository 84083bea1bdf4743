// Signatures: the vectors of RFC 7515 and RFC 8037, and every way of forging that RFC 8725 names.
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>

#include "common/auth/jwt.hpp"
#include "common/auth/remembered_tokens.hpp"
#include "common/core/bytes.hpp"
#include "common/core/sha256.hpp"
#include "common/json/value.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::auth {
namespace {

// RFC 7515, appendices A.1 to A.3 and A.5: one payload, four ways to sign it.
auto const joe = std::string{
    "eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlf"
    "Q"};
auto const hs256_token = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9." + joe +
                         ".dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
auto const rs256_token =
    "eyJhbGciOiJSUzI1NiJ9." + joe +
    ".cC4hiUPoj9Eetdgtv3hF80EGrhuB__dzERat0XF9g2VtQgr9PJbu3XOiZj5RZmh7AAuHIm4Bh-0Qc_lF5YKt_O8W2Fp5"
    "jujGbds9uJdbF9CUAr7t1dnZcAcQjbKBYNX4BAynRFdiuB--f_nZLgrnbyTyWzO75vRK5h6xBArLIARNPvkSjtQBMHlb1L"
    "07Qe7K0GarZRmB_eSN9383LcOLn6_dO--xi12jzDwusC-eOkHWEsqtFZESc6BfI7noOPqvhJ1phCnvWh6IeYI2w9QOYEUi"
    "pUTI8np6LbgGY9Fs98rqVt5AXLIhWkWywlVmtVrBp0igcN_IoypGlUPQGe77Rw";
auto const es256_token =
    "eyJhbGciOiJFUzI1NiJ9." + joe +
    ".DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";
auto const none_token = "eyJhbGciOiJub25lIn0." + joe + ".";

constexpr auto rsa_modulus =
    "ofgWCuLjybRlzo0tZWJjNiuSfb4p4fAkd_wWJcyQoTbji9k0l8W26mPddxHmfHQp-Vaw-4qPCJrcS2mJPMEzP1Pt0Bm4d4"
    "QlL-yRT-SFd2lZS-pCgNMsD1W_YpRPEwOWvG6b32690r2jZ47soMZo9wGzjb_7OMg0LOL-bSf63kpaSHSXndS5z5rexMdb"
    "BYUsLA9e-KXBdQOS-UTo7WTBEMa2R2CapHg665xsmtdVMTBQY4uDZlxvb3qCo5ZwKh9kG4LT6_I5IhlJH7aGhyxXFvUK-D"
    "WNmoudF8NAco9_h9iaGNj8q2ethFkMLs91kzk2PAcDTW9gb54h4FRWyuXpoQ";
constexpr auto ec_x = "f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU";
constexpr auto ec_y = "x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0";

// RFC 8037, appendix A.
constexpr auto ed_d = "nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
constexpr auto ed_x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
auto const eddsa_token = std::string{
    "eyJhbGciOiJFZERTQSJ9.RXhhbXBsZSBvZiBFZDI1NTE5IHNpZ25pbmc."
    "hgyY0il_MGCjP0JzlnLWG1PPOt7-09PGcvMg3AIbQR6dWbhijcNR4ki4iylGjg5BhVsPt9g7sVvpAr_MuM0KAg"};

std::string rsa_jwk(std::string const& more = "") {
    return std::string{R"({"kty":"RSA","e":"AQAB","n":")"} + rsa_modulus + "\"" + more + "}";
}
std::string ec_jwk(std::string const& more = "") {
    return std::string{R"({"kty":"EC","crv":"P-256","x":")"} + ec_x + R"(","y":")" + ec_y + "\"" +
           more + "}";
}
std::string ed_jwk(std::string const& more = "") {
    return std::string{R"({"kty":"OKP","crv":"Ed25519","x":")"} + ed_x + "\"" + more + "}";
}
KeySet keys_of(std::string const& jwks) {
    return KeySet::from_jwks("{\"keys\":[" + jwks + "]}");
}

TokenRefusal refusal_of(KeySet const& keys, std::string_view token) {
    auto const verified = keys.verify(token);
    return verified ? TokenRefusal{} : verified.error();
}

std::string why_not(std::string const& jwks) {
    try {
        auto const keys = keys_of(jwks);
        return "";
    } catch (std::runtime_error const& error) {
        return error.what();
    }
}

/// A token of any header, signed with RFC 8037's key.
std::string signed_with_ed_key(std::string const& header, std::string const& payload = "{}") {
    auto const seed = *from_base64url(ed_d);
    auto const key = std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)>{
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr,
                                     reinterpret_cast<unsigned char const*>(seed.data()), 32),
        &EVP_PKEY_free};
    auto const context =
        std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)>{EVP_MD_CTX_new(), &EVP_MD_CTX_free};
    auto const input = to_base64url(header) + "." + to_base64url(payload);
    auto signature = std::string(64, '\0');
    auto octets = signature.size();
    EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, key.get());
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &octets,
                   reinterpret_cast<unsigned char const*>(input.data()), input.size());
    return input + "." + to_base64url(signature);
}

TEST(VerifySignature, AcceptsTheVectorsOfTheStandards) {
    auto const rs256 = keys_of(rsa_jwk()).verify(rs256_token);
    ASSERT_TRUE(rs256);
    EXPECT_EQ((*rs256)->payload, *from_base64url(joe));
    auto const es256 = keys_of(ec_jwk()).verify(es256_token);
    ASSERT_TRUE(es256);
    EXPECT_EQ((*es256)->payload, *from_base64url(joe));
    auto const eddsa = keys_of(ed_jwk()).verify(eddsa_token);
    ASSERT_TRUE(eddsa);
    EXPECT_EQ((*eddsa)->payload, "Example of Ed25519 signing");
}

TEST(VerifySignature, SignsAsRfc8037Does) {
    auto const jwk = std::string{R"({"kty":"OKP","crv":"Ed25519","kid":"a","d":")"} + ed_d +
                     R"(","x":")" + ed_x + "\"}";
    auto const token = Signer::from_jwk(jwk).sign("{}");
    EXPECT_EQ(token, signed_with_ed_key(R"({"alg":"EdDSA","kid":"a","typ":"JWT"})"));
}

TEST(VerifySignature, RefusesEveryTokenWithOneFlippedBit) {
    auto const rsa = keys_of(rsa_jwk());
    auto const ec = keys_of(ec_jwk());
    auto const ed = keys_of(ed_jwk());
    auto accepted = 0;
    auto const flip_all = [&](KeySet const& keys, std::string const& token) {
        for (std::size_t at = 0; at < token.size(); ++at) {
            auto forged = token;
            forged[at] = static_cast<char>(forged[at] ^ 1);
            accepted += keys.verify(forged) ? 1 : 0;
        }
    };
    flip_all(rsa, rs256_token);
    flip_all(ec, es256_token);
    flip_all(ed, eddsa_token);
    EXPECT_EQ(accepted, 0);
}

TEST(VerifySignature, RefusesNoneAndSymmetricAlgorithms) {
    for (auto const& jwk : {rsa_jwk(), ec_jwk(), ed_jwk()}) {
        auto const keys = keys_of(jwk);
        EXPECT_EQ(refusal_of(keys, none_token), TokenRefusal::wrong_algorithm);
        EXPECT_EQ(refusal_of(keys, hs256_token), TokenRefusal::wrong_algorithm);
        for (auto const* const alg : {"nOnE", "None", "NONE", "", "eddsa", "HS512", "PS256"}) {
            auto const header = std::string{R"({"alg":")"} + alg + "\"}";
            EXPECT_EQ(refusal_of(keys, signed_with_ed_key(header)), TokenRefusal::wrong_algorithm)
                << alg;
        }
    }
}

TEST(VerifySignature, RefusesAPublicKeyUsedAsAnHmacSecret) {
    auto const input =
        to_base64url(R"({"alg":"HS256","kid":"r"})") + "." + to_base64url(R"({"sub":"eve"})");
    for (auto const& secret : {*from_base64url(rsa_modulus), std::string{rsa_modulus}}) {
        auto mac = std::string(32, '\0');
        HMAC(EVP_sha256(), secret.data(), static_cast<int>(secret.size()),
             reinterpret_cast<unsigned char const*>(input.data()), input.size(),
             reinterpret_cast<unsigned char*>(mac.data()), nullptr);
        EXPECT_EQ(refusal_of(keys_of(rsa_jwk(R"(,"kid":"r")")), input + "." + to_base64url(mac)),
                  TokenRefusal::wrong_algorithm);
    }
}

TEST(VerifySignature, PinsTheAlgorithmByTheKeyAndNotByTheToken) {
    EXPECT_EQ(refusal_of(keys_of(ec_jwk()), rs256_token), TokenRefusal::wrong_algorithm);
    EXPECT_EQ(refusal_of(keys_of(rsa_jwk()), es256_token), TokenRefusal::wrong_algorithm);
    EXPECT_EQ(refusal_of(keys_of(rsa_jwk()), eddsa_token), TokenRefusal::wrong_algorithm);
    auto const both = keys_of(rsa_jwk(R"(,"kid":"r")") + "," + ed_jwk(R"(,"kid":"e")"));
    EXPECT_EQ(refusal_of(both, signed_with_ed_key(R"({"alg":"EdDSA","kid":"r"})")),
              TokenRefusal::wrong_algorithm);
    EXPECT_EQ(refusal_of(both, signed_with_ed_key(R"({"alg":"RS256","kid":"e"})")),
              TokenRefusal::wrong_algorithm);
    EXPECT_TRUE(both.verify(signed_with_ed_key(R"({"alg":"EdDSA","kid":"e"})")));
}

TEST(VerifySignature, NeverTakesAKeyThatTheTokenBrings) {
    auto const ours = keys_of(ec_jwk(R"(,"kid":"ours")"));
    for (auto const& bait :
         {R"("jwk":)" + ed_jwk(), std::string{R"("jku":"http://127.0.0.1/keys")"},
          std::string{R"("x5u":"http://127.0.0.1/x","x5c":["AAAA"])"}}) {
        EXPECT_EQ(refusal_of(ours, signed_with_ed_key(R"({"alg":"EdDSA",)" + bait + "}")),
                  TokenRefusal::wrong_algorithm)
            << bait;
        EXPECT_EQ(
            refusal_of(ours, signed_with_ed_key(R"({"alg":"EdDSA","kid":"theirs",)" + bait + "}")),
            TokenRefusal::unknown_key)
            << bait;
    }
}

TEST(VerifySignature, FindsAKeyByItsExactKidOnly) {
    auto const keys = keys_of(ed_jwk(R"(,"kid":"e")") + "," + ec_jwk(R"(,"kid":"c")"));
    for (auto const* const kid : {R"("")", R"("E")", R"("../../dev/null")", R"("e' OR '1'='1")",
                                  R"("e ")", "1", "null", "[\"e\"]", R"({"e":1})"}) {
        auto const header = std::string{R"({"alg":"EdDSA","kid":)"} + kid + "}";
        EXPECT_EQ(refusal_of(keys, signed_with_ed_key(header)), TokenRefusal::unknown_key) << kid;
    }
    EXPECT_EQ(refusal_of(keys, eddsa_token), TokenRefusal::unknown_key);
}

TEST(VerifySignature, RefusesCriticalExtensions) {
    auto const token = signed_with_ed_key(R"({"alg":"EdDSA","crit":["b64"],"b64":false})");
    EXPECT_EQ(refusal_of(keys_of(ed_jwk()), token), TokenRefusal::wrong_algorithm);
}

TEST(VerifySignature, RefusesWhatIsNoCompactJws) {
    auto const keys = keys_of(ed_jwk());
    auto const good = signed_with_ed_key(R"({"alg":"EdDSA"})");
    ASSERT_TRUE(keys.verify(good));
    for (auto const& bad :
         {std::string{}, std::string{"."}, std::string{".."}, std::string{"a.b"}, good + ".x",
          good + "=", good + "\n", " " + good, "Bearer " + good, std::string(9000, 'a'),
          std::string{"e30.e30.AAAA="}, "W10" + good.substr(good.find('.')),
          signed_with_ed_key(R"({"alg":"EdDSA","alg":"EdDSA"})"), signed_with_ed_key("[]"),
          signed_with_ed_key(std::string(3000, '[')), signed_with_ed_key("x")}) {
        EXPECT_EQ(refusal_of(keys, bad), TokenRefusal::malformed) << bad.substr(0, 80);
    }
}

TEST(VerifySignature, RefusesSignaturesOfTheWrongSize) {
    auto const cut = [](std::string const& token, std::size_t octets) {
        auto const dot = token.rfind('.') + 1;
        auto signature = *from_base64url(std::string_view{token}.substr(dot));
        signature.resize(octets, '\0');
        return token.substr(0, dot) + to_base64url(signature);
    };
    for (auto const octets : {0U, 1U, 63U, 65U, 128U}) {
        EXPECT_EQ(refusal_of(keys_of(ed_jwk()), cut(eddsa_token, octets)),
                  TokenRefusal::bad_signature);
        EXPECT_EQ(refusal_of(keys_of(ec_jwk()), cut(es256_token, octets)),
                  TokenRefusal::bad_signature);
        EXPECT_EQ(refusal_of(keys_of(rsa_jwk()), cut(rs256_token, octets)),
                  TokenRefusal::bad_signature);
    }
    auto const zeros =
        es256_token.substr(0, es256_token.rfind('.') + 1) + to_base64url(std::string(64, '\0'));
    EXPECT_EQ(refusal_of(keys_of(ec_jwk()), zeros), TokenRefusal::bad_signature);
}

TEST(VerifySignature, RemembersOnlyTheExactTokenThatWasRight) {
    auto const keys = keys_of(ed_jwk());
    auto forged = eddsa_token;
    forged.back() = 'Q';
    EXPECT_EQ(refusal_of(keys, forged), TokenRefusal::bad_signature);
    for (auto i = 0; i < 3; ++i) {
        EXPECT_TRUE(keys.verify(eddsa_token));
        EXPECT_EQ(refusal_of(keys, forged), TokenRefusal::bad_signature);
    }
}

TEST(RememberedTokens, AreBoundedAndTheNewestAreKept) {
    auto remembered = RememberedTokens{10};
    auto const hash_of = [](unsigned i) {
        return sha256(std::to_string(i));
    };
    auto newest_lost = 0;
    for (auto i = 0U; i < 1000; ++i) {
        remembered.add(hash_of(i), std::make_shared<KeySet::Verified const>(
                                       KeySet::Verified{std::to_string(i), "", {}}));
        for (auto j = i < 10 ? 0U : i - 9; j <= i; ++j) {
            auto const found = remembered.find(hash_of(j));
            newest_lost += found && found->payload == std::to_string(j) ? 0 : 1;
        }
    }
    auto kept = 0;
    for (auto i = 0U; i < 1000; ++i) {
        kept += remembered.find(hash_of(i)) ? 1 : 0;
    }
    EXPECT_EQ(newest_lost, 0);
    EXPECT_LE(kept, 20);
}

TEST(ReadJwks, RefusesKeysThatAreNotFitByName) {
    using testing::HasSubstr;
    auto const kid = std::string{R"(,"kid":"k7")"};
    EXPECT_THAT(why_not(R"({"kty":"oct","k":"AAAA","kid":"k7"})"), HasSubstr("k7"));
    EXPECT_THAT(why_not(ed_jwk(kid + R"(,"d":"AAAA")")), HasSubstr("secret"));
    EXPECT_THAT(why_not(R"({"kty":"OKP","crv":"X25519","x":"AAAA","kid":"k7"})"), HasSubstr("k7"));
    EXPECT_THAT(why_not(R"({"kty":"OKP","crv":"Ed25519","x":"AAAA","kid":"k7"})"),
                HasSubstr("32 octets"));
    EXPECT_THAT(why_not(R"({"kty":"OKP","crv":"Ed25519","x":"","kid":"k7"})"), HasSubstr("k7"));
    EXPECT_THAT(why_not(R"({"kty":"EC","crv":"P-384","x":"AAAA","y":"AAAA","kid":"k7"})"),
                HasSubstr("P-256"));
    EXPECT_THAT(why_not(std::string{R"({"kty":"EC","crv":"P-256","x":")"} + ec_x + R"(","y":")" +
                        ec_x + R"(","kid":"k7"})"),
                HasSubstr("k7"));  // a point that is not on the curve
    EXPECT_THAT(why_not(R"({"kty":"RSA","e":"AQAB","n":"AQAB","kid":"k7"})"), HasSubstr("2048"));
    EXPECT_THAT(why_not(rsa_jwk(kid + R"(,"alg":"RS512")")), HasSubstr("algorithm"));
    EXPECT_THAT(why_not(ec_jwk(kid + R"(,"alg":"HS256")")), HasSubstr("algorithm"));
    EXPECT_THAT(why_not(ed_jwk() + "," + ec_jwk(kid)), HasSubstr("kid"));
    EXPECT_THAT(why_not(ed_jwk(kid) + "," + ec_jwk(kid)), HasSubstr("kid"));
    EXPECT_THAT(why_not(""), HasSubstr("no key"));
    EXPECT_THROW(KeySet::from_jwks("{"), std::runtime_error);
    EXPECT_THROW(KeySet::from_jwks("[]"), std::runtime_error);
    EXPECT_EQ(why_not(ed_jwk(kid) + R"(,{"kty":"RSA","use":"enc","kid":"other"})"), "");
}

TEST(ReadJwks, ReadsAFileAndSaysWhichIsMissing) {
    auto const path = testing::TempDir() + "frontrow-keys.json";
    std::ofstream{path} << "{\"keys\":[" << ed_jwk() << "]}";
    EXPECT_TRUE(KeySet::from_file(path).verify(eddsa_token));
    try {
        auto const keys = KeySet::from_file("/nowhere/keys.json");
        FAIL();
    } catch (std::runtime_error const& error) {
        EXPECT_THAT(error.what(), testing::HasSubstr("/nowhere/keys.json"));
    }
}

TEST(MakeKey, GivesAPairWhosePublicHalfVerifies) {
    auto const jwk = new_private_jwk("main");
    EXPECT_NE(jwk, new_private_jwk("main"));
    auto const signer = Signer::from_jwk(jwk);
    auto const keys = KeySet::from_jwks(signer.public_jwks());
    auto const verified = keys.verify(signer.sign(R"({"a":1})", "x+jwt"));
    ASSERT_TRUE(verified);
    EXPECT_EQ((*verified)->payload, R"({"a":1})");
    EXPECT_EQ((*verified)->type, "x+jwt");
    auto const other = Signer::from_jwk(new_private_jwk("main"));
    EXPECT_EQ(refusal_of(keys, other.sign("{}")), TokenRefusal::bad_signature);
    EXPECT_THROW((void)Signer::from_jwk(signer.public_jwks()), std::runtime_error);
    EXPECT_THROW((void)Signer::from_jwk(ed_jwk(R"(,"kid":"a")")), std::runtime_error);
    EXPECT_THROW((void)Signer::from_jwk("{}"), std::runtime_error);
    EXPECT_THROW((void)Signer::from_jwk("nonsense"), std::runtime_error);
}

TEST(MakeKey, RotatesWithTwoKeysInOneSet) {
    auto const before = Signer::from_jwk(new_private_jwk("2026-10"));
    auto const after = Signer::from_jwk(new_private_jwk("2026-11"));
    auto const inner = [](std::string const& jwks) {
        auto const from = jwks.find('[') + 1;
        return jwks.substr(from, jwks.rfind(']') - from);
    };
    auto const keys = keys_of(inner(before.public_jwks()) + "," + inner(after.public_jwks()));
    EXPECT_TRUE(keys.verify(before.sign("{}")));
    EXPECT_TRUE(keys.verify(after.sign("{}")));
}

}  // namespace
}  // namespace frontrow::auth
