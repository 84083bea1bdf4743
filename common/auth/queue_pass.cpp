// The pass of the queue as a compact JWS: signed by the queue, read by booking without asking
// anyone.
#include <limits>

#include "common/auth/claims.hpp"
#include "common/auth/jwt.hpp"
#include "common/json/value.hpp"
#include "common/json/writer.hpp"

namespace frontrow::auth {
namespace {

constexpr std::string_view pass_type = "queue-pass+jwt";

template <class StrongId>
std::optional<StrongId> id_of(json::Value const& claims, std::string_view name) {
    auto const* const member = claims.find(name);
    auto const* const text = member == nullptr ? nullptr : member->string();
    return text == nullptr ? std::nullopt : StrongId::parse(*text);
}

std::optional<std::int32_t> generation_of(json::Value const& claims) {
    auto const* const member = claims.find("gen");
    auto const number = member == nullptr ? std::nullopt : member->integer();
    if (!number || *number < 1 || *number > std::numeric_limits<std::int32_t>::max()) {
        return std::nullopt;
    }
    return static_cast<std::int32_t>(*number);
}

}  // namespace

std::string sign_pass(Signer const& signer, QueuePass const& pass) {
    auto writer = json::Writer{};
    writer.object().member("jti", pass.token).member("show", pass.show);
    writer.member("sub", pass.user.name).member("gen", pass.generation);
    writer.key("exp").raw(numeric_date(pass.expires_at));
    return signer.sign(std::move(writer.end()).text(), pass_type);
}

Result<QueuePass, TokenRefusal> read_pass(KeySet const& keys, std::string_view compact,
                                          Instant now) {
    auto const verified = keys.verify(compact);
    if (!verified) {
        return verified.error();
    }
    if ((*verified)->type != pass_type) {
        return TokenRefusal::wrong_type;
    }
    auto const& claims = (*verified)->claims;
    if (!claims.is_object()) {
        return TokenRefusal::malformed;
    }
    auto const token = id_of<TokenId>(claims, "jti");
    auto const show = id_of<ShowId>(claims, "show");
    auto const user = subject_of(claims);
    auto const generation = generation_of(claims);
    auto const expires = date_of(claims, "exp");
    if (!token || !show || !user || !generation || !expires) {
        return TokenRefusal::missing_claim;
    }
    if (now >= *expires) {
        return TokenRefusal::expired;
    }
    return QueuePass{*token, *show, UserId{*user}, *generation, *expires};
}

}  // namespace frontrow::auth
