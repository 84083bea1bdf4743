// Changes of a seat in whatever order they come.
#include "dataplatform-consumer/domain/board.hpp"

#include <algorithm>
#include <vector>

#include "tests/support/testing.hpp"

namespace frontrow::dataplatform::domain {
namespace {

TEST(Board, EndsAtTheNewestChangeWhateverTheOrderOfArrival) {
    // Held and freed by one, held and sold by the next: versions begin again with each holder.
    auto order = std::vector<BoardSeat>{{SeatShown::held, 1, 1},
                                        {SeatShown::free, 1, 3},
                                        {SeatShown::held, 2, 1},
                                        {SeatShown::sold, 2, 2}};
    auto const truth = order.back();
    std::ranges::sort(order);
    do {
        auto shown = BoardSeat{};
        for (auto const& change : order) {
            shown = is_newer(change, shown) ? change : shown;
        }
        EXPECT_EQ(shown, truth);
    } while (std::ranges::next_permutation(order).found);
}

TEST(Board, DoesNotApplyAChangeTwice) {
    auto const change = BoardSeat{SeatShown::held, 1, 1};
    EXPECT_TRUE(is_newer(change, {}));
    EXPECT_FALSE(is_newer(change, change));
}

}  // namespace
}  // namespace frontrow::dataplatform::domain
