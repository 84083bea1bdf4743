// Reading tokens with their positions.
#include "queue-service/use_cases/read_token.hpp"

#include <map>

#include "queue-service/storage/distinct.hpp"
#include "queue-service/storage/tokens.hpp"

namespace frontrow::queue::use_cases {
namespace {

using storage::tokens::Seen;

std::vector<domain::Gate> gates_of(std::map<TokenId, Seen> const& found) {
    auto gates = std::map<ShowId, domain::Gate>{};
    for (auto const& [id, seen] : found) {
        if (seen.token.state == domain::TokenState::waiting) {
            gates.emplace(seen.gate.show, seen.gate);
        }
    }
    auto values = std::vector<domain::Gate>{};
    for (auto const& [show, gate] : gates) {
        values.push_back(gate);
    }
    return values;
}

}  // namespace

std::vector<MaybeToken> read_tokens(pg::Transaction& tx, std::span<ReadToken const> queries,
                                    Lines& lines, Heartbeats& heartbeats,
                                    std::chrono::milliseconds beat) {
    auto found = std::map<TokenId, Seen>{};
    for (auto& seen : storage::tokens::read(tx, storage::distinct(queries, &ReadToken::token))) {
        found.emplace(seen.token.id, seen);
    }
    lines.catch_up(tx, gates_of(found));
    auto answers = std::vector<MaybeToken>{};
    for (auto const& query : queries) {
        auto const one = found.find(query.token);
        if (one == found.end() || one->second.token.user != query.user) {
            answers.emplace_back(std::nullopt);
            continue;
        }
        auto const& [token, gate] = one->second;
        auto const waits = token.state == domain::TokenState::waiting;
        if (waits && token.heartbeat_at < tx.now() - beat) {
            heartbeats.note(token.id);
        }
        answers.emplace_back(
            view_of(token, gate, waits ? lines.position(token, gate) : 0, tx.now()));
    }
    return answers;
}

}  // namespace frontrow::queue::use_cases
