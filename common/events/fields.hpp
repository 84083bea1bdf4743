// The members of every event's `data`, each named once: the writer and the reader both walk them.
#pragma once

#include <concepts>
#include <type_traits>

#include "common/events/payment_events.hpp"
#include "common/events/queue_events.hpp"
#include "common/events/reservation_events.hpp"
#include "common/events/show_events.hpp"

namespace frontrow::events {

/// Either `Event&` or `Event const&`, of the family that `Facts` heads.
template <class Event, class Facts>
concept Tells = std::derived_from<std::remove_const_t<Event>, Facts>;

template <class Visitor, Tells<ReservationFacts> Event>
void facts(Visitor& visit, Event& event) {
    visit("reservationId", event.reservation);
    visit("showId", event.show);
    visit("userId", event.user);
    visit("tokenId", event.token);
    visit("seats", event.seats);
    visit("total", event.total);
    visit("heldUntil", event.held_until);
    visit("attempt", event.attempt);
}

template <class Visitor, Tells<PaymentFacts> Event>
void facts(Visitor& visit, Event& event) {
    visit("reservationId", event.reservation);
    visit("userId", event.user);
    visit("attempt", event.attempt);
    visit("amount", event.amount);
    visit("captured", event.captured);
    visit("refunded", event.refunded);
}

template <class Visitor, Tells<TokenFacts> Event>
void facts(Visitor& visit, Event& event) {
    visit("tokenId", event.token);
    visit("showId", event.show);
    visit("userId", event.user);
    visit("number", event.number);
    visit("generation", event.generation);
    visit("expiresAt", event.expires_at);
}

template <class Visitor, Tells<WalletToppedUp> Event>
void facts(Visitor& visit, Event& event) {
    visit("userId", event.user);
    visit("transferId", event.transfer);
    visit("amount", event.amount);
    visit("available", event.available);
    visit("pending", event.pending);
}

template <class Visitor, Tells<ShowCreated> Event>
void facts(Visitor& visit, Event& event) {
    visit("showId", event.show);
    visit("concertId", event.concert);
    visit("title", event.title);
    visit("venue", event.venue);
    visit("startsAt", event.starts_at);
    visit("saleOpensAt", event.sale_opens_at);
    visit("seats", event.seats);
    visit("admissionCapacity", event.admission_capacity);
    visit("currency", event.currency);
}

/// Calls `visit(name, member)` for each member, in the order in which they are written.
template <class Visitor, class Event>
void fields(Visitor& visit, Event& event) {
    facts(visit, event);
    if constexpr (Tells<Event, ReservationReturned> || Tells<Event, PaymentDeclined>) {
        visit("reason", event.reason);
    } else if constexpr (Tells<Event, ReservationPartlyCancelled>) {
        visit("givenBack", event.given_back);
        visit("refund", event.refund);
    } else if constexpr (Tells<Event, PaymentRefunded>) {
        visit("refund", event.refund);
    } else if constexpr (Tells<Event, TokenCompleted>) {
        visit("reservationId", event.reservation);
    }
}

}  // namespace frontrow::events
