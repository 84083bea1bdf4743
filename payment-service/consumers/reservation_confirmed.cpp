// The seats are the user's: what was set aside is taken.
#include "payment-service/consumers/work.hpp"

namespace frontrow::payment::consumers {

inbox::Outcome react(Work& work, Envelope const& cause, events::ReservationConfirmed const& event) {
    return work.record(cause, domain::capture(work.books(), {.reservation = event.reservation,
                                                             .user = event.user,
                                                             .total = event.total,
                                                             .transfer = transfer_of(cause)}));
}

}  // namespace frontrow::payment::consumers
