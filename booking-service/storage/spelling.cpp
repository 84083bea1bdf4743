// One table for each enumeration, read in both directions.
#include "booking-service/storage/spelling.hpp"

#include <array>
#include <utility>

#include "common/core/ensure.hpp"

namespace frontrow::booking::storage {
namespace {

template <class State>
using Spelling = std::pair<State, std::string_view>;

constexpr auto seat_states = std::to_array<Spelling<domain::SeatState>>({
    {domain::SeatState::free, "FREE"},
    {domain::SeatState::held, "HELD"},
    {domain::SeatState::sold, "SOLD"},
    {domain::SeatState::blocked, "BLOCKED"},
});
constexpr auto reservation_states = std::to_array<Spelling<domain::ReservationState>>({
    {domain::ReservationState::held, "HELD"},
    {domain::ReservationState::paying, "PAYING"},
    {domain::ReservationState::confirmed, "CONFIRMED"},
    {domain::ReservationState::partly_cancelled, "PARTLY_CANCELLED"},
    {domain::ReservationState::cancelled, "CANCELLED"},
    {domain::ReservationState::expired, "EXPIRED"},
});
constexpr auto pass_states = std::to_array<Spelling<domain::PassState>>({
    {domain::PassState::usable, "USABLE"},
    {domain::PassState::spent, "SPENT"},
    {domain::PassState::ended, "ENDED"},
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

std::string_view to_text(domain::SeatState state) {
    return spelled(seat_states, state);
}
std::string_view to_text(domain::ReservationState state) {
    return spelled(reservation_states, state);
}
std::string_view to_text(domain::PassState state) {
    return spelled(pass_states, state);
}
domain::SeatState seat_state(std::string_view text) {
    return read(seat_states, text);
}
domain::ReservationState reservation_state(std::string_view text) {
    return read(reservation_states, text);
}
domain::PassState pass_state(std::string_view text) {
    return read(pass_states, text);
}

}  // namespace frontrow::booking::storage
