// The first state, and the octets by which states are compared.
#include "tests/model/world.hpp"

namespace frontrow::model {
namespace {

/// Only what decides the future: creation times and reasons are left out, and versions where no
/// read model looks at them.
class Key {
  public:
    Key& add(std::int64_t number) {
        octets_ += static_cast<char>(number);
        return *this;
    }
    Key& add(Instant instant) { return add(instant.time_since_epoch().count()); }
    Key& add(std::optional<Instant> instant) { return instant ? add(*instant) : add(-100); }
    Key& add(std::optional<ReservationId> id) { return add(id ? id->uuid.octets[15] : -1); }
    Key& add(Stream const& stream) {
        add(static_cast<std::int64_t>(stream.log.size()));
        for (auto const& message : stream.log) {
            add(static_cast<std::int64_t>(message.what))
                .add(message.attempt)
                .add(message.held_until)
                .add(message.total)
                .add(message.refund)
                .add(static_cast<std::int64_t>(message.shown))
                .add(message.version);
            for (auto const& claim : message.seats) {
                add(claim.seat).add(claim.fence);
            }
        }
        return add(static_cast<std::int64_t>(stream.done))
            .add(stream.dead ? static_cast<std::int64_t>(*stream.dead) : -1);
    }
    [[nodiscard]] std::string text() && { return std::move(octets_); }

  private:
    std::string octets_;
};

void add(Key& key, booking::domain::Reservation const& r) {
    // Once it has ended, or cannot end by time any more, nobody looks at its deadline.
    key.add(static_cast<std::int64_t>(r.state)).add(is_live(r.state) ? r.held_until : time_zero);
    key.add(r.attempt).add(r.extended ? 1 : 0).add(r.total.minor_units);
    for (auto const& claim : r.seats) {
        key.add(claim.fence);
    }
}

void add(Key& key, payment::domain::Payment const& p) {
    key.add(static_cast<std::int64_t>(p.state)).add(p.attempt).add(p.held.minor_units);
    key.add(p.captured.minor_units).add(p.refunded.minor_units);
}

template <class Value>
void add(Key& key, std::vector<std::optional<Value>> const& values) {
    for (auto const& value : values) {
        key.add(value ? 1 : 0);
        if (value) {
            add(key, *value);
        }
    }
}

void add(Key& key, queue::domain::Token const& token) {
    key.add(static_cast<std::int64_t>(token.state)).add(token.number);
}

}  // namespace

std::string World::key() const {
    auto key = Key{};
    for (auto const& seat : seats) {
        key.add(static_cast<std::int64_t>(seat.state)).add(seat.reservation).add(seat.fence);
        key.add(seat.held_until);
    }
    add(key, reservations);
    for (auto const& reservation : reservations) {
        key.add(reservation && !board.empty() ? reservation->version : 0);
    }
    for (auto const& pass : passes) {
        key.add(static_cast<std::int64_t>(pass.state)).add(pass.reservation).add(pass.held_until);
    }
    add(key, payments);
    for (auto const& wallet : wallets) {
        key.add(wallet.available.minor_units).add(wallet.pending.minor_units);
    }
    key.add(revenue).add(gate.active).add(gate.tail).add(gate.watermark).add(gate.waiting);
    add(key, tokens);
    for (auto const count : freed) {
        key.add(count);
    }
    for (auto const confirmed : was_confirmed) {
        key.add(confirmed ? 1 : 0);
    }
    for (auto const& seat : board) {
        key.add(static_cast<std::int64_t>(seat.state)).add(seat.fence).add(seat.version);
    }
    for (auto const* streams : {&to_payment, &to_booking, &to_queue, &to_passes, &to_board}) {
        for (auto const& stream : *streams) {
            key.add(stream);
        }
    }
    key.add(budget.dead).add(budget.again).add(budget.slow).add(budget.top_up);
    return std::move(key).text();
}

std::string to_text(Told what) {
    static constexpr auto names =
        std::array{"",          "requested",     "confirmed",      "expired",  "partly_cancelled",
                   "cancelled", "seats changed", "authorized",     "declined", "admitted",
                   "left",      "revoked",       "admission over", "completed"};
    return names.at(static_cast<std::size_t>(what));
}

Uuid uuid_of(std::uint8_t kind, std::size_t number) {
    auto uuid = Uuid{};
    uuid.octets[0] = kind;
    uuid.octets[15] = static_cast<std::uint8_t>(number);
    return uuid;
}

World first_world(Scene const& scene) {
    auto world = World{};
    for (auto number = 1; number <= scene.seats; ++number) {
        world.seats.push_back({.key = {.show = show_id(), .number = number}});
    }
    for (std::size_t n = 0; n < scene.wallets.size(); ++n) {
        world.wallets.push_back(
            {.user = user_id(n), .available = money(scene.wallets[n]), .pending = money(0)});
    }
    for (std::size_t n = 0; n < scene.tokens.size(); ++n) {
        world.passes.push_back({.token = token_id(n)});
    }
    auto const requests = scene.requests.size();
    world.reservations.resize(requests);
    world.payments.resize(requests);
    world.to_payment.resize(requests);
    world.to_booking.resize(requests);
    world.to_queue.resize(requests);
    world.to_board.resize(requests);
    world.was_confirmed.resize(requests);
    world.board.resize(scene.features.has_board ? static_cast<std::size_t>(scene.seats) : 0);
    world.tokens.resize(scene.tokens.size());
    world.freed.resize(scene.tokens.size());
    world.to_passes.resize(scene.tokens.size());
    world.gate.show = show_id();
    world.gate.capacity = 1;
    world.budget = scene.budget;
    return world;
}

}  // namespace frontrow::model
