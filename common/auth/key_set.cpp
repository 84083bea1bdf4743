// Public keys from a JWKS document, and signatures checked with them: each key knows its one
// algorithm.
#include <openssl/core_names.h>
#include <openssl/rsa.h>

#include <stdexcept>
#include <vector>

#include "common/auth/file.hpp"
#include "common/auth/jwt.hpp"
#include "common/auth/openssl.hpp"
#include "common/auth/remembered_tokens.hpp"
#include "common/core/bytes.hpp"
#include "common/core/sha256.hpp"
#include "common/json/value.hpp"

namespace frontrow::auth {
namespace {

constexpr std::size_t token_octets_max = 8192;
constexpr std::size_t ed25519_signature_octets = 64;
constexpr std::size_t es256_number_octets = 32;
constexpr int rsa_bits_min = 2048;

enum class Algorithm { eddsa = 1, es256, rs256 };

std::string_view name_of(Algorithm algorithm) {
    switch (algorithm) {
        case Algorithm::eddsa:
            return "EdDSA";
        case Algorithm::es256:
            return "ES256";
        case Algorithm::rs256:
            return "RS256";
    }
    return "";
}

struct PublicKey {
    std::string id;  ///< may be empty if it is the only one
    Algorithm algorithm;
    Key key;
};

[[noreturn]] void refuse_key(std::string const& id, std::string const& why) {
    throw std::runtime_error{"The key \"" + id + "\" of the JWKS " + why + "."};
}

std::string text_of(json::Value const& jwk, std::string_view name) {
    auto const* const member = jwk.find(name);
    auto const* const text = member == nullptr ? nullptr : member->string();
    return text == nullptr ? std::string{} : *text;
}

std::string octets_of_member(json::Value const& jwk, std::string_view name, std::string const& id) {
    auto octets = from_base64url(text_of(jwk, name));
    if (!octets || octets->empty()) {
        refuse_key(id, "has no base64url member \"" + std::string{name} + "\"");
    }
    return *std::move(octets);
}

Key key_from(char const* type, OSSL_PARAM_BLD* builder, std::string const& id) {
    auto const parameters = Parameters{OSSL_PARAM_BLD_to_param(builder)};
    auto const context = KeyContext{EVP_PKEY_CTX_new_from_name(nullptr, type, nullptr)};
    must(parameters && context, "EVP_PKEY_CTX_new_from_name");
    EVP_PKEY* raw = nullptr;
    if (EVP_PKEY_fromdata_init(context.get()) != 1 ||
        EVP_PKEY_fromdata(context.get(), &raw, EVP_PKEY_PUBLIC_KEY, parameters.get()) != 1) {
        refuse_key(id, "is not a key that OpenSSL can read");
    }
    auto key = Key{raw};
    auto const check = KeyContext{EVP_PKEY_CTX_new_from_pkey(nullptr, key.get(), nullptr)};
    if (!check || EVP_PKEY_public_check(check.get()) != 1) {
        refuse_key(id, "is not a valid public key");
    }
    return key;
}

Key ed25519_key(json::Value const& jwk, std::string const& id) {
    auto const x = octets_of_member(jwk, "x", id);
    auto key = Key{EVP_PKEY_new_raw_public_key(EVP_PKEY_ED25519, nullptr, octets_of(x), x.size())};
    if (!key) {
        refuse_key(id, "is not an Ed25519 key of 32 octets");
    }
    return key;
}

Key p256_key(json::Value const& jwk, std::string const& id) {
    auto const x = octets_of_member(jwk, "x", id);
    auto const y = octets_of_member(jwk, "y", id);
    if (x.size() != es256_number_octets || y.size() != es256_number_octets) {
        refuse_key(id, "must have coordinates of 32 octets");
    }
    auto const point = "\x04" + x + y;
    auto const builder = ParameterBuilder{OSSL_PARAM_BLD_new()};
    must(builder &&
             OSSL_PARAM_BLD_push_utf8_string(builder.get(), OSSL_PKEY_PARAM_GROUP_NAME,
                                             "prime256v1", 0) == 1 &&
             OSSL_PARAM_BLD_push_octet_string(builder.get(), OSSL_PKEY_PARAM_PUB_KEY, point.data(),
                                              point.size()) == 1,
         "OSSL_PARAM_BLD_push");
    return key_from("EC", builder.get(), id);
}

Key rsa_key(json::Value const& jwk, std::string const& id) {
    auto const number = [&](std::string_view name) {
        auto const octets = octets_of_member(jwk, name, id);
        return BigNumber{BN_bin2bn(octets_of(octets), static_cast<int>(octets.size()), nullptr)};
    };
    auto const modulus = number("n");
    auto const exponent = number("e");
    if (BN_num_bits(modulus.get()) < rsa_bits_min) {
        refuse_key(id, "has fewer than 2048 bits");
    }
    auto const builder = ParameterBuilder{OSSL_PARAM_BLD_new()};
    must(builder &&
             OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_N, modulus.get()) == 1 &&
             OSSL_PARAM_BLD_push_BN(builder.get(), OSSL_PKEY_PARAM_RSA_E, exponent.get()) == 1,
         "OSSL_PARAM_BLD_push_BN");
    return key_from("RSA", builder.get(), id);
}

PublicKey public_key_from(json::Value const& jwk) {
    auto const id = text_of(jwk, "kid");
    if (jwk.find("d") != nullptr || jwk.find("k") != nullptr) {
        refuse_key(id, "is secret, and only public keys belong there");
    }
    auto const type = text_of(jwk, "kty");
    auto const curve = text_of(jwk, "crv");
    auto const key = [&]() -> PublicKey {
        if (type == "OKP" && curve == "Ed25519") {
            return {id, Algorithm::eddsa, ed25519_key(jwk, id)};
        }
        if (type == "EC" && curve == "P-256") {
            return {id, Algorithm::es256, p256_key(jwk, id)};
        }
        if (type == "RSA") {
            return {id, Algorithm::rs256, rsa_key(jwk, id)};
        }
        refuse_key(id, "must be Ed25519, P-256 or RSA");
    };
    auto made = key();
    if (jwk.find("alg") != nullptr && text_of(jwk, "alg") != name_of(made.algorithm)) {
        refuse_key(id, "names an algorithm that does not go with it");
    }
    return made;
}

/// ES256 signs with two numbers side by side (RFC 7518, 3.4); OpenSSL wants them in DER. Empty if
/// they are no such numbers.
std::string der_of(std::string_view signature) {
    if (signature.size() != 2 * es256_number_octets) {
        return {};
    }
    auto const number = [&](std::size_t at) {
        return BN_bin2bn(octets_of(signature.substr(at)), es256_number_octets, nullptr);
    };
    auto const pair = EcdsaSignature{ECDSA_SIG_new()};
    must(pair && ECDSA_SIG_set0(pair.get(), number(0), number(es256_number_octets)) == 1,
         "ECDSA_SIG_set0");
    auto const octets = i2d_ECDSA_SIG(pair.get(), nullptr);
    must(octets > 0, "i2d_ECDSA_SIG");
    auto der = std::string(static_cast<std::size_t>(octets), '\0');
    auto* out = octets_of(der);
    i2d_ECDSA_SIG(pair.get(), &out);
    return der;
}

bool is_signed_by(PublicKey const& key, std::string_view input, std::string_view signature) {
    auto der = std::string{};
    if (key.algorithm == Algorithm::eddsa && signature.size() != ed25519_signature_octets) {
        return false;
    }
    if (key.algorithm == Algorithm::es256) {
        der = der_of(signature);
        if (der.empty()) {
            return false;
        }
        signature = der;
    }
    auto const context = DigestContext{EVP_MD_CTX_new()};
    auto const* const digest = key.algorithm == Algorithm::eddsa ? nullptr : EVP_sha256();
    must(context &&
             EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.key.get()) == 1,
         "EVP_DigestVerifyInit");
    return EVP_DigestVerify(context.get(), octets_of(signature), signature.size(), octets_of(input),
                            input.size()) == 1;
}

struct Parts {
    std::string_view signed_input;  ///< header and payload as they came
    json::Value header;
    std::string payload;
    std::string signature;
};

std::optional<Parts> parts_of(std::string_view compact) {
    auto const first = compact.find('.');
    auto const second = first == compact.npos ? compact.npos : compact.find('.', first + 1);
    if (compact.size() > token_octets_max || second == compact.npos) {
        return std::nullopt;
    }
    auto const header = from_base64url(compact.substr(0, first));
    auto const payload = from_base64url(compact.substr(first + 1, second - first - 1));
    auto const signature = from_base64url(compact.substr(second + 1));
    if (!header || !payload || !signature) {
        return std::nullopt;
    }
    auto const document = json::parse(*header);
    if (!document || !document->is_object()) {
        return std::nullopt;
    }
    return Parts{compact.substr(0, second), *document, *payload, *signature};
}

}  // namespace

struct KeySet::State {
    std::vector<PublicKey> keys;
    RememberedTokens remembered{4096};

    [[nodiscard]] PublicKey const* find(json::Value const& header) const {
        if (header.find("kid") == nullptr) {
            return keys.size() == 1 ? keys.data() : nullptr;
        }
        auto const id = text_of(header, "kid");
        for (auto const& key : keys) {
            if (!id.empty() && key.id == id) {
                return &key;
            }
        }
        return nullptr;
    }
};

KeySet::KeySet() : state_{std::make_unique<State>()} {}
KeySet::~KeySet() = default;
KeySet::KeySet(KeySet&&) noexcept = default;
KeySet& KeySet::operator=(KeySet&&) noexcept = default;

KeySet KeySet::from_jwks(std::string_view text) {
    auto const document = json::parse(text);
    if (!document) {
        throw std::runtime_error{"The JWKS is no JSON: " + document.error().detail};
    }
    auto const* const member = document->find("keys");
    if (member == nullptr || member->array() == nullptr) {
        throw std::runtime_error{"The JWKS has no array \"keys\"."};
    }
    auto set = KeySet{};
    for (auto const& jwk : *member->array()) {
        if (text_of(jwk, "use") == "enc") {
            continue;  // for encryption only: not for us, and not an error
        }
        auto key = public_key_from(jwk);
        for (auto const& other : set.state_->keys) {
            if (key.id.empty() || other.id.empty() || other.id == key.id) {
                refuse_key(key.id, "must have a \"kid\" of its own, as there are several");
            }
        }
        set.state_->keys.push_back(std::move(key));
    }
    if (set.state_->keys.empty()) {
        throw std::runtime_error{"The JWKS has no key for signatures."};
    }
    return set;
}

KeySet KeySet::from_file(std::string const& path) {
    try {
        return from_jwks(content_of(path));
    } catch (std::runtime_error const& error) {
        throw std::runtime_error{path + ": " + error.what()};
    }
}

Result<std::shared_ptr<KeySet::Verified const>, TokenRefusal> KeySet::verify(
    std::string_view compact) const {
    if (compact.size() > token_octets_max) {
        return TokenRefusal::malformed;
    }
    auto const hash = sha256(compact);
    if (auto known = state_->remembered.find(hash)) {
        return known;
    }
    auto const parts = parts_of(compact);
    if (!parts) {
        return TokenRefusal::malformed;
    }
    auto const algorithm = text_of(parts->header, "alg");
    if (parts->header.find("crit") != nullptr ||
        (algorithm != "EdDSA" && algorithm != "ES256" && algorithm != "RS256")) {
        return TokenRefusal::wrong_algorithm;
    }
    auto const* const key = state_->find(parts->header);
    if (key == nullptr) {
        return TokenRefusal::unknown_key;
    }
    if (algorithm != name_of(key->algorithm)) {
        return TokenRefusal::wrong_algorithm;
    }
    if (!is_signed_by(*key, parts->signed_input, parts->signature)) {
        return TokenRefusal::bad_signature;
    }
    auto claims = json::parse(parts->payload);
    auto const is_object = claims.has_value() && claims->is_object();
    auto const verified = std::make_shared<Verified const>(
        Verified{.payload = parts->payload,
                 .type = text_of(parts->header, "typ"),
                 .claims = is_object ? *std::move(claims) : json::Value{}});
    state_->remembered.add(hash, verified);
    return verified;
}

}  // namespace frontrow::auth
