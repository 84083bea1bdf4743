// queue.token.v1: who waits, who may buy. Key: tokenId. Producer: queue-service.
#pragma once

#include <cstdint>
#include <optional>

#include "common/core/id.hpp"

namespace frontrow::events {

struct TokenFacts {
    TokenId token;  ///< the `jti` of its pass
    ShowId show;
    UserId user;
    std::int64_t number{0};             ///< the place in the order of joining
    std::int32_t generation{1};         ///< of the pass: only the newest is valid
    std::optional<Instant> expires_at;  ///< of the admission
};

struct TokenJoined : TokenFacts {};
struct TokenAdmitted : TokenFacts {};
/// The reservation that it was used for is confirmed.
struct TokenCompleted : TokenFacts {
    ReservationId reservation;
};
struct TokenExpired : TokenFacts {};
struct TokenLeft : TokenFacts {};
struct TokenRevoked : TokenFacts {};
struct TokenAbandoned : TokenFacts {};

}  // namespace frontrow::events
