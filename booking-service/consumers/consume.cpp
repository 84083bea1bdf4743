// Locks what the batch needs, lets each event react, saves.
#include "booking-service/consumers/consume.hpp"

#include <concepts>
#include <type_traits>
#include <variant>

#include "booking-service/storage/work.hpp"

namespace frontrow::booking::consumers {
namespace {

template <class Body>
concept Answer =
    std::same_as<Body, events::PaymentAuthorized> || std::same_as<Body, events::PaymentDeclined>;

template <class Body>
concept TokenChange = std::same_as<Body, events::TokenAdmitted> ||
    std::same_as<Body, events::TokenLeft> || std::same_as<Body, events::TokenRevoked> ||
    std::same_as<Body, events::TokenExpired> || std::same_as<Body, events::TokenCompleted>;

storage::Needs needs_of(std::span<events::Event const> batch) {
    auto needs = storage::Needs{};
    for (auto const& event : batch) {
        std::visit(
            [&]<class Body>(Body const& body) {
                if constexpr (Answer<Body>) {
                    needs.reservations.push_back(body.reservation);
                } else if constexpr (TokenChange<Body>) {
                    needs.tokens.push_back(body.token);
                }
            },
            event.body);
    }
    return needs;
}

}  // namespace

std::vector<std::string> consumed_topics() {
    return {"payment.payment.v1", "queue.token.v1"};
}

std::vector<inbox::Outcome> consume(pg::Transaction& tx, std::span<events::Event const> batch) {
    auto reactions =
        Reactions{.work = storage::lock(tx, needs_of(batch)).get(), .told = {}, .now = tx.now()};
    auto outcomes = std::vector<inbox::Outcome>{};
    for (auto const& event : batch) {
        outcomes.push_back(std::visit(
            [&]<class Body>(Body const& body) {
                if constexpr (Answer<Body> || TokenChange<Body>) {
                    return react(reactions, event.envelope, body);
                } else {
                    return inbox::Outcome::ignored("does not concern booking");
                }
            },
            event.body));
    }
    storage::save(tx, reactions.work);
    storage::append(tx, reactions.told);
    return outcomes;
}

std::vector<ReservationId> touched_by(std::span<events::Event const> batch) {
    return needs_of(batch).reservations;
}

}  // namespace frontrow::booking::consumers
