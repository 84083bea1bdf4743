// Who a user's token says is calling, if every claim allows it.
#include <algorithm>

#include "common/auth/claims.hpp"
#include "common/auth/jwt.hpp"
#include "common/json/value.hpp"
#include "common/json/writer.hpp"

namespace frontrow::auth {
namespace {

constexpr auto leeway = std::chrono::seconds{30};

bool is_text(json::Value const* value, std::string_view wanted) {
    return value != nullptr && value->string() != nullptr && *value->string() == wanted;
}

bool is_for(json::Value const& audience, std::string const& us) {
    auto const* const several = audience.array();
    if (several == nullptr) {
        return is_text(&audience, us);
    }
    return std::any_of(several->begin(), several->end(),
                       [&](json::Value const& one) { return is_text(&one, us); });
}

/// Whether the caller is `ops`; nothing if the token gives no role that is known here.
std::optional<bool> is_ops(json::Value const* roles) {
    if (roles == nullptr) {
        return false;
    }
    if (roles->array() == nullptr) {
        return std::nullopt;
    }
    auto const has = [&](std::string_view role) {
        return std::any_of(roles->array()->begin(), roles->array()->end(),
                           [&](json::Value const& one) { return is_text(&one, role); });
    };
    auto const ops = has("ops");
    return ops || has("user") ? std::optional{ops} : std::nullopt;
}

}  // namespace

std::string_view sentence_of(TokenRefusal refusal) {
    switch (refusal) {
        case TokenRefusal::malformed:
            return "The token cannot be read; send the compact JWS exactly as it was issued.";
        case TokenRefusal::unknown_key:
            return "The token is signed with a key that is not trusted here; get a new token.";
        case TokenRefusal::wrong_algorithm:
            return "The token's algorithm is not the one of its key; get a new token.";
        case TokenRefusal::bad_signature:
            return "The token's signature is wrong; send it exactly as it was issued.";
        case TokenRefusal::expired:
            return "The token has expired; get a new one.";
        case TokenRefusal::not_yet_valid:
            return "The token is not valid yet; try again when it is.";
        case TokenRefusal::wrong_issuer:
            return "The token comes from an issuer that is not trusted here; get another token.";
        case TokenRefusal::wrong_audience:
            return "The token is meant for another service; get one for this audience.";
        case TokenRefusal::missing_claim:
            return "The token lacks a claim that is needed here; get a complete token.";
        case TokenRefusal::wrong_type:
            return "This is a token of another kind; send the one that belongs here.";
    }
    return "";
}

Verifier::Verifier(KeySet keys, std::string issuer, std::string audience, Clock const& clock)
    : keys_{std::move(keys)},
      issuer_{std::move(issuer)},
      audience_{std::move(audience)},
      clock_{clock} {}

Result<Principal, TokenRefusal> Verifier::verify(std::string_view token) const {
    auto const verified = keys_.verify(token);
    if (!verified) {
        return verified.error();
    }
    if (!(*verified)->type.empty() && (*verified)->type != "JWT" && (*verified)->type != "at+jwt") {
        return TokenRefusal::wrong_type;
    }
    auto const& claims = (*verified)->claims;
    if (!claims.is_object()) {
        return TokenRefusal::malformed;
    }
    auto const* const issuer = claims.find("iss");
    auto const* const audience = claims.find("aud");
    auto const subject = subject_of(claims);
    auto const expires = date_of(claims, "exp");
    auto const ops = is_ops(claims.find("roles"));
    if (issuer == nullptr || audience == nullptr || !subject || !expires || !ops) {
        return TokenRefusal::missing_claim;
    }
    if (!is_text(issuer, issuer_)) {
        return TokenRefusal::wrong_issuer;
    }
    if (!is_for(*audience, audience_)) {
        return TokenRefusal::wrong_audience;
    }
    auto const now = clock_.now();
    if (now >= *expires + leeway) {
        return TokenRefusal::expired;
    }
    if (claims.find("nbf") != nullptr) {
        auto const from = date_of(claims, "nbf");
        if (!from) {
            return TokenRefusal::missing_claim;
        }
        if (now + leeway < *from) {
            return TokenRefusal::not_yet_valid;
        }
    }
    return Principal{.user = UserId{*subject}, .is_ops = *ops};
}

std::string user_token(Signer const& signer, Principal const& principal, std::string const& issuer,
                       std::string const& audience, Instant now, std::chrono::seconds lifetime) {
    // Whole seconds: a NumericDate may have a fraction, but clients choke on it.
    auto const issued_at = std::chrono::floor<std::chrono::seconds>(now.time_since_epoch());
    auto writer = json::Writer{};
    writer.object().member("iss", issuer).member("aud", audience);
    writer.member("sub", principal.user.name);
    writer.member("iat", std::int64_t{issued_at.count()});
    writer.member("exp", std::int64_t{(issued_at + lifetime).count()});
    writer.key("roles").array().value("user");
    if (principal.is_ops) {
        writer.value("ops");
    }
    return signer.sign(std::move(writer.end().end()).text());
}

}  // namespace frontrow::auth
