// Signs with one Ed25519 key, which is kept as a JWK (RFC 8037).
#include <stdexcept>

#include "common/auth/file.hpp"
#include "common/auth/jwt.hpp"
#include "common/auth/openssl.hpp"
#include "common/core/bytes.hpp"
#include "common/core/random.hpp"
#include "common/json/value.hpp"
#include "common/json/writer.hpp"

namespace frontrow::auth {
namespace {

constexpr std::size_t key_octets = 32;
constexpr std::size_t signature_octets = 64;

Key private_key_of(std::string const& seed) {
    return Key{
        EVP_PKEY_new_raw_private_key(EVP_PKEY_ED25519, nullptr, octets_of(seed), seed.size())};
}

std::string public_octets_of(Key const& key) {
    auto octets = std::string(key_octets, '\0');
    auto size = octets.size();
    must(EVP_PKEY_get_raw_public_key(key.get(), octets_of(octets), &size) == 1,
         "EVP_PKEY_get_raw_public_key");
    return octets;
}

}  // namespace

struct Signer::State {
    std::string id;
    std::string x;  ///< the public key in base64url
    Key key;
};

Signer::Signer() = default;
Signer::~Signer() = default;
Signer::Signer(Signer&&) noexcept = default;

Signer Signer::from_jwk(std::string_view text) {
    auto const jwk = json::parse(text);
    auto const member = [&](std::string_view name) {
        auto const* const found = jwk ? jwk->find(name) : nullptr;
        auto const* const content = found == nullptr ? nullptr : found->string();
        return content == nullptr ? std::string{} : *content;
    };
    auto const seed = from_base64url(member("d"));
    if (member("kty") != "OKP" || member("crv") != "Ed25519" || member("kid").empty() || !seed ||
        seed->size() != key_octets) {
        throw std::runtime_error{"The signing key must be a private Ed25519 JWK with a \"kid\"."};
    }
    auto key = private_key_of(*seed);
    must(key != nullptr, "EVP_PKEY_new_raw_private_key");
    auto x = to_base64url(public_octets_of(key));
    if (member("x") != x) {
        throw std::runtime_error{"The signing key's \"x\" does not belong to its \"d\"."};
    }
    auto signer = Signer{};
    signer.state_ = std::make_unique<State>(State{member("kid"), std::move(x), std::move(key)});
    return signer;
}

Signer Signer::from_file(std::string const& jwk_path) {
    try {
        return from_jwk(content_of(jwk_path));
    } catch (std::runtime_error const& error) {
        throw std::runtime_error{jwk_path + ": " + error.what()};
    }
}

std::string Signer::sign(std::string_view payload_json, std::string_view type) const {
    auto const header = std::move(json::Writer{}
                                      .object()
                                      .member("alg", "EdDSA")
                                      .member("kid", state_->id)
                                      .member("typ", std::string{type})
                                      .end())
                            .text();
    auto const input = to_base64url(header) + "." + to_base64url(payload_json);
    auto signature = std::string(signature_octets, '\0');
    auto size = signature.size();
    auto const context = DigestContext{EVP_MD_CTX_new()};
    must(context &&
             EVP_DigestSignInit(context.get(), nullptr, nullptr, nullptr, state_->key.get()) == 1 &&
             EVP_DigestSign(context.get(), octets_of(signature), &size, octets_of(input),
                            input.size()) == 1,
         "EVP_DigestSign");
    return input + "." + to_base64url(signature);
}

std::string Signer::public_jwks() const {
    return std::move(json::Writer{}
                         .object()
                         .key("keys")
                         .array()
                         .object()
                         .member("kty", "OKP")
                         .member("crv", "Ed25519")
                         .member("kid", state_->id)
                         .member("use", "sig")
                         .member("alg", "EdDSA")
                         .member("x", state_->x)
                         .end()
                         .end()
                         .end())
        .text();
}

std::string new_private_jwk(std::string_view key_id) {
    auto seed = std::string(key_octets, '\0');
    fill_random({octets_of(seed), seed.size()});
    auto const key = private_key_of(seed);
    must(key != nullptr, "EVP_PKEY_new_raw_private_key");
    return std::move(json::Writer{}
                         .object()
                         .member("kty", "OKP")
                         .member("crv", "Ed25519")
                         .member("kid", std::string{key_id})
                         .member("x", to_base64url(public_octets_of(key)))
                         .member("d", to_base64url(seed))
                         .end())
        .text();
}

}  // namespace frontrow::auth
