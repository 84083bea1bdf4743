// booking asks for the money of a reservation: it is set aside, or the request is declined.
#include "payment-service/consumers/work.hpp"

namespace frontrow::payment::consumers {

inbox::Outcome react(Work& work, Envelope const& cause,
                     events::ReservationPaymentRequested const& event) {
    return work.record(cause, domain::request(work.books(),
                                              {.reservation = event.reservation,
                                               .user = event.user,
                                               .attempt = event.attempt,
                                               .amount = event.total,
                                               .held_until = event.held_until,
                                               .transfer = transfer_of(cause)},
                                              work.now()));
}

}  // namespace frontrow::payment::consumers
