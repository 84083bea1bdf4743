// Admission: gates with places locked, those next in line locked, let in, told.
#include "queue-service/use_cases/admit.hpp"

#include "queue-service/storage/gates.hpp"
#include "queue-service/storage/tell.hpp"
#include "queue-service/storage/tokens.hpp"

namespace frontrow::queue::use_cases {

std::size_t admit(pg::Transaction& tx, std::chrono::milliseconds length) {
    auto const shows = storage::gates::with_free_places(tx);
    if (shows.empty()) {
        return 0;
    }
    auto gates = storage::gates::lock(tx, shows);
    auto next = storage::tokens::lock_next(tx, gates);
    auto hall = domain::Hall{std::move(gates), std::move(next)};
    auto told = std::vector<storage::Told>{};
    for (auto const& show : shows) {
        for (auto const& admitted : domain::admit(hall, show, length, tx.now())) {
            told.push_back({admitted, storage::own_origin()});
        }
    }
    storage::save(tx, hall, told);
    return told.size();
}

}  // namespace frontrow::queue::use_cases
