// A migrated database of booking with a show in it, and short words for what tests do to it.
#pragma once

#include <atomic>
#include <thread>

#include "booking-migrations.hpp"
#include "booking-service/consumers/consume.hpp"
#include "booking-service/storage/concerts.hpp"
#include "booking-service/storage/passes.hpp"
#include "booking-service/storage/reservations.hpp"
#include "booking-service/storage/seats.hpp"
#include "booking-service/storage/shows.hpp"
#include "booking-service/storage/work.hpp"
#include "booking-service/use_cases/create_concert.hpp"
#include "booking-service/use_cases/expire_holds.hpp"
#include "booking-service/use_cases/pay_reservation.hpp"
#include "booking-service/use_cases/read_availability.hpp"
#include "booking-service/use_cases/read_catalogue.hpp"
#include "booking-service/use_cases/read_reservations.hpp"
#include "booking-service/use_cases/reserve_seats.hpp"
#include "common/events/stamp.hpp"
#include "tests/support/database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::booking {

using namespace std::chrono_literals;

inline Origin origin() {
    return {.correlation_id = "the-story", .causation_id = "the-cause", .trace = {}};
}

/// The service's role, so that no more is needed than the migrations grant.
inline std::string booking_url() {
    return support::postgres().as_role("booking",
                                       support::migrated_database("booking", booking_migrations()));
}

/// A concert on sale with that many seats at 10.00 in one section.
inline use_cases::CreateConcert concert(std::int32_t seats, std::int32_t admission_capacity = 0) {
    auto layout = domain::Layout{};
    layout.sections = {{.name = "Stalls", .rows = 1, .seats_per_row = seats, .price = 1000}};
    auto const now = SystemClock{}.now();
    auto command = use_cases::CreateConcert{
        .concert = {.id = ConcertId::draw(), .title = "T", .artist = "A", .venue = "V"},
        .shows = {},
        .origin = origin()};
    command.shows.push_back({.id = ShowId::draw(),
                             .concert = command.concert.id,
                             .starts_at = now + 48h,
                             .sale_opens_at = now - 1h,
                             .sale_closes_at = now + 24h,
                             .admission_capacity = admission_capacity,
                             .layout = std::make_shared<domain::Layout const>(layout)});
    return command;
}

/// Runs the use case in a transaction of its own and commits. A deadlock or any other fault throws.
template <class UseCase>
auto committed(pg::Connection& connection, UseCase use_case) {
    auto tx = pg::Transaction{connection};
    auto outcome = use_case(tx);
    tx.commit();
    return outcome;
}

class BookingDatabase {
  public:
    explicit BookingDatabase(std::int32_t seats = 10, std::int32_t admission_capacity = 0)
        : made_{concert(seats, admission_capacity)} {
        committed(connection_, [&](pg::Transaction& tx) {
            use_cases::create_concerts(tx, std::span{&made_, 1});
            return 0;
        });
    }
    [[nodiscard]] pg::Connection connect() const {
        auto options = support::connect_options(url_);
        options.plan_by_index = true;  // as all sessions of the services
        return pg::Connection{std::move(options)};
    }
    [[nodiscard]] ShowId show() const { return made_.shows.front().id; }
    [[nodiscard]] use_cases::CreateConcert const& made() const { return made_; }
    std::string ask(std::string const& sql) { return support::ask(connection_, sql); }
    pg::Connection& connection() { return connection_; }

    [[nodiscard]] use_cases::ReserveSeats wish(std::vector<std::int32_t> seats,
                                               std::string user = "ann") const {
        return {.request = {.id = ReservationId::draw(),
                            .show = show(),
                            .user = {std::move(user)},
                            .seats = std::move(seats)},
                .origin = origin()};
    }
    auto reserve(pg::Connection& connection, std::vector<use_cases::ReserveSeats> const& wishes,
                 domain::Rules const& rules = {}) {
        return committed(connection, [&](pg::Transaction& tx) {
            return use_cases::reserve_seats(
                tx, use_cases::ask_to_reserve(tx, wishes, shows_, rules), wishes, rules);
        });
    }
    ReservationId reserved(std::vector<std::int32_t> seats, domain::Rules const& rules = {}) {
        auto const outcomes = reserve(connection_, {wish(std::move(seats))}, rules);
        ENSURE(outcomes.front().has_value());
        return outcomes.front()->reservation.id;
    }
    auto pay(pg::Connection& connection, ReservationId const& id, domain::Rules const& rules = {}) {
        auto const command = use_cases::PayReservation{id, {"ann"}, origin()};
        return committed(connection,
                         [&](pg::Transaction& tx) {
                             auto const commands = std::span{&command, 1};
                             return use_cases::pay_reservation(tx,
                                                               use_cases::ask_to_pay(tx, commands),
                                                               commands, layouts_, rules);
                         })
            .front();
    }
    std::vector<inbox::Outcome> consume(pg::Connection& connection,
                                        std::vector<events::Event> const& events) {
        return committed(connection,
                         [&](pg::Transaction& tx) { return consumers::consume(tx, events); });
    }
    storage::Layouts& layouts() { return layouts_; }
    storage::RecentShows& shows() { return shows_; }
    /// Moves the deadline of the reservation and of its seats to that long from now, whatever the
    /// speed of this machine.
    void ends_in(ReservationId const& id, std::string const& interval) {
        auto const text = "'" + id.to_string() + "'";
        connection_.run_script("BEGIN; UPDATE seats SET held_until = now() + '" + interval +
                               "' WHERE reservation_id = " + text +
                               "; UPDATE reservations SET held_until = now() + '" + interval +
                               "' WHERE id = " + text + "; COMMIT");
    }

    /// What must hold whatever happened: seats, reservations and events tell the same story.
    std::string broken_rule() {
        return ask(R"sql(
            SELECT coalesce(string_agg(rule, ', '), '') FROM (
                SELECT 'a sold seat without its confirmed reservation' AS rule WHERE EXISTS (
                    SELECT FROM seats AS s WHERE state = 'SOLD' AND NOT EXISTS (
                        SELECT FROM reservations AS r WHERE r.id = s.reservation_id
                            AND r.state = 'CONFIRMED' AND s.seat_no = ANY (r.seats)))
                UNION ALL SELECT 'a confirmed reservation without its seats' WHERE EXISTS (
                    SELECT FROM reservations AS r, unnest(r.seats) AS seat_no
                    WHERE r.state = 'CONFIRMED' AND NOT EXISTS (
                        SELECT FROM seats AS s WHERE s.show_id = r.show_id
                            AND s.seat_no = seat_no.seat_no AND s.reservation_id = r.id))
                UNION ALL SELECT 'a held seat of a reservation that is over' WHERE EXISTS (
                    SELECT FROM seats AS s JOIN reservations AS r ON r.id = s.reservation_id
                    WHERE s.state = 'HELD' AND r.state NOT IN ('HELD', 'PAYING'))
                UNION ALL SELECT 'another deadline on a seat' WHERE EXISTS (
                    SELECT FROM seats AS s JOIN reservations AS r ON r.id = s.reservation_id
                    WHERE s.state = 'HELD' AND s.held_until <> r.held_until)
                UNION ALL SELECT 'a half hold' WHERE EXISTS (
                    SELECT FROM reservations AS r
                    WHERE r.state IN ('HELD', 'PAYING') AND r.held_until > clock_timestamp()
                        AND cardinality(r.seats) <> (
                            SELECT count(*) FROM seats AS s WHERE s.reservation_id = r.id))
            ) AS broken)sql");
    }
    /// A superuser's look at what was told of the reservation: "held 1, expired 2".
    std::string told(ReservationId const& id) {
        auto root = support::connect(support::postgres().as_role("postgres", url_));
        return support::ask(
            root,
            "SELECT coalesce(string_agg(split_part(type, '.', 4) || ' ' || version, ', ' "
            "ORDER BY id), '') FROM outbox WHERE aggregateid = '" +
                id.to_string() + "'");
    }
    /// The correlation ids of what was told of it.
    std::string stories(ReservationId const& id) {
        auto root = support::connect(support::postgres().as_role("postgres", url_));
        return support::ask(root,
                            "SELECT coalesce(string_agg(DISTINCT correlation_id, ', '), '') "
                            "FROM outbox WHERE aggregateid = '" +
                                id.to_string() + "'");
    }
    std::string count_told(std::string const& type) {
        auto root = support::connect(support::postgres().as_role("postgres", url_));
        return support::ask(root,
                            "SELECT count(*) FROM outbox WHERE type LIKE '%." + type + ".v1'");
    }

  private:
    std::string url_{booking_url()};
    pg::Connection connection_{connect()};
    use_cases::CreateConcert made_;
    storage::Layouts layouts_;
    storage::RecentShows shows_{layouts_, std::chrono::milliseconds{0}};
};

template <class Body>
events::Event event_of(Body body) {
    return {.envelope = events::stamp(origin(), SystemClock{}.now(), 1), .body = std::move(body)};
}
inline events::Event authorized(ReservationId const& id, std::int32_t attempt = 1) {
    auto body = events::PaymentAuthorized{};
    body.reservation = id;
    body.user = {"ann"};
    body.attempt = attempt;
    return event_of(body);
}
inline events::Event declined(ReservationId const& id, std::int32_t attempt = 1) {
    auto body = events::PaymentDeclined{};
    body.reservation = id;
    body.user = {"ann"};
    body.attempt = attempt;
    body.reason = "insufficient_funds";
    return event_of(body);
}

/// Runs `work(i)` on as many threads, each let go at the same moment.
template <class Work>
void race(int workers, Work work) {
    auto ready = std::atomic{0};
    auto threads = std::vector<std::jthread>{};
    for (auto i = 0; i < workers; ++i) {
        threads.emplace_back([&, i] {
            ++ready;
            while (ready < workers) {
                std::this_thread::yield();
            }
            work(i);
        });
    }
}

}  // namespace frontrow::booking
