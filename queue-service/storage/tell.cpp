// Events of queue.token.v1.
#include "queue-service/storage/tell.hpp"

#include <unordered_map>
#include <utility>

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

/// Those who joined, each with the story in which that is told.
std::vector<tokens::Joined> joined_of(domain::Hall const& hall, std::span<Told const> told) {
    auto stories = std::unordered_map<TokenId, std::string>{};
    for (auto const& [changed, origin] : told) {
        if (changed.what == domain::Change::joined) {
            stories.emplace(changed.token.id, origin.correlation_id);
        }
    }
    auto joined = std::vector<tokens::Joined>{};
    for (auto& token : hall.joined_tokens()) {
        auto& story = stories.at(token.id);
        joined.push_back({std::move(token), std::move(story)});
    }
    return joined;
}

}  // namespace

void save(pg::Transaction& tx, domain::Hall const& hall, std::span<Told const> told) {
    gates::insert(tx, hall.opened_gates());
    gates::save(tx, hall.changed_gates());
    tokens::save(tx, hall.changed_tokens());  // first: who rejoins has left before
    tokens::insert(tx, joined_of(hall, told));
    auto messages = std::vector<outbox::Message>{};
    for (auto const& [changed, origin] : told) {
        messages.push_back(
            events::to_message({.envelope = events::stamp(origin, tx.now(), changed.token.version),
                                .body = body_of(changed)}));
    }
    outbox::append(tx, messages);
}

std::vector<Told> told_unasked(pg::Transaction& tx, std::vector<domain::Changed> changes) {
    auto ids = std::vector<TokenId>{};
    for (auto const& changed : changes) {
        ids.push_back(changed.token.id);
    }
    auto const stories = tokens::stories(tx, ids);
    auto told = std::vector<Told>{};
    for (auto& changed : changes) {
        auto trace = TraceContext::start();
        auto span = trace.span_id_hex();
        auto const& id = changed.token.id;
        auto const& story = stories.at(id);
        auto origin = Origin{.correlation_id = story.empty() ? id.to_string() : story,
                             .causation_id = std::move(span),
                             .trace = std::move(trace)};
        told.push_back({std::move(changed), std::move(origin)});
    }
    return told;
}

}  // namespace frontrow::queue::storage
