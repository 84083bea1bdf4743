// Many customers at once, who keep their own history of what they were told.
#pragma once

#include <atomic>
#include <chrono>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "tests/support/whole_stack.hpp"

namespace frontrow::support {

/// One answer, as a customer remembers it.
struct Told {
    std::string user;
    std::string what;  ///< "top-up", "join", "hold", "pay", ...
    std::size_t replica{0};
    long status{0};
    std::string id;  ///< the first in the answer
    std::string code;
};

/// One customer's purchase of one seat.
struct Purchase {
    std::string user;
    int seat{0};
    std::string reservation;
    std::string state;  ///< of the reservation, as last told; empty: none yet
};

class LoadClient {
  public:
    struct Options {
        std::string show;
        std::string name{"customer"};  ///< of each, before the number of his seat
        int first_seat{1};
        int purchases{200};
        std::size_t workers{64};
        int money{5'000};      ///< what each customer pays in: more than a seat costs
        bool hopeless{false};  ///< each also asks for what must be refused
    };
    /// Starts to buy at once.
    LoadClient(WholeStack const& stack, Options options);
    ~LoadClient();

    /// Waits for all, and gives up what is not done by then.
    void finish_within(std::chrono::seconds patience);
    [[nodiscard]] int begun() const { return begun_; }
    [[nodiscard]] int done() const { return done_; }
    [[nodiscard]] int under_way() const { return begun_ - done_; }

    // After finish_within:
    [[nodiscard]] std::vector<Purchase> const& purchases() const { return purchases_; }
    [[nodiscard]] std::vector<Told> const& told() const { return told_; }
    /// How many purchases ended in that state.
    [[nodiscard]] int count(std::string const& state) const;
    /// States with their counts, for a message.
    [[nodiscard]] std::string summary() const;
    /// Requests that were never answered: what became of them the customer cannot know.
    [[nodiscard]] int unanswered() const { return unanswered_; }

  private:
    class Customer;
    void work(std::size_t worker);
    void note(Told told);
    [[nodiscard]] bool gives_up() const { return gives_up_; }

    WholeStack const& stack_;
    Options options_;
    std::atomic<int> begun_{0};
    std::atomic<int> done_{0};
    std::atomic<int> unanswered_{0};
    std::atomic<bool> gives_up_{false};
    std::mutex mutex_;
    std::vector<Told> told_;
    std::vector<Purchase> purchases_;
    std::vector<std::thread> threads_;
};

}  // namespace frontrow::support
