// Compares what customers were told with the databases, and runs the auditor.
#include "tests/system/whole/expectations.hpp"

#include <algorithm>
#include <set>

#include "common/core/uuid.hpp"

namespace frontrow::whole {
namespace {

/// The answers of that kind with a status of 2xx, each as `spell` writes it.
template <class Spell>
std::set<std::string> granted(LoadClient const& load, std::string const& what, Spell spell) {
    auto all = std::set<std::string>{};
    for (auto const& told : load.told()) {
        if (told.what == what && told.status / 100 == 2) {
            all.insert(spell(told));
        }
    }
    return all;
}

/// All that were told are there; and nothing else, unless a question was never answered.
void expect_same(std::multiset<std::string> const& found, std::set<std::string> const& told,
                 bool exactly) {
    for (auto const& each : told) {
        EXPECT_EQ(found.count(each), 1U) << each << " was told";
    }
    if (exactly) {
        for (auto const& each : found) {
            EXPECT_TRUE(told.contains(each)) << each << " was never told";
        }
    }
}

}  // namespace

void expect_clean_audit(WholeStack& stack) {
    auto const audited = stack.audit(std::chrono::seconds{30});
    EXPECT_EQ(audited.with_verdict("broken"), "") << audited.output;
    EXPECT_EQ(audited.with_verdict("vacuous"), "") << audited.output;
    EXPECT_EQ(audited.exit_code, 0) << audited.output;
    EXPECT_GE(audited.verdicts.size(), 17U) << audited.output;
}

void expect_history_is_true(WholeStack& stack, LoadClient const& load) {
    auto const exactly = load.unanswered() == 0;
    auto const theirs = "user_id LIKE '" + load.name() + "-%'";
    auto const who_and_what = [](support::Told const& told) {
        return told.user + " " + told.id;
    };
    auto const who = [](support::Told const& told) {
        return told.user;
    };
    expect_same(stack.list("booking",
                           "SELECT user_id || ' ' || id FROM reservations "
                           "WHERE " +
                               theirs),
                granted(load, "hold", who_and_what), exactly);
    expect_same(
        stack.list("payment", "SELECT user_id FROM transfers WHERE kind = 'top_up' AND " + theirs),
        granted(load, "top-up", who), exactly);
    expect_same(stack.list("queue",
                           "SELECT user_id || ' ' || id FROM tokens "
                           "WHERE " +
                               theirs),
                granted(load, "join", who_and_what), exactly);
    // A payment that was asked for was decided, and what was told to be confirmed is.
    auto const decided = stack.list("payment",
                                    "SELECT user_id || ' ' || reservation_id FROM payments "
                                    "WHERE " +
                                        theirs);
    for (auto const& each : granted(load, "pay", who_and_what)) {
        EXPECT_EQ(decided.count(each), 1U) << each;
    }
    auto const sold = stack.list("booking",
                                 "SELECT s.seat_no || ' ' || r.user_id FROM seats AS s "
                                 "JOIN reservations AS r ON r.id = s.reservation_id "
                                 "WHERE s.state = 'SOLD' AND r.state = 'CONFIRMED'");
    for (auto const& purchase : load.purchases()) {
        if (purchase.state == "CONFIRMED") {
            EXPECT_EQ(sold.count(std::to_string(purchase.seat) + " " + purchase.user), 1U)
                << purchase.user << " was told that " << purchase.reservation << " is confirmed";
        }
    }
    for (auto const* const hopeless :
         {"hold nothing", "hold again", "pay nothing", "top-up of a debt"}) {
        EXPECT_TRUE(granted(load, hopeless, who).empty()) << hopeless;
    }
}

void hold_and_buy(WholeStack& stack, std::string const& show, int seat) {
    auto http = support::HttpClient{};
    auto const holder = stack.as("holder");
    using support::operator+;
    auto const fresh = [] {
        return support::key(new_uuid().to_string());
    };
    auto const top_up =
        http.request("POST", stack.url("payment") + "/v1/wallet/top-ups", holder + fresh(),
                     R"({"amount":{"amount":1000,"currency":"EUR"}})");
    ASSERT_EQ(top_up.status, 201) << top_up.body;
    auto joined = support::Answer{};
    auto const is_known = [&] {
        joined = http.request("POST", stack.url("queue") + "/v1/shows/" + show + "/queue-tokens",
                              holder + fresh());
        return joined.status / 100 == 2;
    };
    // With twice the patience: a fresh broker takes its time with its first consumer groups.
    ASSERT_TRUE(support::eventually(is_known) || support::eventually(is_known)) << joined.body;
    auto seen = support::Answer{};
    ASSERT_TRUE(support::eventually([&] {
        seen = http.request("GET", stack.url("queue") + "/v1/queue-tokens/" + joined.member("id"),
                            holder);
        return seen.member("state") == "ADMITTED";
    })) << seen.body;
    auto const held =
        http.request("POST", stack.url("booking") + "/v1/reservations",
                     holder + fresh() + support::Headers{{"Queue-Pass", seen.member("pass")}},
                     R"({"showId":")" + show + R"(","seatIds":[)" + std::to_string(seat) + "]}");
    ASSERT_EQ(held.status, 201) << held.body;
    auto load = LoadClient{
        stack,
        {.show = show, .name = "buyer", .first_seat = seat + 1, .purchases = 1, .workers = 1}};
    load.finish_within(std::chrono::seconds{30});
    ASSERT_EQ(load.count("CONFIRMED"), 1) << load.summary();
}

}  // namespace frontrow::whole
