// All that booking does with other services' events.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "booking-service/domain/work.hpp"
#include "booking-service/storage/outbox.hpp"
#include "common/events/event.hpp"
#include "common/inbox/consumer.hpp"

namespace frontrow::booking::consumers {

/// The topics that it reads.
[[nodiscard]] std::vector<std::string> consumed_topics();

/// One working set for the whole batch, whatever the types: locked once, decided in the order of
/// the partitions, saved once. Outcome i belongs to event i.
[[nodiscard]] std::vector<inbox::Outcome> consume(pg::Transaction& tx,
                                                  std::span<events::Event const> batch);

/// The reservations that these events may have moved on.
[[nodiscard]] std::vector<ReservationId> touched_by(std::span<events::Event const> batch);

/// What reactions decide on, and the events that they lead to.
struct Reactions {
    domain::Work work;
    std::vector<storage::Told> told;
    Instant now{};
};

// One file each.
inbox::Outcome react(Reactions& reactions, events::Envelope const& envelope,
                     events::PaymentAuthorized const& event);
inbox::Outcome react(Reactions& reactions, events::Envelope const& envelope,
                     events::PaymentDeclined const& event);
inbox::Outcome react(Reactions& reactions, events::Envelope const& envelope,
                     events::TokenAdmitted const& event);
inbox::Outcome react(Reactions& reactions, events::Envelope const& envelope,
                     events::TokenLeft const& event);
inbox::Outcome react(Reactions& reactions, events::Envelope const& envelope,
                     events::TokenRevoked const& event);
inbox::Outcome react(Reactions& reactions, events::Envelope const& envelope,
                     events::TokenExpired const& event);
inbox::Outcome react(Reactions& reactions, events::Envelope const& envelope,
                     events::TokenCompleted const& event);

}  // namespace frontrow::booking::consumers
