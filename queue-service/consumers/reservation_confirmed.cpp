// Somebody bought: the token that the reservation names is completed, and its place is free.
#include "common/events/stamp.hpp"
#include "queue-service/consumers/work.hpp"

namespace frontrow::queue::consumers {

inbox::Outcome react(Work& work, Envelope const& cause, events::ReservationConfirmed const& event) {
    if (!event.token) {
        return inbox::Outcome::ignored("the show is sold without a queue");
    }
    auto const completed =
        domain::complete(work.hall, *event.token, event.show, event.reservation, work.now);
    if (!completed) {
        auto why = std::string{domain::to_text(completed.error())};
        return completed.error() == domain::Objection::another_show
                   ? inbox::Outcome::refused(std::move(why))
                   : inbox::Outcome::ignored(std::move(why));
    }
    work.told.push_back({*completed, events::origin_of(cause)});
    return inbox::Outcome::applied();
}

}  // namespace frontrow::queue::consumers
