// Admission: gates with places locked, those next in line locked, let in, told.
#include "queue-service/use_cases/admit.hpp"

#include "queue-service/storage/gates.hpp"
#include "queue-service/storage/tell.hpp"
#include "queue-service/storage/tokens.hpp"

namespace frontrow::queue::use_cases {

Admission admit(pg::Transaction& tx, std::chrono::milliseconds length) {
    auto const shows = storage::gates::with_free_places(tx);
    if (shows.empty()) {
        return {};
    }
    auto gates = storage::gates::lock(tx, shows);
    auto next = storage::tokens::lock_next(tx, gates);
    auto hall = domain::Hall{std::move(gates), std::move(next)};
    auto all = std::vector<domain::Changed>{};
    auto outrun = std::size_t{0};
    for (auto const& show : shows) {
        auto const admitted = domain::admit(hall, show, length, tx.now());
        outrun += admitted.empty() ? 1 : 0;
        all.insert(all.end(), admitted.begin(), admitted.end());
    }
    auto const told = storage::told_unasked(tx, std::move(all));
    storage::save(tx, hall, told);
    return {.admitted = told.size(), .outrun = outrun};
}

}  // namespace frontrow::queue::use_cases
