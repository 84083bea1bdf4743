// The names of a token's states.
#include "queue-service/domain/token.hpp"

#include "common/core/ensure.hpp"

namespace frontrow::queue::domain {

std::string_view to_text(TokenState state) {
    switch (state) {
        case TokenState::waiting:
            return "WAITING";
        case TokenState::admitted:
            return "ADMITTED";
        case TokenState::completed:
            return "COMPLETED";
        case TokenState::expired:
            return "EXPIRED";
        case TokenState::left:
            return "LEFT";
        case TokenState::revoked:
            return "REVOKED";
        case TokenState::abandoned:
            return "ABANDONED";
    }
    ENSURE(false);
    return {};
}

std::optional<TokenState> token_state_from(std::string_view text) {
    using enum TokenState;
    for (auto const state : {waiting, admitted, completed, expired, left, revoked, abandoned}) {
        if (to_text(state) == text) {
            return state;
        }
    }
    return std::nullopt;
}

bool is_live(TokenState state) {
    return state == TokenState::waiting || state == TokenState::admitted;
}

}  // namespace frontrow::queue::domain
