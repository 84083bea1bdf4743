// Events of queue.token.v1.
#include "queue-service/storage/tell.hpp"

#include "common/core/ensure.hpp"
#include "common/events/event.hpp"
#include "common/events/stamp.hpp"
#include "common/outbox/outbox.hpp"
#include "queue-service/storage/gates.hpp"
#include "queue-service/storage/tokens.hpp"

namespace frontrow::queue::storage {
namespace {

events::Body body_of(domain::Changed const& changed) {
    auto const& token = changed.token;
    auto const facts = events::TokenFacts{.token = token.id,
                                          .show = token.show,
                                          .user = token.user,
                                          .number = token.number,
                                          .generation = token.generation,
                                          .expires_at = token.expires_at};
    switch (changed.what) {
        case domain::Change::joined:
            return events::TokenJoined{facts};
        case domain::Change::admitted:
            return events::TokenAdmitted{facts};
        case domain::Change::completed:
            ENSURE(token.reservation.has_value());
            return events::TokenCompleted{facts, *token.reservation};
        case domain::Change::expired:
            return events::TokenExpired{facts};
        case domain::Change::left:
            return events::TokenLeft{facts};
        case domain::Change::revoked:
            return events::TokenRevoked{facts};
        case domain::Change::abandoned:
            return events::TokenAbandoned{facts};
    }
    ENSURE(false);
    return events::TokenJoined{facts};
}

}  // namespace

void save(pg::Transaction& tx, domain::Hall const& hall, std::span<Told const> told) {
    gates::insert(tx, hall.opened_gates());
    gates::save(tx, hall.changed_gates());
    tokens::save(tx, hall.changed_tokens());  // first: who rejoins has left before
    tokens::insert(tx, hall.joined_tokens());
    auto messages = std::vector<outbox::Message>{};
    for (auto const& [changed, origin] : told) {
        messages.push_back(
            events::to_message({.envelope = events::stamp(origin, tx.now(), changed.token.version),
                                .body = body_of(changed)}));
    }
    outbox::append(tx, messages);
}

Origin own_origin() {
    auto trace = TraceContext::start();
    auto const id = trace.trace_id_hex();
    auto const span = trace.span_id_hex();
    return {.correlation_id = id, .causation_id = span, .trace = std::move(trace)};
}

}  // namespace frontrow::queue::storage
