// Translates domain events to the wire contracts.
#include "booking-service/storage/outbox.hpp"

#include "common/core/ensure.hpp"
#include "common/events/stamp.hpp"
#include "common/outbox/outbox.hpp"

namespace frontrow::booking::storage {
namespace {

std::vector<events::SeatFence> fences_of(std::vector<domain::SeatClaim> const& claims) {
    auto seats = std::vector<events::SeatFence>{};
    seats.reserve(claims.size());
    for (auto const& claim : claims) {
        seats.push_back({.seat = claim.seat, .fence = claim.fence});
    }
    return seats;
}

events::ReservationFacts facts_of(domain::Reservation const& reservation) {
    return {.reservation = reservation.id,
            .show = reservation.show,
            .user = reservation.user,
            .token = reservation.token,
            .seats = fences_of(reservation.seats),
            .total = reservation.total,
            .held_until = reservation.held_until,
            .attempt = reservation.attempt};
}

}  // namespace

events::Body contract(domain::ReservationEvent const& event) {
    auto facts = facts_of(event.after);
    switch (event.happening) {
        case domain::Happening::held:
            return events::ReservationHeld{std::move(facts)};
        case domain::Happening::extended:
            return events::ReservationExtended{std::move(facts)};
        case domain::Happening::payment_requested:
            return events::ReservationPaymentRequested{std::move(facts)};
        case domain::Happening::returned:
            return events::ReservationReturned{std::move(facts), event.after.decline};
        case domain::Happening::confirmed:
            return events::ReservationConfirmed{std::move(facts)};
        case domain::Happening::expired:
            return events::ReservationExpired{std::move(facts)};
        case domain::Happening::partly_cancelled:
            return events::ReservationPartlyCancelled{std::move(facts), fences_of(event.given_back),
                                                      event.refund};
        case domain::Happening::cancelled:
            return events::ReservationCancelled{std::move(facts)};
    }
    ENSURE(false && "an event without a contract");
    return {};
}

void append(pg::Transaction& tx, std::span<Told const> told) {
    auto events = std::vector<events::Event>{};
    events.reserve(told.size());
    for (auto const& [event, origin] : told) {
        events.push_back({.envelope = events::stamp(origin, tx.now(), event.after.version),
                          .body = contract(event)});
    }
    if (!events.empty()) {
        outbox::append(tx, events::to_messages(std::move(events)));
    }
}

void append(pg::Transaction& tx, std::span<ToldShow const> told) {
    auto events = std::vector<events::Event>{};
    for (auto const& [concert, show, origin] : told) {
        events.push_back({.envelope = events::stamp(origin, tx.now(), 1),
                          .body = events::ShowCreated{.show = show.id,
                                                      .concert = concert.id,
                                                      .title = concert.title,
                                                      .venue = concert.venue,
                                                      .starts_at = show.starts_at,
                                                      .sale_opens_at = show.sale_opens_at,
                                                      .seats = show.layout->seats(),
                                                      .admission_capacity = show.admission_capacity,
                                                      .currency = concert.currency}});
    }
    if (!events.empty()) {
        outbox::append(tx, events::to_messages(std::move(events)));
    }
}

}  // namespace frontrow::booking::storage
