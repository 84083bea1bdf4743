// How long a client waits for his payment on an idle system, against the parts of that way.
#include <fmt/format.h>

#include <thread>

#include "common/core/uuid.hpp"
#include "tests/bench/figure.hpp"
#include "tests/bench/hop.hpp"
#include "tests/bench/http_load.hpp"
#include "tests/bench/reference_sale.hpp"
#include "tests/bench/stage.hpp"

namespace frontrow::bench {
namespace {

using namespace std::chrono_literals;

using support::operator+;

constexpr auto pause_of_customer = 40ms;  // the last one's capture and history are over by then
constexpr auto hops_of_a_payment = 2;     // payment_requested, authorized
// As idle as the system is between two payments: what follows at once finds all processors awake.
constexpr auto parts_per_second = 12;

/// One customer, who buys seat after seat of a show without a queue.
class Customer {
  public:
    Customer(support::WholeStack& stack, int seats)
        : show_{stack.show(seats, 2'500, 0)},
          token_{stack.as("buyer").at("Authorization")},
          load_{http_port_of(stack, "booking"), 1} {
        auto payment = HttpLoad{http_port_of(stack, "payment"), 1};
        ask(payment, "/v1/wallet/top-ups", {},
            R"({"amount":{"amount":100000000,"currency":"EUR"}})");
    }

    /// From the request to pay to the answer that it is CONFIRMED, in milliseconds; nothing if that
    /// was not answered within ten seconds.
    std::optional<double> pay_for(int seat) {
        auto const held = ask(load_, "/v1/reservations", {},
                              fmt::format(R"({{"showId":"{}","seatIds":[{}]}})", show_, seat));
        auto const id = std::string{text_member(held.body, "id")};
        std::this_thread::sleep_for(pause_of_customer);
        auto const paid =
            ask(load_, "/v1/reservations/" + id + "/payment", {{"Prefer", "wait=10"}}, "");
        std::this_thread::sleep_for(pause_of_customer);
        if (paid.status != 200 || text_member(paid.body, "state") != "CONFIRMED") {
            return std::nullopt;
        }
        return paid.seconds * 1000;
    }

  private:
    struct Heard {
        int status{0};
        std::string body{};
        double seconds{0};
    };
    Heard ask(HttpLoad& load, std::string const& path, support::Headers const& more,
              std::string const& body) {
        auto const request =
            request_octets("POST", path,
                           support::Headers{{"Authorization", token_},
                                            {"Idempotency-Key", new_uuid().to_string()}} +
                               more,
                           body);
        auto is_sent = false;
        auto heard = Heard{};
        heard.seconds = load.run(
                                [&](std::size_t) {
                                    return std::exchange(is_sent, true)
                                               ? std::optional<std::string_view>{}
                                               : std::optional{std::string_view{request}};
                                },
                                [&](std::size_t, HttpLoad::Answer const& answer) {
                                    heard.status = answer.status;
                                    heard.body = answer.body;
                                })
                            .count();
        if (heard.status / 100 != 2) {
            throw NoRatio{fmt::format("{} was answered {} {}", path, heard.status, heard.body)};
        }
        return heard;
    }

    std::string show_;
    std::string token_;
    HttpLoad load_;
};

}  // namespace

std::vector<Figure> measure_waiting(Scale const& scale) {
    auto const payments = scale.of(100, 5);
    auto stack = support::WholeStack{{.partitions = 12, .settings = {}}};
    auto reference = ReferenceSale{payments * (scale.rounds + 1), 1};
    auto customer = Customer{stack, payments * (scale.rounds + 1) + 10};
    auto seat = 0;
    auto const wait = [&] {
        auto times = std::vector<double>{};
        for (auto n = 0; n < payments; ++n) {
            auto const time = customer.pay_for(++seat);
            if (!time) {
                throw NoRatio{"a payment was not confirmed while its client waited"};
            }
            times.push_back(*time);
        }
        return median(times);
    };
    auto waited = std::vector<double>{};
    auto parts = std::vector<double>{};
    // A consumer's first assignment may take longer than a client waits.
    while (!customer.pay_for(++seat)) {
    }
    wait();
    for (auto round = 0; round < scale.rounds; ++round) {
        waited.push_back(wait());
        // Seats that are held already: only what lies between request and answer is timed.
        auto const first = round * payments;
        reference.run({"purchase_hold"}, payments, first);
        auto const commits =
            reference.paced_p50_ms({"purchase_pay", "purchase_authorize", "purchase_confirm"},
                                   payments, first, parts_per_second);
        auto const hop = kafka_hop_p50_ms(payments, 1000ms / parts_per_second);
        parts.push_back(commits + hops_of_a_payment * hop);
        say(fmt::format("round {}: p50 {:.2f} ms; three commits {:.2f} ms, a hop {:.2f} ms",
                        round + 1, waited.back(), commits, hop));
    }
    require_clean_audit(stack, 60s);
    auto const runs = ratios(waited, parts);
    return {{.name = "payment_wait_over_parts",
             .value = median(runs),
             .unit = "x",
             .reference = median(parts),
             .reference_unit = "ms",
             .floor = 3,
             .lower_is_better = true,
             .runs = runs}};
}

}  // namespace frontrow::bench
