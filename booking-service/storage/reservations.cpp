// Inserts, locks, reads and writes reservations in sets.
#include "booking-service/storage/reservations.hpp"

#include <algorithm>
#include <array>

#include "booking-service/domain/spelling.hpp"
#include "common/core/ensure.hpp"

namespace frontrow::booking::storage::reservations {
namespace {

using domain::Reservation;
using domain::SeatClaim;

// An array of arrays of different lengths cannot be bound: the claims of all go as one array, and
// each reservation says which of them are its own. What all new ones have alike is not sent.
constexpr auto insert_reservations = pg::Statement{"insert_reservations", R"sql(
    INSERT INTO reservations (id, show_id, user_id, token_id, state, seats, fences, total, currency,
                              held_until, attempt, decline, version, created_at, correlation_id)
    SELECT id, show_id, user_id, token_id, 'HELD', ($5::int[])[first_claim:last_claim],
           ($6::bigint[])[first_claim:last_claim], total, currency, held_until, 0, '', 1, now(),
           correlation_id
    FROM (SELECT unnest($1::uuid[]), unnest($2::uuid[]), unnest($3::text[]), unnest($4::uuid[]),
                 unnest($7::int[]), unnest($8::int[]), unnest($9::bigint[]), unnest($10::text[]),
                 unnest($11::timestamptz[]), unnest($12::text[]))
        AS made (id, show_id, user_id, token_id, first_claim, last_claim, total, currency,
                 held_until, correlation_id)
)sql"};

/// Where the claims of a reservation are among those of all, counted from 1 as in SQL.
struct ClaimRange {
    std::int32_t first;
    std::int32_t last;
};

}  // namespace

void insert(pg::Transaction& tx, std::span<Made const> all) {
    if (all.empty()) {
        return;
    }
    auto claims = std::vector<SeatClaim>{};
    auto ranges = std::vector<ClaimRange>{};
    ranges.reserve(all.size());
    for (auto const& [made, story] : all) {
        ENSURE(made->state == domain::ReservationState::held && made->version == 1);
        ENSURE(made->attempt == 0 && made->decline.empty() && made->created_at == tx.now());
        auto const first = static_cast<std::int32_t>(claims.size()) + 1;
        claims.insert(claims.end(), made->seats.begin(), made->seats.end());
        ranges.push_back({.first = first, .last = static_cast<std::int32_t>(claims.size())});
    }
    auto const column = [&](auto projection) {
        return pg::column(all, [&](Made const& made) -> decltype(auto) {
            return std::invoke(projection, *made.reservation);
        });
    };
    tx.post(insert_reservations, column(&Reservation::id), column(&Reservation::show),
            column(&Reservation::user), column(&Reservation::token),
            pg::column(claims, &SeatClaim::seat), pg::column(claims, &SeatClaim::fence),
            pg::column(ranges, &ClaimRange::first), pg::column(ranges, &ClaimRange::last),
            column([](Reservation const& made) { return made.total.minor_units; }),
            column([](Reservation const& made) { return made.total.currency.to_string(); }),
            column(&Reservation::held_until), pg::column(all, &Made::story));
}

namespace {

constexpr auto lock_reservations = pg::Statement{"lock_reservations", R"sql(
    SELECT id, show_id, user_id, token_id, state, seats, fences, total, currency, held_until,
           attempt, decline, version, created_at
    FROM reservations
    WHERE id = ANY ($1::uuid[])
    ORDER BY id
    FOR UPDATE
)sql"};

constexpr auto lock_idle_reservations = pg::Statement{"lock_idle_reservations", R"sql(
    SELECT id, show_id, user_id, token_id, state, seats, fences, total, currency, held_until,
           attempt, decline, version, created_at
    FROM reservations
    WHERE id = ANY ($1::uuid[])
    ORDER BY id
    FOR UPDATE SKIP LOCKED
)sql"};

Reservation decode(pg::Row const& row) {
    auto const numbers = row.int32_array(5);
    auto const fences = row.int64_array(6);
    auto seats = std::vector<SeatClaim>{};
    for (std::size_t i = 0; i < numbers.size(); ++i) {
        seats.push_back({.seat = numbers[i], .fence = fences.at(i)});
    }
    auto const currency = Currency::parse(row.text(8));
    ENSURE(currency.has_value());
    return {.id = row.id<ReservationId>(0),
            .show = row.id<ShowId>(1),
            .user = row.user(2),
            .token = row.optional_id<TokenId>(3),
            .state = domain::reservation_state(row.text(4)),
            .seats = std::move(seats),
            .total = {.minor_units = row.int64(7), .currency = *currency},
            .held_until = row.instant(9),
            .attempt = row.int32(10),
            .decline = row.string(11),
            .version = row.int64(12),
            .created_at = row.instant(13)};
}

domain::ReservationSet set_of(pg::Rows const& rows) {
    auto set = domain::ReservationSet{};
    set.reserve(static_cast<std::size_t>(rows.size()));
    for (auto row = 0; row < rows.size(); ++row) {
        auto reservation = decode(rows[row]);
        auto const id = reservation.id;
        set.add(id, std::move(reservation));
    }
    return set;
}

pg::Later<domain::ReservationSet> ask(pg::Transaction& tx, pg::Statement const& statement,
                                      std::vector<ReservationId> const& ids) {
    if (ids.empty()) {
        return {};
    }
    return {tx.ask(statement, pg::column(ids)), set_of};
}

}  // namespace

pg::Later<domain::ReservationSet> lock(pg::Transaction& tx, std::vector<ReservationId> const& ids) {
    return ask(tx, lock_reservations, ids);
}

pg::Later<domain::ReservationSet> lock_idle(pg::Transaction& tx,
                                            std::vector<ReservationId> const& ids) {
    return ask(tx, lock_idle_reservations, ids);
}

namespace {

constexpr auto save_reservations = pg::Statement{"save_reservations", R"sql(
    UPDATE reservations AS r
    SET state = changed.state, held_until = changed.held_until, attempt = changed.attempt,
        decline = changed.decline, version = changed.version
    FROM (SELECT unnest($1::uuid[]), unnest($2::text[]), unnest($3::timestamptz[]),
                 unnest($4::int[]), unnest($5::text[]), unnest($6::bigint[]))
        AS changed (id, state, held_until, attempt, decline, version)
    WHERE r.id = changed.id
)sql"};

}  // namespace

void save(pg::Transaction& tx, std::vector<Reservation const*> const& reservations) {
    if (reservations.empty()) {
        return;
    }
    auto const column = [&](auto projection) {
        return pg::column(reservations, projection);
    };
    tx.post(save_reservations, column([](Reservation const* changed) { return changed->id; }),
            column([](Reservation const* changed) { return domain::to_text(changed->state); }),
            column([](Reservation const* changed) { return changed->held_until; }),
            column([](Reservation const* changed) { return changed->attempt; }),
            column([](Reservation const* changed) { return changed->decline; }),
            column([](Reservation const* changed) { return changed->version; }));
}

namespace {

constexpr auto load_reservations = pg::Statement{"load_reservations", R"sql(
    SELECT id, show_id, user_id, token_id, state, seats, fences, total, currency, held_until,
           attempt, decline, version, created_at
    FROM reservations
    WHERE id = ANY ($1::uuid[])
)sql"};

}  // namespace

std::vector<Reservation> load(pg::Transaction& tx, std::span<ReservationId const> ids) {
    return ids.empty() ? std::vector<Reservation>{}
                       : tx.query(load_reservations, pg::column(ids)).map(decode);
}

namespace {

constexpr auto overdue_reservations = pg::Statement{"overdue_reservations", R"sql(
    SELECT id, show_id, user_id, token_id, state, seats, fences, total, currency, held_until,
           attempt, decline, version, created_at
    FROM reservations
    WHERE state IN ('HELD', 'PAYING') AND held_until <= $1
    ORDER BY held_until
    LIMIT 512
)sql"};

}  // namespace

std::vector<Reservation> overdue(pg::Transaction& tx, Instant now) {
    return tx.query(overdue_reservations, now).map(decode);
}

namespace {

constexpr auto select_stories = pg::Statement{"select_reservation_stories", R"sql(
    SELECT id, correlation_id FROM reservations WHERE id = ANY ($1::uuid[])
)sql"};

}  // namespace

std::unordered_map<ReservationId, std::string> stories(pg::Transaction& tx,
                                                       std::span<ReservationId const> ids) {
    if (ids.empty()) {
        return {};
    }
    auto const found = tx.query(select_stories, pg::column(ids)).map([](pg::Row const& row) {
        return std::pair{row.id<ReservationId>(0), row.string(1)};
    });
    return {found.begin(), found.end()};
}

namespace {

constexpr auto page_reservations = pg::Statement{"page_reservations", R"sql(
    SELECT r.id, r.show_id, r.user_id, r.token_id, r.state, r.seats, r.fences, r.total, r.currency,
           r.held_until, r.attempt, r.decline, r.version, r.created_at, page.position
    FROM unnest($1::text[], $2::uuid[]) WITH ORDINALITY AS page (user_id, before, position)
    CROSS JOIN LATERAL (
        SELECT * FROM reservations
        WHERE user_id = page.user_id AND id < page.before
        ORDER BY id DESC
        LIMIT 101
    ) AS r
    ORDER BY page.position, r.id DESC
)sql"};

}  // namespace

std::vector<std::vector<Reservation>> pages(pg::Transaction& tx, std::span<Page const> pages) {
    auto const last = Uuid::parse("ffffffff-ffff-ffff-ffff-ffffffffffff");
    auto const rows = tx.query(page_reservations, pg::column(pages, &Page::user),
                               pg::column(pages, [&](Page const& page) {
                                   return page.before ? page.before->uuid : *last;
                               }));
    auto found = std::vector<std::vector<Reservation>>(pages.size());
    for (auto row = 0; row < rows.size(); ++row) {
        auto const page = static_cast<std::size_t>(rows[row].int64(14) - 1);
        found.at(page).push_back(decode(rows[row]));
    }
    return found;
}

std::span<pg::Statement const* const> statements() {
    static constexpr auto all = std::to_array<pg::Statement const*>(
        {&insert_reservations, &lock_reservations, &lock_idle_reservations, &save_reservations,
         &load_reservations, &overdue_reservations, &select_stories, &page_reservations});
    return all;
}

}  // namespace frontrow::booking::storage::reservations
