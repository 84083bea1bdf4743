// One event of each type, made of literals only, so that their bytes never change.
#include "tests/unit/common-events/samples.hpp"

namespace frontrow::events {
namespace {

template <class StrongId>
StrongId id(char last) {
    return *StrongId::parse(std::string{"01939b4c-0000-7000-8000-00000000000"} + last);
}

Instant at(char const* text) {
    return *parse_rfc3339(text);
}

Money euros(std::int64_t cents) {
    return {cents, Currency{}};
}

template <class Kind>
Kind reservation(Kind event = {}) {
    static_cast<ReservationFacts&>(event) = {
        .reservation = id<ReservationId>('1'),
        .show = id<ShowId>('2'),
        .user = {"ann"},
        .token = id<TokenId>('3'),
        .seats = {{.seat = 7, .fence = 1}, {.seat = 8, .fence = 4'000'000'000}},
        .total = euros(12'000),
        .held_until = at("2026-11-21T19:35:00.250001Z"),
        .attempt = 1};
    return event;
}

template <class Kind>
Kind payment(Kind event = {}) {
    static_cast<PaymentFacts&>(event) = {.reservation = id<ReservationId>('1'),
                                         .user = {"ann"},
                                         .attempt = 1,
                                         .amount = euros(12'000),
                                         .captured = euros(12'000),
                                         .refunded = euros(6'000)};
    return event;
}

template <class Kind>
Kind token(Kind event = {}) {
    static_cast<TokenFacts&>(event) = {.token = id<TokenId>('3'),
                                       .show = id<ShowId>('2'),
                                       .user = {"ann"},
                                       .number = 41,
                                       .generation = 2,
                                       .expires_at = at("2026-11-21T19:40:00Z")};
    return event;
}

std::vector<Body> bodies() {
    auto held = reservation<ReservationHeld>();
    held.token.reset();  // a show without a queue
    auto returned = reservation<ReservationReturned>();
    returned.reason = "insufficient_funds";
    auto partly = reservation<ReservationPartlyCancelled>();
    partly.given_back = {{.seat = 8, .fence = 4'000'000'000}};
    partly.refund = euros(6'000);
    auto declined = payment<PaymentDeclined>();
    declined.reason = "too_late";
    auto refunded = payment<PaymentRefunded>();
    refunded.refund = euros(6'000);
    auto joined = token<TokenJoined>();
    joined.expires_at.reset();  // not admitted yet
    auto completed = token<TokenCompleted>();
    completed.reservation = id<ReservationId>('1');
    return {held,
            reservation<ReservationExtended>(),
            reservation<ReservationPaymentRequested>(),
            returned,
            reservation<ReservationConfirmed>(),
            reservation<ReservationExpired>(),
            reservation<ReservationCancelled>(),
            partly,
            payment<PaymentAuthorized>(),
            declined,
            payment<PaymentCaptured>(),
            payment<PaymentVoided>(),
            refunded,
            WalletToppedUp{.user = {"ann"},
                           .transfer = id<TransferId>('4'),
                           .amount = euros(50'000),
                           .available = euros(50'000),
                           .pending = euros(0)},
            joined,
            token<TokenAdmitted>(),
            completed,
            token<TokenExpired>(),
            token<TokenLeft>(),
            token<TokenRevoked>(),
            token<TokenAbandoned>(),
            ShowCreated{.show = id<ShowId>('2'),
                        .concert = id<ConcertId>('5'),
                        .title = "Nocturnes \"by night\" – Chopin",
                        .venue = "Große Halle",
                        .starts_at = at("2026-12-24T19:30:00Z"),
                        .sale_opens_at = at("2026-11-21T10:00:00Z"),
                        .seats = 500,
                        .admission_capacity = 100,
                        .currency = Currency{}}};
}

}  // namespace

std::vector<Event> samples() {
    auto events = std::vector<Event>{};
    for (auto& body : bodies()) {
        auto envelope = Envelope{.id = id<ShowId>('a').uuid,
                                 .time = at("2026-11-21T19:30:00.123456Z"),
                                 .version = 3,
                                 .correlation_id = "order-4711",
                                 .causation_id = "01939b4c-0000-7000-8000-00000000000b",
                                 .trace = {}};
        envelope.trace =
            *TraceContext::parse("00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01");
        events.push_back({std::move(envelope), std::move(body)});
    }
    return events;
}

}  // namespace frontrow::events
