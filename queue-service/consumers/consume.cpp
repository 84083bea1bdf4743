// Loads what the whole batch needs, reacts to each event in turn, saves each row once.
#include "queue-service/consumers/consume.hpp"

#include "queue-service/consumers/work.hpp"
#include "queue-service/storage/places.hpp"

namespace frontrow::queue::consumers {
namespace {

struct Needs {
    std::vector<ShowId> gates;
    std::vector<TokenId> tokens;
};

Needs needs_of(std::span<events::Event const> batch) {
    auto needs = Needs{};
    for (auto const& event : batch) {
        if (auto const* const show = std::get_if<events::ShowCreated>(&event.body)) {
            needs.gates.push_back(show->show);
        } else if (auto const* const sold = std::get_if<events::ReservationConfirmed>(&event.body);
                   sold != nullptr && sold->token) {
            needs.gates.push_back(sold->show);
            needs.tokens.push_back(*sold->token);
        }
    }
    return needs;
}

/// A token that an event of another show names is loaded with its own gate, to be told apart.
domain::Hall load(pg::Transaction& tx, Needs needs) {
    for (auto const& [token, show] : storage::tokens::places_of(tx, needs.tokens)) {
        needs.gates.push_back(show);
    }
    auto gates = storage::gates::lock(tx, storage::distinct(needs.gates, std::identity{}));
    return {std::move(gates),
            storage::tokens::lock(tx, storage::distinct(needs.tokens, std::identity{}))};
}

}  // namespace

std::vector<inbox::Outcome> consume(pg::Transaction& tx, std::span<events::Event const> batch,
                                    std::chrono::milliseconds admission_length) {
    auto work = Work{
        .hall = load(tx, needs_of(batch)), .now = tx.now(), .admission_length = admission_length};
    auto outcomes = std::vector<inbox::Outcome>{};
    for (auto const& event : batch) {
        outcomes.push_back(std::visit(
            [&](auto const& body) {
                if constexpr (requires { react(work, event.envelope, body); }) {
                    return react(work, event.envelope, body);
                } else {
                    return inbox::Outcome::ignored("opens no gate and frees no place");
                }
            },
            event.body));
    }
    storage::save(tx, work.hall, work.told);
    return outcomes;
}

}  // namespace frontrow::queue::consumers
