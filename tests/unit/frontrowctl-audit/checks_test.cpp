// The checker, checked: a healthy world holds, and each planted corruption turns exactly its own
// invariant red.
#include "frontrowctl/audit/checks.hpp"

#include <algorithm>
#include <functional>

#include "tests/support/testing.hpp"

namespace frontrow::audit {
namespace {

using namespace std::chrono_literals;

Uuid uuid_of(std::uint8_t number) {
    auto uuid = Uuid{};
    uuid.octets[15] = number;
    return uuid;
}
auto const noon = Instant{std::chrono::seconds{1'800'000'000}};
auto const show = ShowId{uuid_of(1)};
auto const sold = ReservationId{uuid_of(2)};
auto const held = ReservationId{uuid_of(3)};
auto const refunded = ReservationId{uuid_of(4)};
auto const ann = UserId{"ann"};
auto const bob = UserId{"bob"};
auto const token = TokenId{uuid_of(5)};

RecordFact record_of(OutboxRow const& row, std::int64_t offset) {
    return {row.topic, 0, offset, row.event_id, row.key, row.type, row.version, row.payload_sha256};
}

/// A transfer whose two entries move `amount` from one account to another.
void move_money(Facts& facts, std::uint8_t id, std::string const& kind,
                std::optional<ReservationId> reservation, std::int64_t amount, EntryRow from,
                EntryRow to) {
    auto const transfer = TransferId{uuid_of(id)};
    facts.transfers.push_back({transfer, kind, reservation, amount});
    from.transfer = to.transfer = transfer;
    from.currency = to.currency = "EUR";
    from.amount = -amount;
    to.amount = amount;
    facts.entries.push_back(from);
    facts.entries.push_back(to);
}

EntryRow account(std::string const& name, UserId const& user = {}) {
    return {{}, name, user, {}, 0};
}

void add_money(Facts& facts) {
    move_money(facts, 20, "top_up", {}, 1000, account("deposits"), account("available", ann));
    move_money(facts, 21, "authorize", sold, 300, account("available", ann),
               account("pending", ann));
    move_money(facts, 22, "capture", sold, 300, account("pending", ann), account("revenue"));
    move_money(facts, 23, "authorize", refunded, 200, account("available", ann),
               account("pending", ann));
    move_money(facts, 24, "capture", refunded, 200, account("pending", ann), account("revenue"));
    move_money(facts, 25, "refund", refunded, 200, account("revenue"), account("available", ann));
    facts.wallets = {{ann, "EUR", 700, 0}};
    facts.payments = {{sold, ann, "CAPTURED", "EUR", 300, 0, 300, 0},
                      {refunded, ann, "REFUNDED", "EUR", 200, 0, 200, 200}};
}

void add_events(Facts& facts) {
    auto const row = [&](std::uint8_t id, std::string topic, std::string key, std::string type,
                         std::int64_t version) {
        facts.outbox.push_back({"booking", id, uuid_of(id), std::move(topic), std::move(key),
                                std::move(type), version, "hash" + std::to_string(id), false});
    };
    row(30, "booking.reservation.v1", "sold", "reservation.held.v1", 1);
    row(31, "booking.reservation.v1", "sold", "reservation.confirmed.v1", 2);
    row(32, "queue.token.v1", "token", "token.joined.v1", 1);
    row(33, "queue.token.v1", "token", "token.admitted.v1", 2);
    row(34, "queue.token.v1", "token", "token.completed.v1", 3);
    for (auto const& sent : facts.outbox) {
        facts.records.push_back(record_of(sent, sent.id));
        facts.inbox.push_back({"dataplatform", "dataplatform-consumer", sent.event_id, "applied"});
        facts.history.push_back(sent.event_id);
    }
    facts.topics_of_group = {
        {"dataplatform-consumer", {"booking.reservation.v1", "queue.token.v1"}}};
}

Facts healthy() {
    auto facts = Facts{};
    facts.now = noon;
    facts.seats = {{show, 1, "SOLD", sold, 1, {}}, {show, 2, "HELD", held, 4, noon + 60s}};
    facts.reservations = {
        {sold, show, ann, token, "CONFIRMED", {1}, 300, "EUR", noon - 60s, 3},
        {held, show, bob, {}, "HELD", {2}, 200, "EUR", noon + 60s, 1},
        {refunded, show, ann, {}, "CANCELLED", {2}, 200, "EUR", noon - 120s, 4},
    };
    facts.gates = {{show, 1, 1}};
    facts.tokens = {{TokenId{uuid_of(6)}, show, "ADMITTED"}, {token, show, "COMPLETED"}};
    add_money(facts);
    add_events(facts);
    return facts;
}

std::vector<std::string> red(Facts const& facts) {
    auto names = std::vector<std::string>{};
    for (auto const& finding : check_all(facts, true)) {
        if (!finding.holds()) {
            names.emplace_back(finding.invariant);
        }
    }
    return names;
}

TEST(Audit, HoldsForAHealthyWorldAndLooksAtSomethingForEachInvariant) {
    for (auto const& finding : check_all(healthy(), true)) {
        EXPECT_TRUE(finding.holds())
            << finding.invariant << ": " << (finding.broken.empty() ? "" : finding.broken.front());
        EXPECT_FALSE(finding.is_vacuous()) << finding.invariant;
    }
}

TEST(Audit, CallsAnEmptyWorldVacuousAndNotHealthy) {
    for (auto const& finding : check_all(Facts{}, true)) {
        EXPECT_TRUE(finding.is_vacuous()) << finding.invariant;
    }
}

struct Corruption {
    std::string invariant;
    std::string what;
    std::function<void(Facts&)> plant;
};

std::vector<Corruption> corruptions_of_seats_and_money() {
    return {
        {"seat_sold_once", "a seat held by two",
         [](Facts& f) {
             f.reservations.push_back({ReservationId{uuid_of(9)},
                                       show,
                                       bob,
                                       {},
                                       "HELD",
                                       {1, 2},
                                       500,
                                       "EUR",
                                       noon + 60s,
                                       1});
         }},
        {"seat_has_its_owner", "a seat sold to a reservation that is gone",
         [](Facts& f) {
             f.seats.push_back({show, 7, "SOLD", ReservationId{uuid_of(99)}, 1, {}});
         }},
        {"seat_has_its_owner", "a confirmed reservation's seat is free",
         [](Facts& f) {
             f.seats[0] = {show, 1, "FREE", {}, 1, {}};
         }},
        {"paid_if_and_only_if_sold", "confirmed, captured for another amount",
         [](Facts& f) {
             f.reservations[0].total = 301;
         }},
        {"paid_if_and_only_if_sold", "cancelled, captured and not refunded",
         [](Facts& f) {
             f.transfers.back().amount = 150;
         }},
        {"transfers_sum_to_zero", "an entry for the house is missing its other half",
         [](Facts& f) {
             f.transfers.push_back({TransferId{uuid_of(77)}, "top_up", {}, 10});
         }},
        {"wallets_equal_their_entries", "a wallet that shows what its entries do not",
         [](Facts& f) {
             f.wallets.push_back({bob, "EUR", 5, 0});
             f.entries.push_back({TransferId{uuid_of(20)}, "available", UserId{"eve"}, "EUR", 5});
             f.entries.push_back({TransferId{uuid_of(20)}, "deposits", {}, "EUR", -5});
         }},
        {"no_balance_is_negative", "available below zero, booked as such",
         [](Facts& f) {
             f.wallets.push_back({bob, "EUR", -5, 5});
             f.payments.push_back({held, bob, "AUTHORIZED", "EUR", 5, 5, 0, 0});
             move_money(f, 78, "authorize", held, 5, account("available", bob),
                        account("pending", bob));
         }},
        {"money_is_conserved", "pending money without an authorization",
         [](Facts& f) {
             f.wallets.push_back({bob, "EUR", 0, 5});
             move_money(f, 79, "top_up", {}, 5, account("deposits"), account("pending", bob));
         }},
    };
}

std::vector<Corruption> corruptions_of_events() {
    return {
        {"every_event_is_published", "a row that never went out",
         [](Facts& f) {
             f.outbox.push_back(
                 {"payment", 40, uuid_of(40), "payment.payment.v1", "k", "t", 1, "h", false});
         }},
        {"every_event_is_published", "a record with other octets",
         [](Facts& f) {
             f.records[0].payload_sha256 = "other";
         }},
        {"no_record_without_its_row", "a record that nobody wrote down",
         [](Facts& f) {
             f.records.push_back({"booking.show.v1", 0, 9, uuid_of(41), "k", "t", 1, "h"});
         }},
        {"order_of_each_key", "two versions swapped",
         [](Facts& f) {
             std::swap(f.records[0], f.records[1]);
         }},
        {"order_of_each_key", "a key in two partitions",
         [](Facts& f) {
             f.records[1].partition = 5;
         }},
        {"effect_once", "an inbox row twice",
         [](Facts& f) {
             f.inbox.push_back(f.inbox.front());
         }},
        {"effect_once", "a row of history twice",
         [](Facts& f) {
             f.history.push_back(f.history.front());
         }},
        {"every_event_has_its_effect", "an event that a group never saw",
         [](Facts& f) {
             f.inbox.pop_back();
         }},
        {"admissions_over_time", "a token admitted again after its end",
         [](Facts& f) {
             f.outbox.push_back({"queue", 42, uuid_of(42), "queue.token.v1", "token",
                                 "token.admitted.v1", 4, "h42", false});
             f.records.push_back(record_of(f.outbox.back(), 42));
             f.inbox.push_back({"dataplatform", "dataplatform-consumer", uuid_of(42), "applied"});
         }},
    };
}

std::vector<Corruption> corruptions_of_time_and_places() {
    return {
        {"no_hold_outlives_its_time", "a hold an hour old",
         [](Facts& f) {
             f.reservations[1].held_until = noon - 1h;
             f.seats[1].held_until = noon - 1h;
         }},
        {"one_deadline", "a seat with a deadline of its own",
         [](Facts& f) {
             f.seats[1].held_until = noon + 61s;
         }},
        {"places_within_capacity", "two admitted where there is one place",
         [](Facts& f) {
             f.tokens.push_back({TokenId{uuid_of(7)}, show, "ADMITTED"});
             f.gates[0].active = 2;
         }},
        {"places_within_capacity", "a place that was never given back",
         [](Facts& f) {
             f.tokens[0].state = "EXPIRED";
         }},
        {"one_sale_a_pass", "one pass, two sales",
         [](Facts& f) {
             f.reservations[1].token = token;
         }},
    };
}

void expect_exactly_named_red(std::vector<Corruption> const& corruptions) {
    for (auto const& corruption : corruptions) {
        auto facts = healthy();
        corruption.plant(facts);
        EXPECT_EQ(red(facts), std::vector{corruption.invariant}) << corruption.what;
    }
}

TEST(Audit, TurnsExactlyTheNamedInvariantRedForCorruptionsOfSeatsAndMoney) {
    expect_exactly_named_red(corruptions_of_seats_and_money());
}

TEST(Audit, TurnsExactlyTheNamedInvariantRedForCorruptionsOfEvents) {
    expect_exactly_named_red(corruptions_of_events());
}

TEST(Audit, TurnsExactlyTheNamedInvariantRedForCorruptionsOfTimeAndPlaces) {
    expect_exactly_named_red(corruptions_of_time_and_places());
}

TEST(Audit, HasAPlantedCorruptionForEveryInvariant) {
    auto planted = std::vector<std::string>{};
    for (auto const& list : {corruptions_of_seats_and_money(), corruptions_of_events(),
                             corruptions_of_time_and_places()}) {
        for (auto const& corruption : list) {
            planted.push_back(corruption.invariant);
        }
    }
    for (auto const name : invariants()) {
        EXPECT_GE(std::ranges::count(planted, name), 1) << name;
    }
    EXPECT_GE(planted.size(), 12U);
}

TEST(Audit, DoesNotBlameAPurchaseThatIsUnderWay) {
    auto facts = healthy();
    facts.outbox.push_back(
        {"booking", 50, uuid_of(50), "booking.show.v1", "k", "t", 1, "h", false});
    facts.reservations.push_back(
        {ReservationId{uuid_of(51)}, show, bob, {}, "CONFIRMED", {3}, 100, "EUR", noon, 3});
    facts.seats.push_back({show, 3, "SOLD", ReservationId{uuid_of(51)}, 1, {}});
    for (auto const& finding : check_all(facts, false)) {
        EXPECT_TRUE(finding.holds()) << finding.invariant;
    }
}

}  // namespace
}  // namespace frontrow::audit
