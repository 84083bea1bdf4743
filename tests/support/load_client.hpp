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
        /// Until `hurry`: the least time between two beginnings, and how many purchases must have
        /// begun after one before it is paid for. So many stay under way while there are beginners.
        std::chrono::milliseconds pace{0};
        int kept_under_way{0};
        std::chrono::milliseconds patience{30'000};  ///< for an answer, before it is asked for anew
    };
    /// Starts to buy at once.
    LoadClient(WholeStack const& stack, Options options);
    ~LoadClient();

    /// From now on everybody is as quick as can be.
    void hurry() { hurried_ = true; }
    /// Hurries, waits for all, and gives up what is not done by then.
    void finish_within(std::chrono::seconds patience);
    [[nodiscard]] int begun() const { return begun_; }
    [[nodiscard]] int done() const { return done_; }
    [[nodiscard]] int under_way() const { return begun_ - done_; }
    /// How many have a seat and have not asked to pay, because others must begin first.
    [[nodiscard]] int about_to_pay() const { return about_to_pay_; }
    /// How many connections were taken by a server that then gave no whole answer.
    [[nodiscard]] int cut_off() const { return cut_off_; }
    [[nodiscard]] std::string const& name() const { return options_.name; }

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
    void await_pace();
    void await_followers(int mine);
    [[nodiscard]] bool gives_up() const { return gives_up_; }

    WholeStack const& stack_;
    Options options_;
    std::atomic<int> begun_{0};
    std::atomic<int> done_{0};
    std::atomic<int> unanswered_{0};
    std::atomic<int> about_to_pay_{0};
    std::atomic<int> cut_off_{0};
    std::atomic<bool> hurried_{false};
    std::atomic<bool> gives_up_{false};
    std::chrono::steady_clock::time_point next_begin_{};
    std::mutex mutex_;
    std::vector<Told> told_;
    std::vector<Purchase> purchases_;
    std::vector<std::thread> threads_;
};

}  // namespace frontrow::support
