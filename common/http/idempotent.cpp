// Reads Idempotency-Key and says whose request it is.
#include "common/http/idempotent.hpp"

#include <algorithm>

#include "common/core/ensure.hpp"
#include "common/json/value.hpp"

namespace frontrow::http {
namespace {

constexpr std::size_t key_octets_max = 255;

/// The key without the quotes of a structured field's string (RFC 8941, 3.3.3); both spellings are
/// one key. Empty if it is neither.
std::string key_from(std::string_view field) {
    auto const is_quoted = field.size() >= 2 && field.front() == '"' && field.back() == '"';
    if (is_quoted) {
        field = field.substr(1, field.size() - 2);
    }
    auto key = std::string{};
    for (std::size_t i = 0; i < field.size(); ++i) {
        auto c = field[i];
        if (is_quoted && c == '\\') {
            c = ++i < field.size() ? field[i] : '\0';
            if (c != '"' && c != '\\') {
                return {};
            }
        } else if (c == '"') {
            return {};
        }
        if (c < ' ' || c > '~') {
            return {};
        }
        key += c;
    }
    return key.size() <= key_octets_max ? key : std::string{};
}

}  // namespace

Result<idempotency::Key, Problem> idempotency_key(Request const& request) {
    ENSURE(request.principal.has_value());  // only routes with a user take keys
    auto const field = request.header("idempotency-key");
    if (!field) {
        return idempotency_key_required();
    }
    auto const key = key_from(*field);
    if (key.empty()) {
        return problem_of(Standard::idempotency_key_invalid);
    }
    auto canonical_body = std::string{};
    if (!request.body.empty()) {
        auto const& document = request.json();
        if (!document) {
            return bad_request(document.error().detail);
        }
        canonical_body = document->canonical();
    }
    auto const route = std::string{name_of(request.method)} + " " + request.path;
    return idempotency::key_of(request.principal->user, route, key, canonical_body);
}

}  // namespace frontrow::http
