// The working set of a batch of events: the books, and the events that the batch leads to.
#pragma once

#include <vector>

#include "common/events/event.hpp"
#include "common/inbox/consumer.hpp"
#include "payment-service/domain/pay.hpp"

namespace frontrow::payment::consumers {

class Work {
  public:
    Work(domain::Books books, Instant now) : books_{std::move(books)}, now_{now} {}

    [[nodiscard]] domain::Books& books() { return books_; }
    [[nodiscard]] Instant now() const { return now_; }

    /// Notes the event that tells of the change, or says why there is none.
    [[nodiscard]] inbox::Outcome record(events::Envelope const& cause,
                                        domain::Decision const& decision);
    [[nodiscard]] std::vector<events::Event> const& told() const { return told_; }

  private:
    domain::Books books_;
    Instant now_;
    std::vector<events::Event> told_;
};

/// The id of the transfer that an event causes, should money move, is the event's own.
[[nodiscard]] inline TransferId transfer_of(events::Envelope const& cause) {
    return TransferId{cause.id};
}

// What payment does when a reservation moves, one file each.
using events::Envelope;
[[nodiscard]] inbox::Outcome react(Work& work, Envelope const& cause,
                                   events::ReservationPaymentRequested const& event);
[[nodiscard]] inbox::Outcome react(Work& work, Envelope const& cause,
                                   events::ReservationConfirmed const& event);
[[nodiscard]] inbox::Outcome react(Work& work, Envelope const& cause,
                                   events::ReservationExpired const& event);
[[nodiscard]] inbox::Outcome react(Work& work, Envelope const& cause,
                                   events::ReservationCancelled const& event);
[[nodiscard]] inbox::Outcome react(Work& work, Envelope const& cause,
                                   events::ReservationPartlyCancelled const& event);

}  // namespace frontrow::payment::consumers
