// Joining: gates and live tokens locked, decided in turn, saved, told.
#include "queue-service/use_cases/join_queue.hpp"

#include "queue-service/storage/distinct.hpp"
#include "queue-service/storage/gates.hpp"
#include "queue-service/storage/tell.hpp"
#include "queue-service/storage/tokens.hpp"

namespace frontrow::queue::use_cases {
namespace {

domain::Hall load(pg::Transaction& tx, std::span<JoinQueue const> commands, Lines& lines) {
    auto gates = storage::gates::lock(tx, storage::distinct(commands, &JoinQueue::show));
    auto const holders = storage::distinct(commands, [](JoinQueue const& command) {
        return storage::tokens::Holder{command.show, command.user};
    });
    auto live = storage::tokens::lock_live(tx, holders);
    lines.catch_up(tx, gates);
    return {std::move(gates), std::move(live)};
}

/// Who is new is the last; who was in already has a place that only the line knows.
std::int64_t position_of(domain::Joined const& joined, domain::Gate const& gate,
                         Lines const& lines) {
    if (joined.is_new) {
        return gate.waiting;
    }
    return joined.token.state == domain::TokenState::waiting ? lines.position(joined.token, gate)
                                                             : 0;
}

}  // namespace

std::vector<JoinOutcome> join_queue(pg::Transaction& tx, std::span<JoinQueue const> commands,
                                    Lines& lines) {
    auto hall = load(tx, commands, lines);
    auto outcomes = std::vector<JoinOutcome>{};
    auto told = std::vector<storage::Told>{};
    for (auto const& command : commands) {
        auto const joined =
            domain::join(hall, {command.show, command.user, TokenId::draw()}, tx.now());
        if (!joined) {
            outcomes.emplace_back(joined.error());
            continue;
        }
        for (auto const& changed : joined->changes) {
            told.push_back({changed, command.origin});
        }
        auto const& gate = *hall.gate(command.show);
        auto const position = position_of(*joined, gate, lines);
        outcomes.emplace_back(
            JoinedQueue{view_of(joined->token, gate, position, tx.now()), joined->is_new});
    }
    storage::save(tx, hall, told);
    return outcomes;
}

}  // namespace frontrow::queue::use_cases
