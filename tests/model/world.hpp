// One state of the small worlds in which the real decisions of booking, payment and queue are
// explored.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "booking-service/domain/reserve.hpp"
#include "dataplatform-consumer/domain/board.hpp"
#include "payment-service/domain/books.hpp"
#include "queue-service/domain/hall.hpp"

namespace frontrow::model {

/// What one service tells another, as far as somebody reacts to it.
enum class Told : std::uint8_t {
    requested = 1,
    confirmed,
    expired,
    partly_cancelled,
    cancelled,
    seats_changed,  ///< to the read model: whatever happened to them
    authorized,
    declined,
    admitted,
    left,
    revoked,
    admission_over,
    completed,
};
[[nodiscard]] std::string to_text(Told what);

struct Message {
    Told what{};
    std::int32_t attempt{0};
    Instant held_until{};
    std::int64_t total{0};   ///< of what a partly cancelled reservation keeps
    std::int64_t refund{0};  ///< for what it gave back
    std::vector<booking::domain::SeatClaim> seats{};  ///< to the read model: those that changed
    dataplatform::domain::SeatShown shown{};
    std::int64_t version{0};
};

/// The events of one key for one consumer. Claimed is what is before `done`, but for `dead`.
struct Stream {
    std::vector<Message> log;
    std::size_t done{0};
    std::optional<std::size_t> dead;
};

/// How many mishaps may strike.
struct Budget {
    std::uint8_t dead{0};    ///< dead letters
    std::uint8_t again{0};   ///< events applied again, after the inbox forgot them
    std::uint8_t slow{0};    ///< transactions that read the clock a tick before their locks
    std::uint8_t top_up{0};  ///< top-ups of the first wallet
};

/// Who may ask for what.
struct Request {
    std::size_t user;
    std::vector<std::int32_t> seats;  ///< from 1
    std::optional<std::size_t> token{};
};

/// What people and operators do beyond reserving and paying.
struct Features {
    bool reorder{false};    ///< somebody replays later events of a key before its dead one
    bool extends{false};    ///< holds may be extended
    bool partial{false};    ///< some of several seats may be given back
    bool has_board{false};  ///< a read model follows the seats
};

struct Scene {
    std::string name;
    std::vector<Request> requests;
    std::vector<std::int64_t> wallets;  ///< what each user has at first; a seat costs 1
    std::int32_t seats{1};
    std::vector<std::size_t>
        tokens{};  ///< the user of each; the second of a user comes after the first
    Budget budget{};
    std::int32_t attempts{2};
    Features features{};
};

/// The time is always zero: what passes is taken off every instant instead, so that worlds that
/// differ only in when they began are one state.
struct World {
    std::vector<booking::domain::Seat> seats;
    std::vector<std::optional<booking::domain::Reservation>> reservations;
    std::vector<booking::domain::Pass> passes;
    std::vector<bool> was_confirmed;
    std::vector<std::optional<payment::domain::Payment>> payments;
    std::vector<payment::domain::Wallet> wallets;
    std::int64_t revenue{0};
    queue::domain::Gate gate;
    std::vector<std::optional<queue::domain::Token>> tokens;
    std::vector<std::uint8_t> freed;  ///< how often each token's place was given back
    std::vector<Stream> to_payment;
    std::vector<Stream> to_booking;
    std::vector<Stream> to_queue;
    std::vector<Stream> to_passes;
    std::vector<Stream> to_board;
    std::vector<dataplatform::domain::BoardSeat> board;
    Budget budget;

    /// The same octets for the same state.
    [[nodiscard]] std::string key() const;
};

[[nodiscard]] Uuid uuid_of(std::uint8_t kind, std::size_t number);
[[nodiscard]] inline ReservationId reservation_id(std::size_t n) {
    return {uuid_of(1, n)};
}
[[nodiscard]] inline TokenId token_id(std::size_t n) {
    return {uuid_of(2, n)};
}
[[nodiscard]] inline UserId user_id(std::size_t n) {
    return {std::string(1, static_cast<char>('a' + n))};
}
[[nodiscard]] inline ShowId show_id() {
    return {uuid_of(3, 0)};
}
[[nodiscard]] inline Money money(std::int64_t amount) {
    return {.minor_units = amount, .currency = {}};
}
inline constexpr auto tick = std::chrono::microseconds{1};
inline constexpr auto time_zero = Instant{};

[[nodiscard]] World first_world(Scene const& scene);

}  // namespace frontrow::model
