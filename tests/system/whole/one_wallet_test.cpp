// One wallet that pays for many reservations at once, and has not enough for all.
#include <array>
#include <atomic>
#include <vector>

#include "tests/system/whole/rivals.hpp"

namespace frontrow::whole {
namespace {

constexpr auto reservations = 128;
constexpr auto affordable = 60;
constexpr auto price = 700;

/// A customer of a show without a queue, who may so hold many seats.
class OneWallet : public Rivals {
  protected:
    /// Holds one seat each.
    std::vector<std::string> hold_all(std::string const& show) {
        auto ids = std::vector<std::string>(reservations);
        by_many(reservations, [&](int n) {
            ids[static_cast<std::size_t>(n)] =
                reserve(n, show, "payer", std::to_string(n + 1)).member("id");
        });
        return ids;
    }
    /// How many of the payer's reservations are in that state.
    std::string decided(std::string const& state) {
        return stack_.ask("booking",
                          "SELECT count(*) FROM reservations WHERE user_id = 'payer' "
                          "AND state = '" +
                              state + "'");
    }
    /// In how many partitions, and so at how many replicas, there are such decisions of payment.
    std::string partitions_of(std::string const& what) {
        return stack_.ask("dataplatform",
                          "SELECT count(DISTINCT partition) FROM history "
                          "WHERE user_id = 'payer' AND type = 'frontrow.payment.payment." +
                              what + ".v1'");
    }
};

TEST_F(OneWallet, IsNeverOverdrawnByManyPaymentsAtOnce) {
    hold_and_buy(stack_, stack_.show(10, 2'500, 5), 1);
    auto const show = stack_.show(reservations, price, 0);
    ASSERT_EQ(top_up("payer", affordable * price + price / 2).status, 201);
    auto const ids = hold_all(show);
    auto const applied = [&](std::size_t replica) {
        return metric("payment", replica, "frontrow_consumer_events_total", "applied");
    };
    auto const before = std::array{applied(0), applied(1)};
    auto accepted = std::atomic{0};
    by_many(reservations, [&](int n) {
        auto const path = "/v1/reservations/" + ids[static_cast<std::size_t>(n)] + "/payment";
        accepted += post("booking", replica_of(n), path, "payer", fresh()).status == 202 ? 1 : 0;
    });
    EXPECT_EQ(accepted, reservations);
    EXPECT_TRUE(support::eventually([&] { return decided("PAYING") == "0"; }));
    EXPECT_EQ(decided("CONFIRMED"), std::to_string(affordable));
    EXPECT_EQ(decided("HELD"), std::to_string(reservations - affordable));
    expect_clean_audit(stack_);
    EXPECT_EQ(stack_.ask("payment",
                         "SELECT available || ' ' || pending FROM wallets WHERE user_id = 'payer'"),
              std::to_string(price / 2) + " 0");
    // Never, not only at the end: the lowest sum that the entries passed through, in their order.
    EXPECT_EQ(stack_.ask("payment",
                         "SELECT min(sum) FROM (SELECT sum(amount) OVER (ORDER BY id) FROM entries "
                         "WHERE user_id = 'payer' AND account = 'available') AS balances"),
              std::to_string(price / 2));
    // Both replicas of payment decided, each its own partition, and both refused.
    EXPECT_GT(applied(0), before[0]);
    EXPECT_GT(applied(1), before[1]);
    EXPECT_EQ(partitions_of("declined"), "2");
    EXPECT_EQ(partitions_of("authorized"), "2");
}

}  // namespace
}  // namespace frontrow::whole
