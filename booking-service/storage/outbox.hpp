// What others are told: the domain's events as rows of the outbox, in the words of the contracts.
#pragma once

#include <span>
#include <vector>

#include "booking-service/domain/event.hpp"
#include "booking-service/domain/show.hpp"
#include "common/events/event.hpp"
#include "common/pg/transaction.hpp"
#include "common/tracing/origin.hpp"

namespace frontrow::booking::storage {

/// An event and the request or event that led to it.
struct Told {
    domain::ReservationEvent event;
    Origin origin;
};

/// Call it last, under the locks of the reservations.
void append(pg::Transaction& tx, std::span<Told const> told);

/// A show that was made.
struct ToldShow {
    domain::Concert concert;
    domain::Show show;
    Origin origin;
};
void append(pg::Transaction& tx, std::span<ToldShow const> told);

/// The contract's word for a domain event.
[[nodiscard]] events::Body contract(domain::ReservationEvent const& event);

}  // namespace frontrow::booking::storage
