// Customers as a state machine a connection, and the queries that tell when all is done.
#include "tests/bench/sale.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "common/core/uuid.hpp"
#include "tests/bench/figure.hpp"

namespace frontrow::bench {
namespace {

using namespace std::chrono_literals;

constexpr auto price = 2'500;
constexpr auto connections_before = std::size_t{32};
constexpr auto sale_patience = 300s;

support::Headers keyed(std::string const& token) {
    return {{"Authorization", token}, {"Idempotency-Key", new_uuid().to_string()}};
}

std::int64_t number(support::WholeStack& stack, std::string const& database,
                    std::string const& sql) {
    return std::stoll(stack.ask(database, sql));
}

using support::operator+;
using Clock = std::chrono::steady_clock;

void check_patience(Clock::time_point begin, std::string const& what) {
    if (Clock::now() - begin > sale_patience) {
        throw NoRatio{"still not done: " + what};
    }
}

}  // namespace

/// A customer a connection: holds, pays and waits, then is the next customer.
class Sale::Buying {
  public:
    Buying(Sale& sale, std::size_t connections) : sale_{sale}, at_(connections) {
        for (auto const& purchase : sale.ready_) {
            holds_.push_back(request_octets(
                "POST", "/v1/reservations",
                keyed(sale.tokens_[purchase.customer]) +
                    support::Headers{{"Queue-Pass", purchase.pass}},
                fmt::format(R"({{"showId":"{}","seatIds":[{}]}})", purchase.show, purchase.seat)));
        }
    }

    std::optional<std::string_view> next(std::size_t connection) {
        auto& at = at_[connection];
        if (!at.payment.empty()) {
            return at.payment;
        }
        if (begun_ == holds_.size()) {
            return std::nullopt;
        }
        at.purchase = begun_;
        return holds_[begun_++];
    }

    void answered(std::size_t connection, HttpLoad::Answer const& answer) {
        auto& at = at_[connection];
        if (!at.payment.empty()) {
            at.payment.clear();
            if (answer.status != 200 || text_member(answer.body, "state") != "CONFIRMED") {
                refuse(answer);
            }
        } else if (answer.status == 201) {
            auto headers = keyed(sale_.tokens_[sale_.ready_[at.purchase].customer]);
            headers["Prefer"] = "wait=10";
            at.payment = request_octets(
                "POST", fmt::format("/v1/reservations/{}/payment", text_member(answer.body, "id")),
                headers);
        } else {
            refuse(answer);
        }
    }

    [[nodiscard]] std::size_t refused() const { return refused_; }
    [[nodiscard]] std::string const& last_refusal() const { return last_refusal_; }

  private:
    struct At {
        std::size_t purchase{0};
        std::string payment;  ///< the request to pay; empty: it is still to hold
    };
    void refuse(HttpLoad::Answer const& answer) {
        ++refused_;
        last_refusal_ = fmt::format("{} {}", answer.status, answer.body);
    }

    Sale& sale_;
    std::vector<std::string> holds_;
    std::vector<At> at_;
    std::size_t begun_{0};
    std::size_t refused_{0};
    std::string last_refusal_;
};

Sale::Sale(support::WholeStack& stack, int customers) : stack_{stack} {
    for (auto n = 0; n < customers; ++n) {
        tokens_.push_back(stack.as("buyer-" + std::to_string(n)).at("Authorization"));
    }
    pay_in(std::int64_t{price} * 1'000'000);
}

void Sale::pay_in(std::int64_t money) {
    auto requests = std::vector<std::string>{};
    for (auto const& token : tokens_) {
        requests.push_back(
            request_octets("POST", "/v1/wallet/top-ups", keyed(token),
                           fmt::format(R"({{"amount":{{"amount":{},"currency":"EUR"}}}})", money)));
    }
    send_all(http_port_of(stack_, "payment"), connections_before, requests,
             [](std::size_t, HttpLoad::Answer const& answer) {
                 if (answer.status != 201) {
                     throw NoRatio{fmt::format("a top-up was answered {}", answer.status)};
                 }
             });
}

/// Everybody joins the queue of a new show, and is let in.
void Sale::open_show() {
    auto const customers = static_cast<int>(tokens_.size());
    auto const show = stack_.show(customers, price, customers);
    auto const begin = Clock::now();
    while (stack_.ask("queue", "SELECT count(*) FROM gates WHERE show_id = '" + show + "'") ==
           "0") {
        check_patience(begin, "the gate of a new show");
        std::this_thread::sleep_for(5ms);
    }
    auto requests = std::vector<std::string>{};
    for (auto const& token : tokens_) {
        requests.push_back(
            request_octets("POST", "/v1/shows/" + show + "/queue-tokens", keyed(token)));
    }
    auto ids = std::vector<std::string>(tokens_.size());
    auto const port = http_port_of(stack_, "queue");
    send_all(port, connections_before, requests,
             [&](std::size_t customer, HttpLoad::Answer const& answer) {
                 ids[customer] = text_member(answer.body, "id");
             });
    auto passes = std::vector<std::string>(tokens_.size());
    while (std::ranges::find(passes, "") != passes.end()) {
        check_patience(begin, "the passes of a show");
        auto waiting = std::vector<std::size_t>{};
        requests.clear();
        for (std::size_t customer = 0; customer < passes.size(); ++customer) {
            if (passes[customer].empty()) {
                waiting.push_back(customer);
                requests.push_back(request_octets("GET", "/v1/queue-tokens/" + ids[customer],
                                                  {{"Authorization", tokens_[customer]}}));
            }
        }
        send_all(port, connections_before, requests,
                 [&](std::size_t n, HttpLoad::Answer const& answer) {
                     passes[waiting[n]] = text_member(answer.body, "pass");
                 });
    }
    for (std::size_t customer = 0; customer < passes.size(); ++customer) {
        ready_.push_back(
            {customer, show, static_cast<int>(customer) + 1, std::move(passes[customer])});
    }
}

void Sale::get_passes(int purchases) {
    for (auto n = 0; n < purchases; n += static_cast<int>(tokens_.size())) {
        open_show();
    }
    wait_until_idle();
}

/// Every event of every outbox is in the inbox of every group that reads it.
void Sale::wait_until_idle() {
    auto const begin = Clock::now();
    auto const told = [&](std::string const& database, std::string const& topics) {
        return number(stack_, database,
                      "SELECT count(*) FROM outbox WHERE topic LIKE '" + topics + "'");
    };
    auto const heard = [&](std::string const& database) {
        return number(stack_, database, "SELECT count(*) FROM inbox");
    };
    for (;;) {
        auto const reservations = told("booking", "booking.reservation.v1");
        auto const shows = told("booking", "booking.show.v1");
        auto const payments = told("payment", "payment.payment.v1");
        auto const wallets = told("payment", "payment.wallet.v1");
        auto const tokens = told("queue", "queue.token.v1");
        if (heard("dataplatform") == reservations + shows + payments + wallets + tokens &&
            heard("booking") == payments + tokens && heard("payment") == reservations &&
            heard("queue") == reservations + shows) {
            return;
        }
        check_patience(begin, "events on their way");
        std::this_thread::sleep_for(50ms);
    }
}

/// Per purchase: five events in the inbox of dataplatform-consumer and one more of the queue; three
/// in each of the others. Only the run's own are counted, through the index.
void Sale::wait_until_done(std::string const& first_event, std::size_t purchases) {
    auto const begin = Clock::now();
    auto const heard = [&](std::string const& database) {
        return static_cast<std::size_t>(
            number(stack_, database,
                   fmt::format("SELECT count(*) FROM inbox WHERE consumer = '{}-{}' AND "
                               "event_id > '{}'",
                               database, database == "dataplatform" ? "consumer" : "service",
                               first_event)));
    };
    for (auto const& [database, events] :
         {std::pair{"dataplatform", 6}, {"booking", 3}, {"payment", 3}, {"queue", 3}}) {
        while (heard(database) < purchases * static_cast<std::size_t>(events)) {
            check_patience(begin, "the last events of all purchases");
            std::this_thread::sleep_for(5ms);
        }
    }
}

Seconds Sale::buy(std::size_t connections) {
    auto buying = Buying{*this, connections};
    auto load = HttpLoad{http_port_of(stack_, "booking"), connections};
    auto const first_event = new_uuid().to_string();
    std::this_thread::sleep_for(2ms);  // ids of a later millisecond are greater, whoever draws them
    auto const begin = Clock::now();
    load.run([&](std::size_t connection) { return buying.next(connection); },
             [&](std::size_t connection, HttpLoad::Answer const& answer) {
                 buying.answered(connection, answer);
             });
    if (static_cast<double>(buying.refused()) > refused_max * static_cast<double>(ready_.size())) {
        throw NoRatio{fmt::format("{} of {} purchases were refused, the last with {}",
                                  buying.refused(), ready_.size(), buying.last_refusal())};
    }
    wait_until_done(first_event, ready_.size() - buying.refused());
    auto const took = Seconds{Clock::now() - begin};
    ready_.clear();
    return took;
}

namespace {

Countables rows_of(std::string const& service) {
    auto all = Countables{
        {"inbox", "SELECT count(*) FROM inbox"},
    };
    if (service != "dataplatform") {
        all["outbox"] = "SELECT count(*) FROM outbox";
    }
    auto const add = [&](std::string const& of, Countables const& more) {
        if (service == of || service == "all") {
            all.insert(more.begin(), more.end());
        }
    };
    add("booking",
        {{"seats sold", "SELECT count(*) FROM seats WHERE state = 'SOLD'"},
         {"reservations confirmed", "SELECT count(*) FROM reservations WHERE state = 'CONFIRMED'"},
         {"passes spent", "SELECT count(*) FROM passes WHERE state = 'SPENT'"},
         {"idempotency_keys", "SELECT count(*) FROM idempotency_keys"}});
    add("payment", {{"payments captured", "SELECT count(*) FROM payments WHERE state = 'CAPTURED'"},
                    {"transfers", "SELECT count(*) FROM transfers"},
                    {"entries", "SELECT count(*) FROM entries"}});
    add("queue", {{"tokens completed", "SELECT count(*) FROM tokens WHERE state = 'COMPLETED'"}});
    add("dataplatform", {{"history", "SELECT count(*) FROM history"}});
    return all;
}

}  // namespace

Counts count_purchase_rows(support::WholeStack& stack) {
    auto sum = Counts{};
    for (auto const* const service : {"booking", "payment", "queue", "dataplatform"}) {
        sum = sum + count(stack.database(service), rows_of(service));
    }
    return sum;
}

Counts count_purchase_rows(pg::Connection& all_in_one) {
    return count(all_in_one, rows_of("all"));
}

}  // namespace frontrow::bench
