// One table for each enumeration, read in both directions.
#include "booking-service/domain/spelling.hpp"

#include <array>
#include <utility>

#include "common/core/ensure.hpp"

namespace frontrow::booking::domain {
namespace {

template <class State>
using Spelling = std::pair<State, std::string_view>;

constexpr auto seat_states = std::to_array<Spelling<SeatState>>({
    {SeatState::free, "FREE"},
    {SeatState::held, "HELD"},
    {SeatState::sold, "SOLD"},
    {SeatState::blocked, "BLOCKED"},
});
constexpr auto reservation_states = std::to_array<Spelling<ReservationState>>({
    {ReservationState::held, "HELD"},
    {ReservationState::paying, "PAYING"},
    {ReservationState::confirmed, "CONFIRMED"},
    {ReservationState::partly_cancelled, "PARTLY_CANCELLED"},
    {ReservationState::cancelled, "CANCELLED"},
    {ReservationState::expired, "EXPIRED"},
});
constexpr auto pass_states = std::to_array<Spelling<PassState>>({
    {PassState::usable, "USABLE"},
    {PassState::spent, "SPENT"},
    {PassState::ended, "ENDED"},
});

std::string_view spelled(auto const& table, auto state) {
    for (auto const& [known, text] : table) {
        if (known == state) {
            return text;
        }
    }
    ENSURE(false && "a state without a spelling");
    return {};
}

auto read(auto const& table, std::string_view text) {
    for (auto const& [state, known] : table) {
        if (known == text) {
            return state;
        }
    }
    ENSURE(false && "a spelling without a state");
    return table.front().first;
}

}  // namespace

std::string_view to_text(SeatState state) {
    return spelled(seat_states, state);
}
std::string_view to_text(ReservationState state) {
    return spelled(reservation_states, state);
}
std::string_view to_text(PassState state) {
    return spelled(pass_states, state);
}
SeatState seat_state(std::string_view text) {
    return read(seat_states, text);
}
ReservationState reservation_state(std::string_view text) {
    return read(reservation_states, text);
}
PassState pass_state(std::string_view text) {
    return read(pass_states, text);
}

}  // namespace frontrow::booking::domain
