// Confirmed purchases a second through all services, against the same transactions in series.
#include <fmt/format.h>

#include "tests/bench/figure.hpp"
#include "tests/bench/reference_sale.hpp"
#include "tests/bench/sale.hpp"

namespace frontrow::bench {
namespace {

/// Hold, pay, authorize, confirm, capture: what stands between a customer and the seat.
std::vector<std::string> path_of_a_purchase() {
    auto const& all = ReferenceSale::all_steps();
    return {all.begin(), all.begin() + 5};
}

/// Before the first that counts. The broker's code is interpreted until it has run for a while: the
/// first thousands of purchases take four times as long.
constexpr auto uncounted_rounds_of_purchases = 3;

Figure figure_of(std::string const& name, std::vector<double> const& rates,
                 std::vector<double> const& by_pgbench, std::optional<double> floor) {
    auto const runs = ratios(rates, by_pgbench);
    return {.name = name,
            .value = median(runs),
            .unit = "x",
            .reference = median(by_pgbench),
            .reference_unit = "/s",
            .floor = floor,
            .runs = runs};
}

}  // namespace

std::vector<Figure> measure_purchases(Scale const& scale) {
    auto const customers = scale.of(1'000, 10);
    auto const purchases = scale.of(4'000, customers);
    auto stack = support::WholeStack{
        {.partitions = 12,
         .settings = {
             {"booking", {{"HOLD__DURATION", "2h"}, {"CONSUMER__SESSION_TIMEOUT", "10s"}}},
             {"payment", {{"CONSUMER__SESSION_TIMEOUT", "10s"}}},
             {"dataplatform", {{"CONSUMER__SESSION_TIMEOUT", "10s"}}},
             {"queue", {{"ADMISSION__LENGTH", "2h"}, {"CONSUMER__SESSION_TIMEOUT", "10s"}}}}}};
    auto sale = Sale{stack, customers};
    auto reference = ReferenceSale{2 * purchases * scale.rounds, customers};
    for (auto round = 0; round < uncounted_rounds_of_purchases; ++round) {
        sale.get_passes(purchases);
        sale.buy(buyers_at_once);
    }
    auto rates = std::vector<double>{};
    auto by_pgbench = std::vector<double>{};
    auto path_by_pgbench = std::vector<double>{};
    auto at = 0;
    for (auto round = 0; round < scale.rounds; ++round) {
        sale.get_passes(purchases);
        auto before = count_purchase_rows(stack);
        rates.push_back(purchases / sale.buy(buyers_at_once).count());
        auto const written = count_purchase_rows(stack) - before;
        before = count_purchase_rows(reference.session());
        by_pgbench.push_back(reference.run(ReferenceSale::all_steps(), purchases, at).per_second);
        require_same(written, count_purchase_rows(reference.session()) - before);
        path_by_pgbench.push_back(
            reference.run(path_of_a_purchase(), purchases, at + purchases).per_second);
        at += 2 * purchases;
        say(fmt::format("round {}: {:.0f}/s; pgbench {:.0f}/s, without queue and history {:.0f}/s",
                        round + 1, rates.back(), by_pgbench.back(), path_by_pgbench.back()));
    }
    require_clean_audit(stack, std::chrono::seconds{scale.is_full() ? 240 : 60});
    return {figure_of("purchases_over_series", rates, by_pgbench, 3),
            figure_of("purchases_over_shorter_series", rates, path_by_pgbench, {})};
}

}  // namespace frontrow::bench
