// A show goes on sale: if it is sold through the queue, it gets a gate.
#include "queue-service/consumers/work.hpp"

namespace frontrow::queue::consumers {

inbox::Outcome react(Work& work, Envelope const&, events::ShowCreated const& event) {
    if (event.admission_capacity <= 0) {
        return inbox::Outcome::ignored("the show is sold without a queue");
    }
    if (work.hall.gate(event.show) != nullptr) {
        return inbox::Outcome::ignored("the show has its gate");
    }
    domain::open_gate(work.hall, {.show = event.show,
                                  .opens_at = event.sale_opens_at,
                                  .capacity = event.admission_capacity,
                                  .mean_stay = work.admission_length});
    return inbox::Outcome::applied();
}

}  // namespace frontrow::queue::consumers
