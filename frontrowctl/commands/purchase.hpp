// A purchase through the public API, from an empty queue to the written history, each step checked.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "frontrowctl/api/client.hpp"
#include "frontrowctl/commands/steps.hpp"

namespace frontrow::commands {

struct PurchaseOptions {
    std::string url;
    std::string user_token;
    std::string ops_token;
    std::string concert_title{"Night of Strings"};
    std::size_t seats{2};
    std::chrono::seconds patience{60};  ///< for each thing that is waited for
};

struct Price {
    std::int64_t amount{0};
    std::string currency{"EUR"};
};
/// "180.00 EUR"; currencies without a minor unit have no decimals.
[[nodiscard]] std::string spelled(Price const& price);

struct Purchased {
    std::string show;
    std::string reservation;
    std::string queue_token;  ///< empty if the show has no queue
    std::vector<std::int64_t> seats;
    Price total;
};

/// Does what a client would, and throws CommandFailed at the first thing that is not as promised.
/// An interrupted purchase is taken up again: its hold is paid.
class Purchase {
  public:
    Purchase(PurchaseOptions options, Steps& steps);
    Purchased run();

  private:
    struct Wallet {
        Price available;
        Price pending;
        Price balance;
    };

    void find_show();
    bool choose_show_of(std::string const& concert);
    void create_concert();
    void read_prices();
    void join_queue();
    void wait_for_admission();
    [[nodiscard]] Wallet wallet();
    void top_up();
    bool take_up_hold();
    void hold_seats();
    [[nodiscard]] std::vector<std::int64_t> choose_seats();
    void pay();
    void expect_wallet_reduced();
    void expect_seats_sold();
    void expect_token_completed();
    void expect_timeline();
    void read_reservation(json::Value const& reservation);
    /// Asks again and again until `done` says so; CommandFailed with `what` if the patience is
    /// over.
    void wait_until(std::string const& what, std::chrono::milliseconds pause,
                    std::function<bool()> const& done) const;

    PurchaseOptions options_;
    Steps& steps_;
    api::Client client_;
    Purchased purchased_;
    std::string reservation_state_;
    std::string pass_;
    std::chrono::milliseconds poll_after_{500};
    Wallet before_;
    std::vector<std::int64_t> prices_;    ///< of seat n at n - 1
    std::vector<std::int64_t> row_ends_;  ///< the last seat of each row, rising
};

}  // namespace frontrow::commands
