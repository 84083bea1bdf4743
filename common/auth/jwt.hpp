// JSON Web Tokens: verified with OpenSSL EVP, the algorithm pinned by the key (RFC 8725, 3.1).
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "common/auth/principal.hpp"
#include "common/core/clock.hpp"
#include "common/core/result.hpp"
#include "common/json/value.hpp"

namespace frontrow::auth {

enum class TokenRefusal {
    malformed = 1,    ///< not three base64url parts of JSON objects, or above 8 KiB
    unknown_key,      ///< no key of that `kid`
    wrong_algorithm,  ///< `alg` is not the key's (`none`, HS256 with an RSA key, ...), or `crit`
    bad_signature,
    expired,
    not_yet_valid,
    wrong_issuer,
    wrong_audience,
    missing_claim,  ///< a claim is not there, or is not of its type
    wrong_type,     ///< a pass where a user's token belongs, or the other way round
};
[[nodiscard]] std::string_view sentence_of(TokenRefusal refusal);  ///< what the client should do

/// Public keys by `kid`. EdDSA (Ed25519), ES256 and RS256 (2048 bits or more).
class KeySet {
  public:
    KeySet();
    ~KeySet();
    KeySet(KeySet&&) noexcept;
    KeySet& operator=(KeySet&&) noexcept;
    /// Reads a JWKS document (RFC 7517). Throws std::runtime_error naming the key that is not
    /// usable.
    [[nodiscard]] static KeySet from_jwks(std::string_view json);
    [[nodiscard]] static KeySet from_file(std::string const& path);

    struct Verified {
        std::string payload;  ///< the octets that were signed
        std::string type;     ///< `typ` of the header, or empty
        json::Value claims;   ///< the payload, or null if that is no JSON object
    };
    /// A compact JWS whose signature is right. The key is the one of the token's `kid`; without a
    /// `kid` it is the only key, if there is just one. Keys that a token brings along (`jwk`,
    /// `jku`, `x5u`) are never looked at. What was verified once is remembered, so that a client's
    /// next request costs a hash instead of a signature. Safe for threads.
    [[nodiscard]] Result<std::shared_ptr<Verified const>, TokenRefusal> verify(
        std::string_view compact) const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Signs compact JWS with one Ed25519 key (a private JWK, RFC 8037).
class Signer {
  public:
    /// Throws std::runtime_error if it is no Ed25519 private key with a `kid`.
    [[nodiscard]] static Signer from_file(std::string const& jwk_path);
    [[nodiscard]] static Signer from_jwk(std::string_view json);
    ~Signer();
    Signer(Signer&&) noexcept;
    /// `type` is the header's `typ`.
    [[nodiscard]] std::string sign(std::string_view payload_json,
                                   std::string_view type = "JWT") const;
    [[nodiscard]] std::string public_jwks() const;

  private:
    Signer();
    struct State;
    std::unique_ptr<State> state_;
};
/// A new Ed25519 key as a private JWK.
[[nodiscard]] std::string new_private_jwk(std::string_view key_id);

/// Claims that a user's token must meet: `iss`, `aud` (text or array), `exp`, `nbf` with 30 s of
/// leeway, `sub`; `roles` (array of "user" and "ops"; without it: user).
class Verifier {
  public:
    Verifier(KeySet keys, std::string issuer, std::string audience, Clock const& clock);
    [[nodiscard]] Result<Principal, TokenRefusal> verify(std::string_view token) const;

  private:
    KeySet keys_;
    std::string issuer_;
    std::string audience_;
    Clock const& clock_;
};

/// A token for development and tests.
[[nodiscard]] std::string user_token(Signer const& signer, Principal const& principal,
                                     std::string const& issuer, std::string const& audience,
                                     Instant now, std::chrono::seconds lifetime);

/// The pass of the queue: who may buy for which show until when. A compact JWS, `typ`
/// "queue-pass+jwt".
struct QueuePass {
    TokenId token;  ///< jti
    ShowId show;
    UserId user;
    std::int32_t generation{1};
    Instant expires_at{};
};
[[nodiscard]] std::string sign_pass(Signer const& signer, QueuePass const& pass);
/// `expired` if `now` is not before `expires_at`.
[[nodiscard]] Result<QueuePass, TokenRefusal> read_pass(KeySet const& keys,
                                                        std::string_view compact, Instant now);

}  // namespace frontrow::auth
