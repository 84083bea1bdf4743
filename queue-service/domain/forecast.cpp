// Little's law, and polling by distance.
#include "queue-service/domain/forecast.hpp"

#include <algorithm>

namespace frontrow::queue::domain {

using std::chrono::milliseconds;

std::chrono::seconds wait_of(Gate const& gate, std::int64_t position) {
    auto const beyond = position - (gate.capacity - gate.active);
    if (beyond <= 0 || gate.capacity <= 0) {
        return std::chrono::seconds{0};
    }
    return std::chrono::ceil<std::chrono::seconds>(gate.mean_stay * beyond / gate.capacity);
}

milliseconds poll_after(TokenState state, std::int64_t position) {
    if (state == TokenState::waiting) {
        return std::clamp(milliseconds{20 * std::min(position, std::int64_t{1'000})},
                          milliseconds{500}, milliseconds{20'000});
    }
    return state == TokenState::admitted ? milliseconds{5'000} : milliseconds{60'000};
}

}  // namespace frontrow::queue::domain
