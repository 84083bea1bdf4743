// Loads what the whole batch needs, reacts to each event in turn, saves each row once.
#include "payment-service/consumers/consume.hpp"

#include <algorithm>

#include "common/outbox/outbox.hpp"
#include "payment-service/consumers/work.hpp"
#include "payment-service/storage/ledger.hpp"
#include "payment-service/storage/payments.hpp"
#include "payment-service/storage/wallets.hpp"

namespace frontrow::payment::consumers {
namespace {

template <class Body>
concept MovesMoney = requires(Work& work, Envelope const& cause, Body const& body) {
    react(work, cause, body);
};

/// The distinct values of `member` over the events that move money, sorted.
template <class Member>
std::vector<Member> needs_of(std::span<events::Event const> batch,
                             Member events::ReservationFacts::*member) {
    auto needs = std::vector<Member>{};
    for (auto const& event : batch) {
        std::visit(
            [&](auto const& body) {
                if constexpr (MovesMoney<std::remove_cvref_t<decltype(body)>>) {
                    needs.push_back(body.*member);
                }
            },
            event.body);
    }
    std::ranges::sort(needs);
    auto const repeated = std::ranges::unique(needs);
    needs.erase(repeated.begin(), repeated.end());
    return needs;
}

Work load(pg::Transaction& tx, std::span<events::Event const> batch) {
    auto wallets = storage::wallets::lock(tx, needs_of(batch, &events::ReservationFacts::user));
    auto payments =
        storage::payments::lock(tx, needs_of(batch, &events::ReservationFacts::reservation));
    return {domain::Books{wallets.get(), payments.get()}, tx.now()};
}

void save(pg::Transaction& tx, Work& work) {
    storage::wallets::save(tx, work.books().changed_wallets());
    storage::payments::save(tx, work.books().changed_payments());
    storage::ledger::append(tx, work.books().transfers());
    outbox::append(tx, events::to_messages(work.told()));
}

}  // namespace

std::vector<inbox::Outcome> consume(pg::Transaction& tx, std::span<events::Event const> batch) {
    auto work = load(tx, batch);
    auto outcomes = std::vector<inbox::Outcome>{};
    for (auto const& event : batch) {
        outcomes.push_back(std::visit(
            [&](auto const& body) {
                if constexpr (MovesMoney<std::remove_cvref_t<decltype(body)>>) {
                    return react(work, event.envelope, body);
                } else {
                    return inbox::Outcome::ignored("moves no money");
                }
            },
            event.body));
    }
    save(tx, work);
    return outcomes;
}

}  // namespace frontrow::payment::consumers
