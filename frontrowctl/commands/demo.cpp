// `frontrowctl demo buy`: shows that all parts work together.
#include <fmt/format.h>
#include <fmt/ranges.h>

#include <memory>

#include "common/json/writer.hpp"
#include "frontrowctl/commands/commands.hpp"
#include "frontrowctl/commands/options.hpp"
#include "frontrowctl/commands/purchase.hpp"

namespace frontrow::commands {
namespace {

struct Options {
    PurchaseOptions purchase;
    std::int64_t patience_seconds{60};
    bool quiet{false};
    OutputOption output;
};

std::string json_of(Steps const& steps, Purchased const& purchased) {
    auto writer = json::Writer{};
    writer.object()
        .member("showId", purchased.show)
        .member("reservationId", purchased.reservation)
        .member("queueTokenId", purchased.queue_token)
        .key("seatIds")
        .array();
    for (auto const seat : purchased.seats) {
        writer.value(seat);
    }
    writer.end().key("total").object();
    writer.member("amount", purchased.total.amount).member("currency", purchased.total.currency);
    writer.end().key("steps").array();
    for (auto const& step : steps.all()) {
        writer.object()
            .member("step", step.name)
            .member("request", step.request)
            .member("status", step.status)
            .member("result", step.result)
            .end();
    }
    return writer.end().end().text();
}

void buy(Options const& options) {
    auto const format = options.output.format();
    auto steps = Steps{format, options.quiet};
    auto purchase = options.purchase;
    purchase.patience = std::chrono::seconds{options.patience_seconds};
    auto const purchased = Purchase{purchase, steps}.run();
    if (format != terminal::Format::table) {
        return terminal::print_line(json_of(steps, purchased));
    }
    terminal::print_line(fmt::format("reservation {} of seats {} is CONFIRMED for {}",
                                     purchased.reservation, fmt::join(purchased.seats, ", "),
                                     spelled(purchased.total)));
}

}  // namespace

void add_demo(CLI::App& program) {
    auto const options = std::make_shared<Options>();
    auto* const demo = program.add_subcommand("demo", "act as a client of the public API");
    demo->require_subcommand(1);
    auto* const sub =
        demo->add_subcommand("buy", "queue, hold two seats, pay, and check what became of it");
    sub->add_option("--url", options->purchase.url, "the gateway")
        ->envname("FRONTROW_URL")
        ->required();
    sub->add_option("--token", options->purchase.user_token, "the buyer's token")
        ->envname("FRONTROW_TOKEN")
        ->required();
    sub->add_option("--ops-token", options->purchase.ops_token,
                    "an operator's token; creates the concert if there is none")
        ->envname("FRONTROW_OPS_TOKEN");
    sub->add_option("--concert", options->purchase.concert_title, "the concert's title")
        ->capture_default_str();
    sub->add_option("--seats", options->purchase.seats, "how many seats")
        ->check(CLI::Range(1, 8))
        ->capture_default_str();
    sub->add_option("--patience", options->patience_seconds, "seconds, for each thing waited for")
        ->check(CLI::Range(1, 3600))
        ->capture_default_str();
    sub->add_flag("-q,--quiet", options->quiet, "only the result");
    options->output.add_to(*sub);
    sub->callback([options] { guarded([&] { buy(*options); }); });
}

}  // namespace frontrow::commands
