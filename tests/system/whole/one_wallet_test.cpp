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
    std::vector<std::string> hold_all(std::string const& payer, std::string const& show) {
        auto ids = std::vector<std::string>(reservations);
        by_many(reservations, [&](int n) {
            ids[static_cast<std::size_t>(n)] =
                reserve(n, show, payer, std::to_string(n + 1)).member("id");
        });
        return ids;
    }
    /// Asks to pay for all of them at once. How many were accepted.
    int pay_all(std::string const& payer, std::vector<std::string> const& ids) {
        auto accepted = std::atomic{0};
        by_many(reservations, [&](int n) {
            auto const path = "/v1/reservations/" + ids[static_cast<std::size_t>(n)] + "/payment";
            accepted += post("booking", replica_of(n), path, payer, fresh()).status == 202 ? 1 : 0;
        });
        return accepted;
    }
    /// How many of the payer's reservations are in that state.
    std::string decided(std::string const& payer, std::string const& state) {
        return stack_.ask("booking", "SELECT count(*) FROM reservations WHERE user_id = '" + payer +
                                         "' AND state = '" + state + "'");
    }
    /// In how many partitions, and so at how many replicas, there are such decisions of payment.
    std::string partitions_of(std::string const& payer, std::string const& what) {
        return stack_.ask("dataplatform",
                          "SELECT count(DISTINCT partition) FROM history WHERE user_id = '" +
                              payer + "' AND type = 'frontrow.payment.payment." + what + ".v1'");
    }
    void expect_exact_money(std::string const& payer);
};

void OneWallet::expect_exact_money(std::string const& payer) {
    EXPECT_EQ(
        stack_.ask("payment", "SELECT available || ' ' || pending FROM wallets WHERE user_id = '" +
                                  payer + "'"),
        std::to_string(price / 2) + " 0");
    // Never, not only at the end: the lowest sum that the entries passed through, in their order.
    EXPECT_EQ(stack_.ask("payment",
                         "SELECT min(sum) FROM (SELECT sum(amount) OVER (ORDER BY id) FROM entries "
                         "WHERE user_id = '" +
                             payer + "' AND account = 'available') AS balances"),
              std::to_string(price / 2));
}

TEST_F(OneWallet, IsNeverOverdrawnByManyPaymentsAtOnce) {
    hold_and_buy(stack_, stack_.show(10, 2'500, 5), 1);
    race_until_both_took_part([&](int round) {
        auto const payer = "payer-" + std::to_string(round);
        auto const show = stack_.show(reservations, price, 0);
        EXPECT_EQ(top_up(payer, affordable * price + price / 2).status, 201);
        EXPECT_EQ(pay_all(payer, hold_all(payer, show)), reservations);
        EXPECT_TRUE(support::eventually([&] { return decided(payer, "PAYING") == "0"; }));
        EXPECT_EQ(decided(payer, "CONFIRMED"), std::to_string(affordable));
        EXPECT_EQ(decided(payer, "HELD"), std::to_string(reservations - affordable));
        expect_clean_audit(stack_);
        expect_exact_money(payer);
        // Each replica of payment has a partition of its own: both granted, and both refused.
        return partitions_of(payer, "declined") == "2" && partitions_of(payer, "authorized") == "2";
    });
}

}  // namespace
}  // namespace frontrow::whole
