// Authorization racing expiry, a thousand times: whoever comes first decides, and the money
// follows.
#include <algorithm>
#include <atomic>
#include <chrono>
#include <cmath>
#include <random>
#include <thread>
#include <vector>

#include "tests/system/whole/rivals.hpp"

namespace frontrow::whole {
namespace {

using namespace std::chrono_literals;
using SteadyClock = std::chrono::steady_clock;

constexpr auto thousand = 1'000;
constexpr auto customers = 100;
constexpr auto ticket = 500;
constexpr auto paid_in = thousand / customers * ticket;
constexpr auto short_hold = 6'000ms;

/// How long before the deadline to pay, so that about half are in time: whoever was in time makes
/// it shorter for those after him, and whoever was late makes it longer. Every other is drawn from
/// all that may be, so that one slow moment does not decide for all.
class Margin {
  public:
    [[nodiscard]] SteadyClock::duration draw() {
        thread_local auto random = std::mt19937{std::random_device{}()};
        auto uniform = std::uniform_real_distribution<double>{0, 1};
        auto const near = static_cast<double>(now_) * (0.6 + 0.9 * uniform(random));
        auto const anywhere = least * std::pow(most / least, uniform(random));
        auto const chosen = std::min(uniform(random) < 0.5 ? near : anywhere, most);
        return std::chrono::microseconds{static_cast<long>(chosen)};
    }
    void was_in_time(bool in_time) {
        auto const now = now_.load();
        now_ = std::clamp(in_time ? now * 19 / 20 : now * 21 / 20 + 1, 1'000L, 5'700'000L);
    }

  private:
    static constexpr auto least = 20e3;  // all in microseconds
    static constexpr auto most = 5.7e6;
    std::atomic<long> now_{150'000};
};

class AuthorizationAgainstExpiry : public Rivals {
  protected:
    AuthorizationAgainstExpiry()
        : Rivals{{{"booking",
                   {{"HOLD__DURATION", std::to_string(short_hold.count()) + "ms"},
                    {"HOLD__PAYMENT_MINIMUM", "10ms"},
                    {"SWEEPER__INTERVAL", "10ms"}}}}} {}

    struct Race {
        std::string reservation;
        std::string told;  ///< how it ended, as the customer was told; empty: it did not take place
    };

    /// Holds a seat, waits until it is nearly over, and pays. Nothing if the hold was over before.
    Race run(int n, std::string const& show, Margin& margin) {
        auto const user = user_of(n);
        auto const seat = std::to_string(n + 1);
        for (auto attempt = 0; attempt < 20; ++attempt) {
            auto const held = reserve(n + attempt, show, user, seat);
            auto const deadline = SteadyClock::now() + short_hold;
            if (held.status != 201) {
                std::this_thread::sleep_for(10ms);  // the sweeper frees the seat in a moment
                continue;
            }
            std::this_thread::sleep_until(deadline - margin.draw());
            auto const paid =
                post("booking", replica_of(n), "/v1/reservations/" + held.member("id") + "/payment",
                     user, fresh(), "", {{"Prefer", "wait=20"}});
            if (paid.status != 200) {
                margin.was_in_time(false);
                continue;  // it was over before it began
            }
            margin.was_in_time(paid.member("state") == "CONFIRMED");
            return {held.member("id"), paid.member("state")};
        }
        return {};
    }
    /// Until one purchase went through: the first groups of a fresh broker form in their own time.
    bool is_under_way() {
        auto const show = stack_.show(1, ticket, 0);
        EXPECT_EQ(top_up("opener", ticket).status, 201);
        auto const buys = [&] {
            auto const held = reserve(0, show, "opener", "1");
            return held.status == 201 &&
                   post("booking", 0, "/v1/reservations/" + held.member("id") + "/payment",
                        "opener", fresh(), "", {{"Prefer", "wait=5"}})
                           .member("state") == "CONFIRMED";
        };
        return support::eventually(buys) || support::eventually(buys) || support::eventually(buys);
    }
    static std::string user_of(int n) { return "racer-" + std::to_string(n % customers); }

    /// Each paid for the one seat that he got, or has all that he paid in; nothing is set aside.
    void expect_settled_money(std::ptrdiff_t confirmed) {
        EXPECT_TRUE(support::eventually([&] {
            return stack_.ask("payment",
                              "SELECT count(*) FROM payments WHERE state = "
                              "'AUTHORIZED'") == "0" &&
                   stack_.ask("payment", "SELECT coalesce(sum(pending), 0) FROM wallets") == "0";
        }));
        EXPECT_EQ(
            stack_.list("payment", "SELECT user_id || ' ' || " + std::to_string(paid_in) +
                                       " - available FROM wallets WHERE user_id LIKE 'racer-%' "
                                       "AND available <> " +
                                       std::to_string(paid_in)),
            stack_.list("booking",
                        "SELECT user_id || ' ' || sum(total) FROM reservations WHERE "
                        "user_id LIKE 'racer-%' AND state = 'CONFIRMED' GROUP BY user_id"));
        EXPECT_EQ(
            stack_.list("payment",
                        "SELECT reservation_id::text FROM payments WHERE state = 'CAPTURED'"),
            stack_.list("booking", "SELECT id::text FROM reservations WHERE state = 'CONFIRMED'"));
        EXPECT_EQ(stack_.ask("booking",
                             "SELECT count(*) FROM reservations WHERE state = 'CONFIRMED' "
                             "AND user_id LIKE 'racer-%'"),
                  std::to_string(confirmed));
    }

    /// How long authorizations took to be decided, for a message.
    std::string latency() {
        return stack_.ask("dataplatform",
                          "SELECT coalesce(percentile_cont(ARRAY[0.1, 0.5, 0.9]) WITHIN GROUP "
                          "(ORDER BY a.time - r.time)::text, 'none') FROM history AS r "
                          "JOIN history AS a USING (reservation_id) "
                          "WHERE r.type LIKE '%.payment_requested.v1' "
                          "AND a.type LIKE '%.payment.authorized.v1'");
    }

    /// In how many partitions, and so at how many replicas of booking and payment, it ended so.
    std::string partitions_of(std::string const& what) {
        return stack_.ask("dataplatform",
                          "SELECT count(DISTINCT partition) FROM history WHERE type = "
                          "'frontrow.payment.payment." +
                              what + ".v1' AND user_id LIKE 'racer-%'");
    }
};

TEST_F(AuthorizationAgainstExpiry, EndsInOneStateAndWithTheRightMoneyAThousandTimes) {
    ASSERT_TRUE(is_under_way());
    auto const show = stack_.show(thousand, ticket, 0);
    by_many(customers, [&](int n) { EXPECT_EQ(top_up(user_of(n), paid_in).status, 201); });
    auto all = std::vector<Race>(thousand);
    auto margin = Margin{};
    by_many(
        thousand, [&](int n) { all[static_cast<std::size_t>(n)] = run(n, show, margin); }, 320);

    auto const ended = [&](std::string const& state) {
        return std::ranges::count(all, state, &Race::told);
    };
    EXPECT_GE(ended("CONFIRMED"), 100) << latency();
    EXPECT_GE(ended("EXPIRED"), 100) << latency();
    EXPECT_EQ(ended("CONFIRMED") + ended("EXPIRED"), thousand);
    // What the customer was told stays true, and every reservation ended once.
    auto const found = stack_.list("booking", "SELECT id || ' ' || state FROM reservations");
    for (auto const& race : all) {
        EXPECT_TRUE(found.contains(race.reservation + " " + race.told)) << race.reservation;
    }
    EXPECT_EQ(stack_.ask("booking",
                         "SELECT count(*) FROM reservations WHERE state NOT IN "
                         "('CONFIRMED', 'EXPIRED')"),
              "0");
    EXPECT_EQ(stack_.ask("booking",
                         "SELECT count(*) - count(DISTINCT key) FROM outbox WHERE type LIKE "
                         "'%.reservation.confirmed.v1' OR type LIKE '%.reservation.expired.v1'"),
              "0");
    expect_settled_money(ended("CONFIRMED"));
    auto const audited = stack_.audit(90s);
    EXPECT_EQ(audited.with_verdict("broken"), "") << audited.output;
    // There was no queue, hence no place and no pass.
    EXPECT_EQ(audited.with_verdict("vacuous"),
              "admissions_over_time one_sale_a_pass places_within_capacity")
        << audited.output;
    // Authorizations came too late at both replicas, and in time at both.
    EXPECT_EQ(partitions_of("captured"), "2");
    EXPECT_EQ(partitions_of("voided"), "2");
    for (std::size_t replica = 0; replica < 2; ++replica) {
        EXPECT_GT(metric("booking", replica, "frontrow_consumer_events_total", "applied"), 0);
        EXPECT_GT(metric("booking", replica, "frontrow_sweeper_expired_total"), 0);
    }
}

}  // namespace
}  // namespace frontrow::whole
