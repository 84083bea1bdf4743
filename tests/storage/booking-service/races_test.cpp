// Many at once, for the same seats: one winner, nothing half, no deadlock.
#include <mutex>
#include <random>

#include "tests/storage/booking-service/database.hpp"

namespace frontrow::booking {
namespace {

TEST(Races, OfSixtyFourForOneSeatOneWins) {
    auto database = BookingDatabase{1};
    auto wins = std::atomic{0};
    auto losses = std::atomic{0};
    race(64, [&](int) {
        auto connection = database.connect();
        auto const outcome = database.reserve(connection, {database.wish({1})}).front();
        if (outcome) {
            ++wins;
        } else if (outcome.error() ==
                   domain::ReserveRefusal{domain::ReserveRefusalKind::seats_taken, {1}}) {
            ++losses;
        }
    });
    EXPECT_EQ(wins, 1);
    EXPECT_EQ(losses, 63);
    EXPECT_EQ(database.ask("SELECT fence FROM seats"), "1");
    EXPECT_EQ(database.count_told("held"), "1");
    EXPECT_EQ(database.broken_rule(), "");
}

TEST(Races, OverlappingGroupsNeitherDeadlockNorHoldHalf) {
    auto database = BookingDatabase{12};
    auto faults = std::atomic{0};
    race(8, [&](int worker) {
        auto connection = database.connect();
        auto random = std::mt19937{static_cast<unsigned>(worker)};
        for (auto round = 0; round < 25; ++round) {
            auto wishes = std::vector<use_cases::ReserveSeats>{};
            for (auto i = 0; i < 3; ++i) {  // in no order, as clients name them
                auto const first = static_cast<std::int32_t>(random() % 12);
                wishes.push_back(
                    database.wish({(first + 5) % 12 + 1, first + 1, (first + 9) % 12 + 1}));
            }
            try {
                database.reserve(connection, wishes, {.hold = 3ms, .payment_minimum = 3ms});
            } catch (pg::Error const&) {
                ++faults;
            }
        }
    });
    EXPECT_EQ(faults, 0) << "all lock in the same order";
    EXPECT_EQ(database.broken_rule(), "");
    EXPECT_NE(database.ask("SELECT max(fence) FROM seats"), "1") << "holds were taken over";
}

TEST(Races, ConfirmationAgainstExpiryHasOneOutcome) {
    auto database = BookingDatabase{40};
    auto confirmer = database.connect();
    auto sweeper = database.connect();
    for (auto seat = 1; seat <= 40; ++seat) {
        auto const id = database.reserved({seat});
        ASSERT_TRUE(database.pay(confirmer, id).has_value());
        database.ends_in(id, "8 ms");
        auto done = std::atomic{false};
        {
            auto sweeps = std::jthread{[&] {
                while (!done) {
                    committed(sweeper,
                              [](pg::Transaction& tx) { return use_cases::expire_holds(tx); });
                }
            }};
            // Some before the deadline, some after it, some as near to it as this machine can.
            std::this_thread::sleep_for(std::chrono::microseconds{400} * seat);
            database.consume(confirmer, {authorized(id)});
            EXPECT_TRUE(support::eventually([&] {
                return database.ask(
                           "SELECT state IN ('CONFIRMED', 'EXPIRED') FROM reservations "
                           "WHERE id = '" +
                           id.to_string() + "'") == "t";
            }));
            done = true;
        }
        auto const told = database.told(id);
        EXPECT_TRUE(told == "held 1, payment_requested 2, confirmed 3" ||
                    told == "held 1, payment_requested 2, expired 3")
            << told;
        ASSERT_EQ(database.broken_rule(), "");
    }
}

TEST(Races, TakingOverAgainstPayingHasOneOwner) {
    auto database = BookingDatabase{30};
    for (auto seat = 1; seat <= 30; ++seat) {
        auto const rules = domain::Rules{.hold = 5ms, .payment_minimum = 50ms};
        auto const id = database.reserved({seat}, rules);
        auto taken = std::atomic{false};
        auto paid = std::atomic{false};
        race(2, [&](int worker) {
            auto connection = database.connect();
            if (worker == 0) {
                std::this_thread::sleep_for(std::chrono::microseconds{200} * seat);
                paid = database.pay(connection, id, rules).has_value();
            } else {
                auto const wish = database.wish({seat}, "bob");
                auto const until = std::chrono::steady_clock::now() + 30ms;
                while (!taken && std::chrono::steady_clock::now() < until) {
                    taken = database.reserve(connection, {wish}).front().has_value();
                }
            }
        });
        if (taken && paid) {  // allowed only if the payer's raised deadline had passed as well
            EXPECT_EQ(database.ask("SELECT s.fence FROM seats AS s WHERE seat_no = " +
                                   std::to_string(seat)),
                      "2");
        }
        ASSERT_EQ(database.broken_rule(), "");
    }
}

TEST(Races, TwoSweepersExpireEachHoldOnce) {
    auto database = BookingDatabase{300};
    auto wishes = std::vector<use_cases::ReserveSeats>{};
    for (auto seat = 1; seat <= 300; ++seat) {
        wishes.push_back(database.wish({seat}));
    }
    database.reserve(database.connection(), wishes, {.hold = 1us, .payment_minimum = 1us});
    auto mutex = std::mutex{};
    auto expired = std::vector<ReservationId>{};
    race(4, [&](int) {
        auto connection = database.connect();
        for (auto i = 0; i < 5; ++i) {
            auto const done = committed(
                connection, [](pg::Transaction& tx) { return use_cases::expire_holds(tx); });
            auto const lock = std::lock_guard{mutex};
            expired.insert(expired.end(), done.reservations.begin(), done.reservations.end());
        }
    });
    EXPECT_EQ(expired.size(), 300U);
    EXPECT_EQ(database.count_told("expired"), "300");
    EXPECT_EQ(database.ask("SELECT count(*) FROM seats WHERE state = 'FREE'"), "300");
    EXPECT_EQ(database.broken_rule(), "");
}

TEST(Races, ASweeperPassesByWhatSomebodyElseWorksOn) {
    auto database = BookingDatabase{2};
    auto const rules = domain::Rules{.hold = 1us, .payment_minimum = 1us};
    auto const busy = database.reserved({1}, rules);
    auto const idle = database.reserved({2}, rules);
    auto other = database.connect();
    auto holder = std::make_unique<pg::Transaction>(other);
    auto const seat = domain::SeatKey{database.show(), 1};
    std::ignore = storage::seats::lock_idle(*holder, {seat}).get();
    auto const sweep = [](pg::Transaction& tx) {
        return use_cases::expire_holds(tx);
    };
    EXPECT_EQ(committed(database.connection(), sweep).reservations, std::vector{idle});
    holder.reset();
    EXPECT_EQ(committed(database.connection(), sweep).reservations, std::vector{busy});
}

TEST(Sweeper, TellsOfAnExpiryInTheStoryOfTheRequestThatMadeTheHold) {
    auto database = BookingDatabase{2};
    auto const rules = domain::Rules{.hold = 1us, .payment_minimum = 1us};
    auto const id = database.reserved({1}, rules);
    auto const old = database.reserved({2}, rules);
    database.connection().run_script("UPDATE reservations SET correlation_id = '' WHERE id = '" +
                                     old.to_string() + "'");
    std::ignore = committed(database.connection(),
                            [](pg::Transaction& tx) { return use_cases::expire_holds(tx); });
    EXPECT_EQ(database.told(id), "held 1, expired 2");
    EXPECT_EQ(database.stories(id), origin().correlation_id);
    EXPECT_EQ(database.stories(old), old.to_string() + ", " + origin().correlation_id)
        << "one that was made before stories were kept";
}

TEST(Races, OnePassHoldsSeatsOnce) {
    auto database = BookingDatabase{32, 10};
    auto const token = TokenId::draw();
    auto wins = std::atomic{0};
    race(32, [&](int worker) {
        auto connection = database.connect();
        auto wish = database.wish({worker + 1});
        wish.request.pass =
            domain::PassClaim{.token = token, .expires_at = SystemClock{}.now() + 1h};
        wins += database.reserve(connection, {wish}).front().has_value() ? 1 : 0;
    });
    EXPECT_EQ(wins, 1);
    EXPECT_EQ(database.ask("SELECT count(*) FROM seats WHERE state = 'HELD'"), "1");
}

}  // namespace
}  // namespace frontrow::booking
