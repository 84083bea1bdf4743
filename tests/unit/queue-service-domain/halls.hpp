// Short words for tests of queue's decisions.
#pragma once

#include "queue-service/domain/admission.hpp"

namespace frontrow::queue::domain {

using namespace std::chrono_literals;

inline auto const noon = Instant{std::chrono::seconds{1'800'000'000}};
inline auto const ann = UserId{"ann"};
inline auto const bob = UserId{"bob"};
inline auto const show = ShowId{new_uuid()};
inline constexpr auto length = std::chrono::milliseconds{10min};

inline Gate gate_of(std::int32_t capacity) {
    return {.show = show,
            .opens_at = noon - 1h,
            .capacity = capacity,
            .mean_stay = std::chrono::milliseconds{10min}};
}
inline Hall hall_with(std::int32_t capacity) {
    return {{gate_of(capacity)}, {}};
}

inline UserId user(int number) {
    return {"user-" + std::to_string(number)};
}

inline Token join_as(Hall& hall, UserId const& who, Instant now = noon) {
    return join(hall, {show, who, TokenId::draw()}, now)->token;
}
inline std::vector<Changed> let_in(Hall& hall, Instant now = noon) {
    return admit(hall, show, length, now);
}

}  // namespace frontrow::queue::domain
