// Top-ups: wallets opened and locked, decided in turn, saved with their transfers and events.
#include "payment-service/use_cases/top_up.hpp"

#include <map>

#include "common/events/event.hpp"
#include "common/events/stamp.hpp"
#include "common/outbox/outbox.hpp"
#include "payment-service/storage/ledger.hpp"
#include "payment-service/storage/wallets.hpp"

namespace frontrow::payment::use_cases {
namespace {

std::vector<storage::wallets::Opening> openings_of(std::span<TopUp const> commands) {
    auto first = std::map<UserId, Currency>{};
    for (auto const& command : commands) {
        first.try_emplace(command.user, command.amount.currency);
    }
    auto openings = std::vector<storage::wallets::Opening>{};
    for (auto const& [user, currency] : first) {
        openings.push_back({user, currency});
    }
    return openings;
}

std::vector<UserId> users_of(std::span<storage::wallets::Opening const> openings) {
    auto users = std::vector<UserId>{};
    for (auto const& opening : openings) {
        users.push_back(opening.user);
    }
    return users;
}

events::Event event_of(TopUp const& command, ToppedUp const& done, Instant now) {
    return {.envelope = events::stamp(command.origin, now, done.wallet.version),
            .body = events::WalletToppedUp{.user = command.user,
                                           .transfer = done.transfer,
                                           .amount = command.amount,
                                           .available = done.wallet.available,
                                           .pending = done.wallet.pending}};
}

}  // namespace

std::vector<TopUpOutcome> top_up(pg::Transaction& tx, std::span<TopUp const> commands) {
    auto const openings = openings_of(commands);
    storage::wallets::open(tx, openings);
    auto books = domain::Books{storage::wallets::lock(tx, users_of(openings)).get(), {}};
    auto outcomes = std::vector<TopUpOutcome>{};
    auto told = std::vector<events::Event>{};
    for (auto const& command : commands) {
        auto const transfer = TransferId::draw();
        auto const wallet = domain::top_up(books, {command.user, command.amount, transfer});
        if (!wallet) {
            outcomes.emplace_back(wallet.error());
            continue;
        }
        outcomes.emplace_back(ToppedUp{transfer, *wallet});
        told.push_back(event_of(command, *outcomes.back(), tx.now()));
    }
    storage::wallets::save(tx, books.changed_wallets());
    storage::ledger::append(tx, books.transfers());
    outbox::append(tx, events::to_messages(told));
    return outcomes;
}

}  // namespace frontrow::payment::use_cases
