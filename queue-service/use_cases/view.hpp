// A token as its holder sees it.
#pragma once

#include <optional>

#include "queue-service/domain/forecast.hpp"

namespace frontrow::queue::use_cases {

struct TokenView {
    domain::Token token;
    std::optional<std::int64_t> position{};      ///< while WAITING: 1 is next
    std::optional<std::chrono::seconds> wait{};  ///< while WAITING: how long it may take
    std::chrono::milliseconds poll_after{};
};

/// `position` is 0 unless the token waits. An admission whose time is over shows as EXPIRED, swept
/// or not.
[[nodiscard]] inline TokenView view_of(domain::Token token, domain::Gate const& gate,
                                       std::int64_t position, Instant now) {
    if (token.state == domain::TokenState::admitted && now >= *token.expires_at) {
        token.state = domain::TokenState::expired;
    }
    auto const waits = token.state == domain::TokenState::waiting;
    auto const poll_after = domain::poll_after(token.state, position);
    return {.token = std::move(token),
            .position = waits ? std::optional{position} : std::nullopt,
            .wait = waits ? std::optional{domain::wait_of(gate, position)} : std::nullopt,
            .poll_after = poll_after};
}

}  // namespace frontrow::queue::use_cases
