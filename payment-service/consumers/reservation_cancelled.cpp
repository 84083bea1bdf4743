// A reservation was cancelled: its money goes back, and it can ask for none any more.
#include "payment-service/consumers/work.hpp"

namespace frontrow::payment::consumers {

inbox::Outcome react(Work& work, Envelope const& cause, events::ReservationCancelled const& event) {
    return work.record(cause, domain::give_back(work.books(), {.reservation = event.reservation,
                                                               .user = event.user,
                                                               .currency = event.total.currency,
                                                               .transfer = transfer_of(cause)}));
}

}  // namespace frontrow::payment::consumers
