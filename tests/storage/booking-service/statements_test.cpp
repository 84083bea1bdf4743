// Every statement of booking, prepared, and run with one row and with 512.
#include "booking-service/storage/old_passes.hpp"
#include "tests/storage/booking-service/database.hpp"

namespace frontrow::booking {
namespace {

class BookingStatements : public testing::TestWithParam<std::size_t> {
  protected:
    [[nodiscard]] std::size_t count() const { return GetParam(); }
    BookingDatabase database_{512, 10};
};
INSTANTIATE_TEST_SUITE_P(OneRowAndFiveHundredAndTwelve, BookingStatements,
                         testing::Values(std::size_t{1}, std::size_t{512}));

TEST(BookingSchema, KnowsEveryStatement) {
    auto connection = support::connect(booking_url());
    auto prepared = 0;
    for (auto const statements :
         {storage::seats::statements(), storage::passes::statements(),
          storage::reservations::statements(), storage::concerts::statements(),
          storage::shows::statements(), storage::Layouts::statements(),
          storage::old_passes::statements()}) {
        for (auto const* statement : statements) {
            EXPECT_NO_THROW(connection.prepare(*statement)) << statement->name;
            ++prepared;
        }
    }
    EXPECT_EQ(prepared, 27);
}

TEST_P(BookingStatements, LockSaveAndReadSeats) {
    auto tx = pg::Transaction{database_.connection()};
    auto keys = std::vector<domain::SeatKey>{};
    for (std::size_t i = count(); i > 0; --i) {
        keys.push_back({database_.show(), static_cast<std::int32_t>(i)});
        keys.push_back(keys.back());  // named twice, locked once
    }
    auto seats = storage::seats::lock_idle(tx, keys).get();
    auto const until = tx.now() + 1min;
    for (auto const& key : keys) {
        auto& seat = seats.change(key);
        seat.state = domain::SeatState::held;
        seat.reservation = ReservationId::draw();
        seat.fence = 7;
        seat.held_until = until;
    }
    ASSERT_EQ(seats.changed().size(), count());
    storage::seats::save(tx, seats.changed());
    auto const show = database_.show();
    auto const taken = storage::seats::taken(tx, std::span{&show, 1}, tx.now());
    ASSERT_EQ(taken.size(), count());
    EXPECT_EQ(taken.front().key.number, 1);
    EXPECT_EQ(taken.front().fence, 7);
    EXPECT_EQ(taken.front().held_until, until);
    EXPECT_TRUE(storage::seats::taken(tx, std::span{&show, 1}, until).empty())
        << "a hold that ends exactly then is over";
    auto const idle = storage::seats::lock_idle(tx, keys).get();
    EXPECT_NE(idle.find(keys.front()), nullptr) << "one's own lock is no obstacle";
}

TEST_P(BookingStatements, LockAndSavePasses) {
    auto tx = pg::Transaction{database_.connection()};
    auto tokens = std::vector<TokenId>{};
    for (std::size_t i = 0; i < count(); ++i) {
        tokens.push_back(TokenId::draw());
        tokens.push_back(tokens.back());
    }
    auto passes = storage::passes::lock(tx, tokens).get();
    auto const reservation = ReservationId::draw();
    EXPECT_EQ(passes.at(tokens.back()).state, domain::PassState::usable);
    for (auto const& token : tokens) {
        auto& pass = passes.change(token);
        pass.state = domain::PassState::ended;
        pass.generation = 3;
        pass.reservation = reservation;
        pass.held_until = tx.now();
    }
    storage::passes::save(tx, passes.changed());
    auto const again = storage::passes::lock(tx, tokens).get();
    auto const idle = storage::passes::lock_idle(tx, tokens).get();
    for (auto const& token : tokens) {
        EXPECT_EQ(again.at(token).state, domain::PassState::ended);
        EXPECT_EQ(again.at(token).generation, 3);
        EXPECT_EQ(again.at(token).reservation, reservation);
        EXPECT_EQ(idle.at(token).held_until, tx.now());
    }
}

std::vector<storage::reservations::Made> as_made(std::vector<domain::Reservation> const& made,
                                                 std::string_view story) {
    auto all = std::vector<storage::reservations::Made>{};
    for (auto const& reservation : made) {
        all.push_back({&reservation, story});
    }
    return all;
}

TEST_P(BookingStatements, LockTheSeatsAndPassesOfReservations) {
    auto tx = pg::Transaction{database_.connection()};
    auto made = std::vector<domain::Reservation>{};
    auto ids = std::vector<ReservationId>{};
    for (std::size_t i = 0; i < count(); ++i) {
        made.push_back({.id = ReservationId::draw(),
                        .show = database_.show(),
                        .user = {"user"},
                        .seats = {{static_cast<std::int32_t>(i + 1), 1}},
                        .total = {2000, *Currency::parse("KRW")},
                        .held_until = tx.now(),
                        .created_at = tx.now()});
        ids.push_back(made.back().id);
    }
    made.front().token = TokenId::draw();
    auto const other = TokenId::draw();
    storage::reservations::insert(tx, as_made(made, ""));
    auto const work = storage::lock(tx, {.tokens = {other, *made.front().token},
                                         .reservations = {ids.rbegin(), ids.rend()}})
                          .get();
    for (auto const& reservation : made) {
        EXPECT_NE(work.reservations.find(reservation.id), nullptr);
        EXPECT_NE(work.seats.find({database_.show(), reservation.seats.front().seat}), nullptr);
    }
    EXPECT_NE(work.passes.find(*made.front().token), nullptr);
    EXPECT_NE(work.passes.find(other), nullptr);
    EXPECT_EQ(work.passes.find(TokenId::draw()), nullptr);
}

TEST_P(BookingStatements, InsertLockSaveAndReadReservations) {
    auto tx = pg::Transaction{database_.connection()};
    auto made = std::vector<domain::Reservation>{};
    auto ids = std::vector<ReservationId>{};
    for (std::size_t i = 0; i < count(); ++i) {
        made.push_back({.id = ReservationId::draw(),
                        .show = database_.show(),
                        .user = {"user-" + std::to_string(i % 4)},
                        .seats = {{1, 10'000'000'000}, {static_cast<std::int32_t>(i + 2), 2}},
                        .total = {2000, *Currency::parse("KRW")},
                        .held_until = tx.now(),
                        .created_at = tx.now()});
        ids.push_back(made.back().id);
    }
    made.front().token = TokenId::draw();
    storage::reservations::insert(tx, as_made(made, "a story"));
    EXPECT_EQ(storage::reservations::stories(tx, ids).size(), count());
    EXPECT_EQ(storage::reservations::stories(tx, ids).at(ids.back()), "a story");
    auto set = storage::reservations::lock(tx, ids).get();
    for (auto const& expected : made) {
        auto& found = set.change(expected.id);
        EXPECT_EQ(found.seats, expected.seats);
        EXPECT_EQ(found.total, expected.total);
        EXPECT_EQ(found.token, expected.token);
        EXPECT_EQ(found.user, expected.user);
        found.state = domain::ReservationState::paying;
        found.attempt = 2;
        found.version = 9;
        found.decline = "closed";
        found.held_until = tx.now() - 1s;
    }
    storage::reservations::save(tx, set.changed());
    auto const loaded = storage::reservations::load(tx, ids);
    ASSERT_EQ(loaded.size(), count());
    EXPECT_EQ(loaded.front().state, domain::ReservationState::paying);
    EXPECT_EQ(loaded.front().attempt, 2);
    EXPECT_EQ(loaded.front().version, 9);
    EXPECT_EQ(loaded.front().decline, "closed");
    EXPECT_EQ(storage::reservations::overdue(tx, tx.now() - 1s).size(), count());
    EXPECT_TRUE(storage::reservations::overdue(tx, tx.now() - 1s - 1us).empty());
    EXPECT_NE(storage::reservations::lock_idle(tx, ids).get().find(ids.back()), nullptr);

    auto asked = std::vector<storage::reservations::Page>{};
    for (std::size_t i = 0; i < count(); ++i) {
        asked.push_back({.user = {"user-" + std::to_string(i % 5)}});
    }
    auto const pages = storage::reservations::pages(tx, asked);
    ASSERT_EQ(pages.size(), count());
    EXPECT_EQ(pages[0].size(), std::min<std::size_t>((count() + 3) / 4, 101));
    EXPECT_EQ(pages[0].front().id, made[(count() - 1) / 4 * 4].id) << "newest first";
    if (count() > 1) {
        EXPECT_TRUE(pages[4].empty());
        auto const rest = storage::reservations::pages(
            tx, std::vector{storage::reservations::Page{{"user-0"}, pages[0].back().id}});
        EXPECT_EQ(rest[0].size(), 128U - 101U);
    }
}

TEST_P(BookingStatements, InsertAndReadTheCatalogue) {
    auto commands = std::vector<use_cases::CreateConcert>{};
    for (std::size_t i = 0; i < count(); ++i) {
        commands.push_back(concert(3));
    }
    auto tx = pg::Transaction{database_.connection()};
    use_cases::create_concerts(tx, commands);
    auto queries = std::vector<use_cases::CatalogueQuery>{};
    for (auto const& made : commands) {
        queries.emplace_back(use_cases::ReadConcert{made.concert.id});
        queries.emplace_back(use_cases::ReadShow{made.shows[0].id});
        queries.emplace_back(use_cases::ListShows{made.concert.id, {}});
        queries.emplace_back(use_cases::ListConcerts{});
        queries.emplace_back(use_cases::ReadShow{ShowId::draw()});
    }
    auto const answers = use_cases::read_catalogue(tx, queries, database_.layouts());
    ASSERT_EQ(answers.size(), 5 * count());
    for (std::size_t i = 0; i < count(); ++i) {
        ASSERT_EQ(answers[5 * i].concerts.size(), 1U);
        EXPECT_EQ(answers[5 * i].concerts[0].id, commands[i].concert.id);
        ASSERT_EQ(answers[5 * i].shows.size(), 1U);
        ASSERT_EQ(answers[5 * i + 1].shows.size(), 1U);
        EXPECT_EQ(answers[5 * i + 1].shows[0].id, commands[i].shows[0].id);
        EXPECT_EQ(answers[5 * i + 1].shows[0].layout->seats(), 3);
        EXPECT_EQ(answers[5 * i + 2].shows.size(), 1U);
        EXPECT_EQ(answers[5 * i + 3].concerts.size(), std::min<std::size_t>(count() + 1, 101));
        EXPECT_TRUE(answers[5 * i + 4].shows.empty());
        EXPECT_TRUE(answers[5 * i + 4].concerts.empty());
    }
}

TEST_P(BookingStatements, ReservePayAndConfirmAsOneBatchEach) {
    auto wishes = std::vector<use_cases::ReserveSeats>{};
    for (std::size_t i = 0; i < count(); ++i) {
        wishes.push_back(database_.wish({static_cast<std::int32_t>(i + 1)}));
        wishes.back().request.pass =
            domain::PassClaim{.token = TokenId::draw(), .expires_at = SystemClock{}.now() + 1h};
    }
    auto const outcomes = database_.reserve(database_.connection(), wishes);
    auto payments = std::vector<use_cases::PayReservation>{};
    auto answers = std::vector<events::Event>{};
    for (auto const& outcome : outcomes) {
        ASSERT_TRUE(outcome.has_value());
        payments.push_back({outcome->reservation.id, {"ann"}, origin()});
        answers.push_back(authorized(outcome->reservation.id));
    }
    committed(database_.connection(), [&](pg::Transaction& tx) {
        return use_cases::pay_reservation(tx, use_cases::ask_to_pay(tx, payments), payments,
                                          database_.layouts(), domain::Rules{});
    });
    database_.consume(database_.connection(), answers);
    auto const all = std::to_string(count());
    EXPECT_EQ(database_.ask("SELECT count(*) FROM reservations WHERE state = 'CONFIRMED'"), all);
    EXPECT_EQ(database_.ask("SELECT count(*) FROM seats WHERE state = 'SOLD' AND fence = 1"), all);
    EXPECT_EQ(database_.ask("SELECT count(*) FROM passes WHERE state = 'SPENT'"), all);
    EXPECT_EQ(database_.broken_rule(), "");
    EXPECT_EQ(database_.told(outcomes.front()->reservation.id),
              "held 1, payment_requested 2, confirmed 3");
}

/// Where each seat's row stands: its page.
constexpr auto pages_of_seats =
    "SELECT string_agg((ctid::text::point)[0]::text, ' ' ORDER BY seat_no) FROM seats";

/// A version in another page needs entries in the index too; see the decision on room for seats.
TEST(BookingSeats, StayInTheirPageHoweverManyOfItAreHeldAndSold) {
    constexpr auto seats = 100;
    constexpr auto at_once = 20;
    auto database = BookingDatabase{seats};
    auto const before = database.ask(pages_of_seats);
    for (auto first = 1; first <= seats; first += at_once) {
        auto wishes = std::vector<use_cases::ReserveSeats>{};
        for (auto seat = first; seat < first + at_once; ++seat) {
            wishes.push_back(database.wish({seat}));
        }
        for (auto const& outcome : database.reserve(database.connection(), wishes)) {
            ASSERT_TRUE(outcome.has_value());
            database.pay(database.connection(), outcome->reservation.id);
            database.consume(database.connection(), {authorized(outcome->reservation.id)});
        }
    }
    EXPECT_EQ(database.ask("SELECT count(*) FROM seats WHERE state = 'SOLD'"), "100");
    EXPECT_EQ(database.ask(pages_of_seats), before);
}

TEST(BookingStatementsOfNothing, ChangeNothing) {
    auto database = BookingDatabase{1};
    auto tx = pg::Transaction{database.connection()};
    auto const work = storage::lock(tx, {}).get();
    storage::save(tx, work);
    EXPECT_TRUE(consumers::consume(tx, {}).empty());
    EXPECT_TRUE(use_cases::expire_holds(tx).reservations.empty());
    auto asked = use_cases::ask_to_reserve(tx, {}, database.shows(), {});
    EXPECT_TRUE(use_cases::reserve_seats(tx, std::move(asked), {}, {}).empty());
    EXPECT_TRUE(use_cases::read_reservations(tx, {}, database.layouts()).empty());
    EXPECT_TRUE(use_cases::read_catalogue(tx, {}, database.layouts()).empty());
    EXPECT_TRUE(use_cases::read_availability(tx, {}, database.layouts()).empty());
}

/// SQL that breaks a rule of the schema, and the rule's place.
struct Broken {
    char const* rule;
    char const* sql;
};
class BookingRules : public testing::TestWithParam<Broken> {};
INSTANTIATE_TEST_SUITE_P(
    Schema, BookingRules,
    testing::Values(
        Broken{"held without a deadline",
               "UPDATE seats SET state = 'HELD', reservation_id = show_id, fence = 1"},
        Broken{"held by nobody", "UPDATE seats SET state = 'HELD', held_until = now(), fence = 1"},
        Broken{"held without a claim",
               "UPDATE seats SET state = 'HELD', held_until = now(), reservation_id = show_id"},
        Broken{"sold with a deadline",
               "UPDATE seats SET state = 'SOLD', reservation_id = show_id, fence = 1, "
               "held_until = now()"},
        Broken{"free and somebody's", "UPDATE seats SET reservation_id = show_id"},
        Broken{"an unknown state", "UPDATE seats SET state = 'LOST'"},
        Broken{"nine seats",
               "UPDATE reservations SET seats = '{1,2,3,4,5,6,7,8,9}', "
               "fences = '{1,1,1,1,1,1,1,1,1}'"},
        Broken{"a seat without its fence", "UPDATE reservations SET seats = '{1,2}'"},
        Broken{"paying without an attempt", "UPDATE reservations SET state = 'PAYING'"},
        Broken{"a spent pass of nobody",
               "INSERT INTO passes (token_id, state) SELECT show_id, 'SPENT' FROM seats LIMIT 1"}));

TEST_P(BookingRules, AreKeptByTheDatabaseItself) {
    auto database = BookingDatabase{2};
    std::ignore = database.reserved({2});
    try {
        database.connection().run_script(
            std::string{GetParam().sql} +
            (std::string_view{GetParam().sql}.starts_with("UPDATE seats") ? " WHERE seat_no = 1"
                                                                          : ""));
        FAIL() << GetParam().rule;
    } catch (pg::Error const& error) {
        EXPECT_EQ(error.sqlstate(), "23514") << GetParam().rule << ": " << error.what();
    }
}

}  // namespace
}  // namespace frontrow::booking
