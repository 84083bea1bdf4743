// One wallet that pays for many reservations at once, and has not enough for all.
#include <atomic>
#include <vector>

#include "common/core/uuid.hpp"
#include "tests/system/whole/by_many.hpp"
#include "tests/system/whole/expectations.hpp"

namespace frontrow::whole {
namespace {

using support::Answer;
using support::HttpClient;
using support::key;
using support::operator+;

constexpr auto reservations = 100;
constexpr auto affordable = 60;
constexpr auto price = 700;

/// A customer of a show without a queue, who may so hold many seats.
class OneWallet {
  public:
    OneWallet(WholeStack& stack, std::string show) : stack_{stack}, show_{std::move(show)} {}

    Answer top_up(int amount) {
        return post("payment", 0, "/v1/wallet/top-ups",
                    R"({"amount":{"amount":)" + std::to_string(amount) + R"(,"currency":"EUR"}})");
    }
    /// Holds one seat each, from the second on, and pays for all of them at once.
    void buy_all() {
        auto ids = std::vector<std::string>(reservations);
        by_many(reservations, [&](int n) {
            ids[static_cast<std::size_t>(n)] =
                post("booking", replica_of(n), "/v1/reservations",
                     R"({"showId":")" + show_ + R"(","seatIds":[)" + std::to_string(n + 1) + "]}")
                    .member("id");
        });
        by_many(reservations, [&](int n) {
            auto const path = "/v1/reservations/" + ids[static_cast<std::size_t>(n)] + "/payment";
            accepted_ += post("booking", replica_of(n), path, "").status / 100 == 2 ? 1 : 0;
        });
    }
    [[nodiscard]] int accepted() const { return accepted_; }

  private:
    static std::size_t replica_of(int n) { return static_cast<std::size_t>(n % 2); }
    Answer post(std::string const& program, std::size_t replica, std::string const& path,
                std::string const& body) {
        return HttpClient{}.request("POST", stack_.url(program, replica) + path,
                                    stack_.as("payer") + key(new_uuid().to_string()), body);
    }

    WholeStack& stack_;
    std::string show_;
    std::atomic<int> accepted_{0};
};

TEST(WholeSystem, NeverOverdrawsOneWalletThatPaysForAHundredSeatsAtOnce) {
    auto stack = WholeStack{{.replicas = 2}};
    hold_and_buy(stack, stack.show(10, 2'500, 5), 1);
    auto payer = OneWallet{stack, stack.show(reservations, price, 0)};
    ASSERT_EQ(payer.top_up(affordable * price + price / 2).status, 201);
    payer.buy_all();
    EXPECT_EQ(payer.accepted(), reservations);
    auto const decided = [&](std::string const& state) {
        return stack.ask("booking",
                         "SELECT count(*) FROM reservations WHERE user_id = 'payer' "
                         "AND state = '" +
                             state + "'");
    };
    EXPECT_TRUE(support::eventually([&] { return decided("PAYING") == "0"; }));
    EXPECT_EQ(decided("CONFIRMED"), std::to_string(affordable));
    EXPECT_EQ(decided("HELD"), std::to_string(reservations - affordable));
    expect_clean_audit(stack);
    EXPECT_EQ(stack.ask("payment",
                        "SELECT available || ' ' || pending FROM wallets WHERE user_id = 'payer'"),
              std::to_string(price / 2) + " 0");
    // Never, not only at the end: the lowest sum that the entries passed through, in their order.
    EXPECT_EQ(stack.ask("payment",
                        "SELECT min(sum) FROM (SELECT sum(amount) OVER (ORDER BY id) FROM entries "
                        "WHERE user_id = 'payer' AND account = 'available') AS balances"),
              std::to_string(price / 2));
}

}  // namespace
}  // namespace frontrow::whole
