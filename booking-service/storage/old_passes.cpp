// A token's id is a UUIDv7, so its age is the order of the primary key: no column, no other index.
#include "booking-service/storage/old_passes.hpp"

#include <array>

#include "common/core/uuid.hpp"

namespace frontrow::booking::storage::old_passes {
namespace {

constexpr auto delete_old_passes = pg::Statement{"delete_old_passes", R"sql(
    DELETE FROM passes
    WHERE token_id IN (SELECT token_id FROM passes
                       WHERE token_id < $1 AND held_until IS NULL
                       ORDER BY token_id
                       LIMIT 1000
                       FOR UPDATE SKIP LOCKED)
)sql"};
static_assert(forgotten_at_once_max == 1000);

}  // namespace

std::int64_t forget(pg::Transaction& tx, Instant before) {
    auto const least = Uuid::v7_from(before, std::string(16, '\0'));
    return tx.query(delete_old_passes, least).affected();
}

std::span<pg::Statement const* const> statements() {
    static constexpr auto all = std::to_array<pg::Statement const*>({&delete_old_passes});
    return all;
}

}  // namespace frontrow::booking::storage::old_passes
