// Shows, seats, reservations and passes as a test likes them.
#pragma once

#include <array>

#include "booking-service/domain/answer.hpp"
#include "booking-service/domain/cancel.hpp"
#include "booking-service/domain/extend.hpp"
#include "booking-service/domain/hold.hpp"
#include "booking-service/domain/pay.hpp"
#include "booking-service/domain/reserve.hpp"
#include "booking-service/domain/spelling.hpp"
#include "booking-service/domain/tokens.hpp"

namespace frontrow::booking::domain::testing {

using namespace std::chrono_literals;

inline Instant const noon = *parse_rfc3339("2026-11-21T12:00:00Z");
inline UserId const ann{"ann"};
inline UserId const bob{"bob"};

template <class StrongId>
StrongId numbered(std::uint8_t number) {
    auto id = StrongId{};
    id.uuid.octets.back() = number;
    return id;
}
inline ShowId const the_show = numbered<ShowId>(1);
inline TokenId const the_token = numbered<TokenId>(1);

/// Seats 1 to 4 at 90.00 and 5 to 10 at 35.00, on sale for a day around noon.
inline Show show(std::int32_t admission_capacity = 0) {
    auto layout = Layout{};
    layout.sections = {{.name = "Stalls", .rows = 2, .seats_per_row = 2, .price = 9000},
                       {.name = "Gallery", .rows = 2, .seats_per_row = 3, .price = 3500}};
    number_seats(layout.sections);
    return {.id = the_show,
            .concert = {},
            .starts_at = noon + 12h,
            .sale_opens_at = noon - 12h,
            .sale_closes_at = noon + 12h,
            .admission_capacity = admission_capacity,
            .layout = std::make_shared<Layout const>(layout)};
}

/// The show's ten seats, all free, and an unused pass.
inline Work empty_house() {
    auto work = Work{};
    for (auto number = 1; number <= 10; ++number) {
        work.seats.add({the_show, number}, Seat{.key = {the_show, number}});
    }
    work.passes.add(the_token, Pass{.token = the_token});
    return work;
}

inline ReservationRequest request(std::uint8_t id, std::vector<std::int32_t> seats,
                                  UserId user = ann) {
    return {.id = numbered<ReservationId>(id),
            .show = the_show,
            .user = std::move(user),
            .seats = std::move(seats)};
}

inline ReservationRequest with_pass(ReservationRequest request, std::int32_t generation = 1) {
    request.pass = PassClaim{.token = the_token, .generation = generation, .expires_at = noon + 1h};
    return request;
}

inline Seat const& seat(Work const& work, std::int32_t number) {
    return work.seats.at({the_show, number});
}

/// Reserves and puts the reservation in the set, as a later transaction would find it.
inline ReservationId reserved(Work& work, ReservationRequest const& wanted, Instant at = noon,
                              Show const& of = show()) {
    auto outcome = reserve(work, of, wanted, at, Rules{});
    ENSURE(outcome.has_value());
    work.reservations.add(outcome->id, *outcome);
    return outcome->id;
}

inline Reservation const& reservation(Work const& work, ReservationId const& id) {
    return work.reservations.at(id);
}

/// A house with reservation 1 of ann for seats 1 and 2, in that state since noon; partly cancelled,
/// it keeps seat 1.
struct Staged {
    Work work;
    ReservationId id;
};
inline Staged staged(ReservationState state, bool with_queue = false) {
    auto work = empty_house();
    auto const wanted = with_queue ? with_pass(request(1, {1, 2})) : request(1, {1, 2});
    auto const id = reserved(work, wanted, noon, show(with_queue ? 10 : 0));
    switch (state) {
        case ReservationState::held:
            break;
        case ReservationState::paying:
            ENSURE(pay(work, id, ann, noon, Rules{}).event);
            break;
        case ReservationState::confirmed:
            ENSURE(pay(work, id, ann, noon, Rules{}).event);
            ENSURE(confirm(work, id, 1, noon).event);
            break;
        case ReservationState::expired:
            ENSURE(expire(work, id, noon + 1h));
            break;
        case ReservationState::partly_cancelled:
            ENSURE(pay(work, id, ann, noon, Rules{}).event);
            ENSURE(confirm(work, id, 1, noon).event);
            ENSURE(cancel_part(work, show(), id, ann, std::array{2}, noon).event);
            break;
        case ReservationState::cancelled:
            ENSURE(cancel(work, id, ann, noon).event);
            break;
    }
    return {std::move(work), id};
}

inline constexpr auto every_state = std::to_array<ReservationState>(
    {ReservationState::held, ReservationState::paying, ReservationState::confirmed,
     ReservationState::partly_cancelled, ReservationState::cancelled, ReservationState::expired});

}  // namespace frontrow::booking::domain::testing
