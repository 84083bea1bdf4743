// Locks, reads and writes seats in sets.
#include "booking-service/storage/seats.hpp"

#include <algorithm>
#include <array>

#include "booking-service/domain/spelling.hpp"

namespace frontrow::booking::storage::seats {
namespace {

using domain::Seat;
using domain::SeatKey;

// The same rule as domain::can_be_taken. Locks in the order of the arrays, as long as the session
// plans by index: a hash join would lock in any order.
constexpr auto claim_seats = pg::Statement{"claim_seats", R"sql(
    UPDATE seats AS s
    SET state = 'HELD', reservation_id = wanted.reservation_id, fence = s.fence + 1,
        held_until = now() + $4 * interval '1 microsecond', filler = NULL
    FROM (SELECT unnest($1::uuid[]), unnest($2::int[]), unnest($3::uuid[]))
        AS wanted (show_id, seat_no, reservation_id)
    WHERE s.show_id = wanted.show_id AND s.seat_no = wanted.seat_no
      AND (s.state = 'FREE' OR (s.state = 'HELD' AND s.held_until <= now()))
    RETURNING s.show_id, s.seat_no, s.state, s.reservation_id, s.fence, s.held_until
)sql"};

constexpr auto lock_seats_of = pg::Statement{"lock_seats_of", R"sql(
    SELECT s.show_id, s.seat_no, s.state, s.reservation_id, s.fence, s.held_until
    FROM reservations AS r
    CROSS JOIN LATERAL unnest(r.seats) AS wanted (seat_no)
    JOIN seats AS s ON s.show_id = r.show_id AND s.seat_no = wanted.seat_no
    WHERE r.id = ANY ($1::uuid[])
    ORDER BY s.show_id, s.seat_no
    FOR UPDATE OF s
)sql"};

constexpr auto lock_idle_seats = pg::Statement{"lock_idle_seats", R"sql(
    SELECT s.show_id, s.seat_no, s.state, s.reservation_id, s.fence, s.held_until
    FROM unnest($1::uuid[], $2::int[]) AS wanted (show_id, seat_no)
    JOIN seats AS s USING (show_id, seat_no)
    ORDER BY s.show_id, s.seat_no
    FOR UPDATE OF s SKIP LOCKED
)sql"};

Seat decode(pg::Row const& row) {
    return {.key = {.show = row.id<ShowId>(0), .number = row.int32(1)},
            .state = domain::seat_state(row.text(2)),
            .reservation = row.optional_id<ReservationId>(3),
            .fence = row.int64(4),
            .held_until = row.optional(5, &pg::Row::instant)};
}

domain::SeatSet set_of(pg::Rows const& rows) {
    auto set = domain::SeatSet{};
    set.reserve(static_cast<std::size_t>(rows.size()));
    for (auto row = 0; row < rows.size(); ++row) {
        auto seat = decode(rows[row]);
        set.add(seat.key, std::move(seat));
    }
    return set;
}

}  // namespace

pg::Later<Claimed> claim(pg::Transaction& tx, std::vector<Claim> claims,
                         std::chrono::microseconds hold) {
    if (claims.empty()) {
        return {};
    }
    std::ranges::stable_sort(claims, {}, &Claim::key);  // the first that came is the first to claim
    return {
        tx.ask(claim_seats, pg::column(claims, [](Claim const& claim) { return claim.key.show; }),
               pg::column(claims, [](Claim const& claim) { return claim.key.number; }),
               pg::column(claims, &Claim::reservation), std::int64_t{hold.count()}),
        [](pg::Rows const& rows) {
            auto claimed = Claimed{.seats = {}, .written = rows.map(decode)};
            claimed.seats.reserve(claimed.written.size());
            for (auto const& seat : claimed.written) {
                claimed.seats.add(seat.key, {.key = seat.key, .fence = seat.fence - 1});
            }
            return claimed;
        }};
}

pg::Later<domain::SeatSet> lock_idle(pg::Transaction& tx, std::vector<SeatKey> keys) {
    if (keys.empty()) {
        return {};
    }
    std::ranges::sort(keys);
    keys.erase(std::unique(keys.begin(), keys.end()), keys.end());
    return {tx.ask(lock_idle_seats, pg::column(keys, &SeatKey::show),
                   pg::column(keys, &SeatKey::number)),
            set_of};
}

pg::Later<domain::SeatSet> lock_of(pg::Transaction& tx,
                                   std::span<ReservationId const> reservations) {
    if (reservations.empty()) {
        return {};
    }
    return {tx.ask(lock_seats_of, pg::column(reservations)), set_of};
}

namespace {

constexpr auto save_seats = pg::Statement{"save_seats", R"sql(
    UPDATE seats AS s
    SET state = changed.state, reservation_id = changed.reservation_id, fence = changed.fence,
        held_until = changed.held_until, filler = NULL
    FROM (SELECT unnest($1::uuid[]), unnest($2::int[]), unnest($3::text[]), unnest($4::uuid[]),
                 unnest($5::bigint[]), unnest($6::timestamptz[]))
        AS changed (show_id, seat_no, state, reservation_id, fence, held_until)
    WHERE s.show_id = changed.show_id AND s.seat_no = changed.seat_no
)sql"};

}  // namespace

void save(pg::Transaction& tx, std::vector<Seat const*> const& seats) {
    if (seats.empty()) {
        return;
    }
    auto const column = [&](auto projection) {
        return pg::column(seats, projection);
    };
    tx.post(save_seats, column([](Seat const* seat) { return seat->key.show; }),
            column([](Seat const* seat) { return seat->key.number; }),
            column([](Seat const* seat) { return domain::to_text(seat->state); }),
            column([](Seat const* seat) { return seat->reservation; }),
            column([](Seat const* seat) { return seat->fence; }),
            column([](Seat const* seat) { return seat->held_until; }));
}

void settle(pg::Transaction& tx, domain::SeatSet const& seats, std::span<Seat const> written) {
    auto otherwise = std::vector<Seat const*>{};
    for (auto const& one : written) {
        auto const& seat = seats.at(one.key);
        if (seat != one) {
            otherwise.push_back(&seat);
        }
    }
    save(tx, otherwise);
}

namespace {

constexpr auto insert_seats = pg::Statement{"insert_seats", R"sql(
    INSERT INTO seats (show_id, seat_no)
    SELECT made.show_id, seat_no
    FROM unnest($1::uuid[], $2::int[]) AS made (show_id, seats)
    CROSS JOIN LATERAL generate_series(1, made.seats) AS seat_no
)sql"};

}  // namespace

void insert(pg::Transaction& tx, std::span<NewSeats const> shows) {
    if (shows.empty()) {
        return;
    }
    tx.query(insert_seats, pg::column(shows, &NewSeats::show), pg::column(shows, &NewSeats::seats));
}

namespace {

constexpr auto taken_seats = pg::Statement{"taken_seats", R"sql(
    SELECT show_id, seat_no, state, reservation_id, fence, held_until
    FROM seats
    WHERE show_id = ANY ($1::uuid[]) AND state <> 'FREE' AND (held_until IS NULL OR held_until > $2)
    ORDER BY show_id, seat_no
)sql"};

}  // namespace

std::vector<Seat> taken(pg::Transaction& tx, std::span<ShowId const> shows, Instant now) {
    return tx.query(taken_seats, pg::column(shows), now).map(decode);
}

std::span<pg::Statement const* const> statements() {
    static constexpr auto all = std::to_array<pg::Statement const*>(
        {&claim_seats, &lock_seats_of, &lock_idle_seats, &save_seats, &insert_seats, &taken_seats});
    return all;
}

}  // namespace frontrow::booking::storage::seats
