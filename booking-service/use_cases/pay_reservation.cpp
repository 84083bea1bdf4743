// Load the set, decide each in order, save the set.
#include "booking-service/use_cases/pay_reservation.hpp"

#include "booking-service/storage/outbox.hpp"
#include "booking-service/storage/work.hpp"

namespace frontrow::booking::use_cases {

pg::Later<domain::Work> ask_to_pay(pg::Transaction& tx, std::span<PayReservation const> commands) {
    auto needs = storage::Needs{};
    for (auto const& command : commands) {
        needs.reservations.push_back(command.reservation);
    }
    return storage::lock(tx, std::move(needs));
}

std::vector<PayReservationOutcome> pay_reservation(pg::Transaction& tx,
                                                   pg::Later<domain::Work> asked,
                                                   std::span<PayReservation const> commands,
                                                   storage::Layouts& layouts,
                                                   domain::Rules const& rules) {
    auto work = asked.get();
    auto outcomes = std::vector<PayReservationOutcome>{};
    auto told = std::vector<storage::Told>{};
    for (auto const& command : commands) {
        auto paid = domain::pay(work, command.reservation, command.user, tx.now(), rules);
        if (paid.refusal) {
            outcomes.push_back(*paid.refusal);
        } else {
            auto const show = paid.event->after.show;
            auto const known = layouts.load(tx, std::span{&show, 1});
            outcomes.push_back(ReservationView{paid.event->after, known.at(show)});
        }
        if (paid.event) {
            told.push_back({*std::move(paid.event), command.origin});
        }
    }
    storage::save(tx, work);
    storage::append(tx, told);
    return outcomes;
}

}  // namespace frontrow::booking::use_cases
