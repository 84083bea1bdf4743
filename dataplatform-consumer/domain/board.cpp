// Orders the changes of one seat.
#include "dataplatform-consumer/domain/board.hpp"

#include <utility>

namespace frontrow::dataplatform::domain {

bool is_newer(BoardSeat const& change, BoardSeat const& shown) {
    return std::pair{change.fence, change.version} > std::pair{shown.fence, shown.version};
}

}  // namespace frontrow::dataplatform::domain
