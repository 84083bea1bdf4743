// Some seats were given back: their price goes back.
#include "payment-service/consumers/work.hpp"

namespace frontrow::payment::consumers {

inbox::Outcome react(Work& work, Envelope const& cause,
                     events::ReservationPartlyCancelled const& event) {
    return work.record(cause, domain::refund_part(work.books(), {.reservation = event.reservation,
                                                                 .user = event.user,
                                                                 .total = event.total,
                                                                 .refund = event.refund,
                                                                 .transfer = transfer_of(cause)}));
}

}  // namespace frontrow::payment::consumers
