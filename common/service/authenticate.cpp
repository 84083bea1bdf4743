// Checks bearer tokens (RFC 6750).
#include "common/service/authenticate.hpp"

#include <memory>
#include <string>

#include "common/auth/jwt.hpp"

namespace frontrow::service {
namespace {

bool has_scheme_bearer(std::string_view header) {
    constexpr auto scheme = std::string_view{"bearer "};
    if (header.size() <= scheme.size()) {
        return false;
    }
    for (auto i = std::size_t{0}; i < scheme.size(); ++i) {
        auto const c = header[i];
        if ((c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c) != scheme[i]) {
            return false;
        }
    }
    return true;
}

}  // namespace

http::Authenticate authenticator(AuthConfig const& config, Clock const& clock) {
    auto const verifier = std::make_shared<auth::Verifier const>(
        auth::KeySet::from_file(config.jwks_file), config.issuer, config.audience, clock);
    return [verifier](std::string_view header) -> Result<auth::Principal, http::Problem> {
        if (!has_scheme_bearer(header)) {
            return http::unauthorized("Send the header `Authorization: Bearer <token>`.");
        }
        auto token = header.substr(header.find(' '));
        token.remove_prefix(std::min(token.find_first_not_of(' '), token.size()));
        auto const principal = verifier->verify(token);
        if (!principal) {
            return http::unauthorized(std::string{auth::sentence_of(principal.error())});
        }
        return *principal;
    };
}

}  // namespace frontrow::service
