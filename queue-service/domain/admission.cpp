// The state machine of a token, and what each step does to its gate.
#include "queue-service/domain/admission.hpp"

#include <algorithm>

#include "common/core/ensure.hpp"

namespace frontrow::queue::domain {
namespace {

std::chrono::milliseconds moved_mean(std::chrono::milliseconds mean, Token const& token,
                                     Instant now) {
    auto const stay = std::chrono::floor<std::chrono::milliseconds>(now - *token.admitted_at);
    return (7 * mean + std::max(stay, std::chrono::milliseconds{0})) / 8;
}

TokenState state_after(Change what) {
    switch (what) {
        case Change::joined:
            return TokenState::waiting;
        case Change::admitted:
            return TokenState::admitted;
        case Change::completed:
            return TokenState::completed;
        case Change::expired:
            return TokenState::expired;
        case Change::left:
            return TokenState::left;
        case Change::revoked:
            return TokenState::revoked;
        case Change::abandoned:
            return TokenState::abandoned;
    }
    ENSURE(false);
    return {};
}

/// The one way out: of the line, which the token's number leaves for good, or of a place inside.
Changed end(Hall& hall, Token token, Change what, Instant now) {
    auto gate = *hall.gate(token.show);
    if (token.state == TokenState::admitted) {
        --gate.active;
        gate.mean_stay = moved_mean(gate.mean_stay, token, now);
    } else {
        ENSURE(token.state == TokenState::waiting);
        --gate.waiting;
        token.departure = ++gate.departures;
    }
    ENSURE(gate.active >= 0 && gate.waiting >= 0);
    token.state = state_after(what);
    ++token.version;
    hall.put(gate);
    hall.put(token);
    return {.what = what, .token = token};
}

/// The token, if it is ADMITTED: else why there is no place to free.
Result<Token, Objection> admitted_token(Hall const& hall, TokenId const& id) {
    auto const* const token = hall.token(id);
    if (token == nullptr) {
        return Objection::unknown_token;
    }
    if (token->state == TokenState::waiting) {
        return Objection::not_admitted;
    }
    if (token->state != TokenState::admitted) {
        return Objection::already_over;
    }
    return *token;
}

}  // namespace

std::string_view to_text(Objection objection) {
    switch (objection) {
        case Objection::unknown_token:
            return "there is no such token";
        case Objection::another_user:
            return "the token is another user's";
        case Objection::another_show:
            return "the token is for another show";
        case Objection::not_admitted:
            return "the token is still waiting";
        case Objection::already_over:
            return "the token's place was freed already";
        case Objection::still_in_time:
            return "the token's time is not over";
    }
    ENSURE(false);
    return {};
}

void open_gate(Hall& hall, Gate const& gate) {
    if (hall.gate(gate.show) == nullptr) {
        hall.open(gate);
    }
}

Result<Joined, JoinRefusal> join(Hall& hall, JoinQueue const& command, Instant now) {
    if (hall.gate(command.show) == nullptr) {
        return JoinRefusal::no_gate;
    }
    auto changes = std::vector<Changed>{};
    if (auto const* const before = hall.live_token(command.show, command.user)) {
        auto const over = expire(hall, before->id, now);
        if (!over) {
            auto heard = *before;
            heard.heartbeat_at = std::max(heard.heartbeat_at, now);
            hall.put(heard);
            return Joined{.token = heard, .is_new = false, .changes = {}};
        }
        changes.push_back(*over);
    }
    auto gate = *hall.gate(command.show);
    ++gate.waiting;
    auto const token = Token{.id = command.token,
                             .show = command.show,
                             .user = command.user,
                             .number = ++gate.tail,
                             .heartbeat_at = now};
    hall.put(gate);
    hall.put(token);
    changes.push_back({Change::joined, token});
    return Joined{.token = token, .is_new = true, .changes = std::move(changes)};
}

std::vector<Changed> admit(Hall& hall, ShowId const& show, std::chrono::milliseconds length,
                           Instant now) {
    auto admitted = std::vector<Changed>{};
    auto gate = *hall.gate(show);
    if (now < gate.opens_at) {
        return admitted;
    }
    for (auto const& id : hall.waiting(show)) {
        if (gate.active >= gate.capacity) {
            break;
        }
        auto token = *hall.token(id);
        ++gate.active;
        --gate.waiting;
        ENSURE(token.number > gate.watermark);
        gate.watermark = token.number;
        token.state = TokenState::admitted;
        token.admitted_at = now;
        token.expires_at = now + length;
        ++token.version;
        hall.put(token);
        admitted.push_back({Change::admitted, token});
    }
    if (!admitted.empty()) {
        hall.put(gate);
    }
    return admitted;
}

Exit leave(Hall& hall, TokenId const& id, UserId const& user, Instant now) {
    auto const* const token = hall.token(id);
    if (token == nullptr) {
        return Objection::unknown_token;
    }
    if (token->user != user) {
        return Objection::another_user;
    }
    if (!is_live(token->state)) {
        return Objection::already_over;
    }
    return end(hall, *token, Change::left, now);
}

Exit complete(Hall& hall, TokenId const& id, ShowId const& show, ReservationId const& reservation,
              Instant now) {
    auto token = admitted_token(hall, id);
    if (!token) {
        return token.error();
    }
    if (token->show != show) {
        return Objection::another_show;
    }
    token->reservation = reservation;
    return end(hall, *token, Change::completed, now);
}

Exit expire(Hall& hall, TokenId const& id, Instant now) {
    auto const token = admitted_token(hall, id);
    if (!token) {
        return token.error();
    }
    if (now < *token->expires_at) {
        return Objection::still_in_time;
    }
    return end(hall, *token, Change::expired, now);
}

Exit revoke(Hall& hall, TokenId const& id, Instant now) {
    auto const token = admitted_token(hall, id);
    if (!token) {
        return token.error();
    }
    return end(hall, *token, Change::revoked, now);
}

Exit abandon(Hall& hall, TokenId const& id, Instant silent_since, Instant now) {
    auto const* const token = hall.token(id);
    if (token == nullptr) {
        return Objection::unknown_token;
    }
    if (token->state != TokenState::waiting) {
        return Objection::already_over;
    }
    if (token->heartbeat_at >= silent_since) {
        return Objection::still_in_time;
    }
    return end(hall, *token, Change::abandoned, now);
}

}  // namespace frontrow::queue::domain
