// One statement a transaction.
#include "booking-service/use_cases/forget_passes.hpp"

#include "booking-service/storage/old_passes.hpp"

namespace frontrow::booking::use_cases {

bool forget_passes(pg::Transaction& tx, std::chrono::milliseconds kept) {
    return storage::old_passes::forget(tx, tx.now() - kept) ==
           storage::old_passes::forgotten_at_once_max;
}

}  // namespace frontrow::booking::use_cases
