// Whole purchases by many customers: wallets and passes first, then, timed, hold and pay.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/bench/http_load.hpp"
#include "tests/bench/stage.hpp"

namespace frontrow::bench {

/// Connections that buy.
inline constexpr auto buyers_at_once = std::size_t{256};

class Sale {
  public:
    /// Shows of as many seats as there are customers, who each buy one seat of each show.
    Sale(support::WholeStack& stack, int customers);

    /// Makes shows, lets everyone join their queues, and fetches the passes of the next `purchases`
    /// (a multiple of the customers). Returns when all programs have nothing left to do.
    void get_passes(int purchases);
    /// Buys with all passes that were fetched, over that many connections. From the first hold
    /// until everybody is CONFIRMED, all money is captured, every place in a queue is free again
    /// and every event is in the history. Throws NoRatio if over 5 % were refused.
    Seconds buy(std::size_t connections);

  private:
    struct Purchase {
        std::size_t customer;
        std::string show;
        int seat;
        std::string pass;
    };
    class Buying;
    void pay_in(std::int64_t money);
    void open_show();
    void wait_until_idle();
    void wait_until_done(std::string const& first_event, std::size_t purchases);

    support::WholeStack& stack_;
    std::vector<std::string> tokens_;  ///< `Authorization` of each customer
    std::vector<Purchase> ready_;
};

/// Every table that a purchase writes to; in one database, or in those of all services.
[[nodiscard]] Counts count_purchase_rows(support::WholeStack& stack);
[[nodiscard]] Counts count_purchase_rows(pg::Connection& all_in_one);

}  // namespace frontrow::bench
