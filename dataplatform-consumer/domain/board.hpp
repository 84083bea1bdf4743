// What a board shows of a seat: the newest change, in whatever order the changes come.
#pragma once

#include <cstdint>

namespace frontrow::dataplatform::domain {

enum class SeatShown { free = 1, held, sold };

/// A seat as an event tells it: `fence` counts its holders, `version` the changes of one of them.
struct BoardSeat {
    SeatShown state{SeatShown::free};
    std::int64_t fence{0};
    std::int64_t version{0};
    auto operator<=>(BoardSeat const&) const = default;
};

/// Whether `change` is newer than what is shown: of a later holder, or later of the same one.
/// The fence alone does not tell: freeing a seat does not raise it.
[[nodiscard]] bool is_newer(BoardSeat const& change, BoardSeat const& shown);

}  // namespace frontrow::dataplatform::domain
