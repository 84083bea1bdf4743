// `frontrowctl audit`: reads everything and says which part of the promise holds.
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <memory>
#include <thread>

#include "common/json/writer.hpp"
#include "frontrowctl/audit/checks.hpp"
#include "frontrowctl/audit/records.hpp"
#include "frontrowctl/audit/storage/load.hpp"
#include "frontrowctl/commands/commands.hpp"
#include "frontrowctl/commands/options.hpp"
#include "frontrowctl/commands/topic_plan.hpp"

namespace frontrow::commands {
namespace {

using terminal::CommandFailed;
using terminal::ExitCode;

constexpr auto pause_between_looks = std::chrono::milliseconds{500};

struct Options {
    audit::storage::DatabaseUrls urls;
    KafkaOption kafka;
    std::int64_t grace_seconds{30};
    std::int64_t wait_seconds{0};
    bool running{false};
    OutputOption output;
};

audit::Facts read_facts(Options const& options) {
    auto facts = audit::Facts{};
    facts.grace = std::chrono::seconds{options.grace_seconds};
    auto topics = std::vector<std::string>{};
    for (auto const& topic : planned_topics("", 1, 1)) {
        topics.push_back(topic.name);
    }
    for (auto const& [group, topic] : subscriptions()) {
        facts.topics_of_group[std::string{group}].emplace_back(topic);
    }
    // Topics first: a record's outbox row is older than the record, so none can seem to lack it.
    audit::read_records(options.kafka.client(), options.kafka.prefix, topics, facts);
    audit::storage::load(options.urls, facts);
    return facts;
}

std::vector<audit::Finding> look(Options const& options) {
    auto const until =
        std::chrono::steady_clock::now() + std::chrono::seconds{options.wait_seconds};
    while (true) {
        auto findings = audit::check_all(read_facts(options), !options.running);
        if (std::ranges::all_of(findings, &audit::Finding::holds) ||
            std::chrono::steady_clock::now() >= until) {
            return findings;
        }
        std::this_thread::sleep_for(pause_between_looks);
    }
}

terminal::Raw array_of(std::vector<std::string> const& sentences) {
    auto text = std::string{};
    for (auto const& sentence : sentences) {
        text += (text.empty() ? "" : ",") + json::quote(sentence);
    }
    return {"[" + text + "]"};
}

void run(Options const& options) {
    auto const findings = look(options);
    auto listing = terminal::Listing{options.output.format(),
                                     {{"invariant", "INVARIANT"},
                                      {"verdict", "VERDICT"},
                                      {"lookedAt", "LOOKED AT"},
                                      {"brokenCount", "BROKEN"},
                                      {"sentence", "WHAT IT SAYS"},
                                      {"broken", ""}}};
    auto broken = std::size_t{0};
    auto vacuous = std::size_t{0};
    for (auto const& finding : findings) {
        broken += finding.holds() ? 0 : 1;
        vacuous += finding.holds() && finding.is_vacuous() ? 1 : 0;
        auto const* const verdict = !finding.holds()       ? "broken"
                                    : finding.is_vacuous() ? "vacuous"
                                                           : "holds";
        listing.add({std::string{finding.invariant}, std::string{verdict},
                     static_cast<std::int64_t>(finding.looked_at),
                     static_cast<std::int64_t>(finding.broken_count), std::string{finding.sentence},
                     array_of(finding.broken)});
        for (auto const& sentence : finding.broken) {
            terminal::talk(fmt::format("{}: {}", finding.invariant, sentence));
        }
    }
    listing.end();
    if (broken > 0) {
        throw CommandFailed{ExitCode::error, fmt::format("{} invariants are broken", broken)};
    }
    if (vacuous > 0) {
        throw CommandFailed{
            ExitCode::vacuous,
            fmt::format("{} invariants looked at nothing: that proves nothing", vacuous)};
    }
}

}  // namespace

void add_audit(CLI::App& program) {
    auto const options = std::make_shared<Options>();
    auto* const command = program.add_subcommand(
        "audit",
        "check every invariant over all databases and topics (exit 1: broken, 6: one looked at "
        "nothing)");
    auto const url = [&](char const* flag, std::string& value, char const* variable) {
        command->add_option(flag, value, "a URL that may read everything")
            ->envname(variable)
            ->required();
    };
    url("--booking-url", options->urls.booking, "FRONTROW_BOOKING_DATABASE_URL");
    url("--payment-url", options->urls.payment, "FRONTROW_PAYMENT_DATABASE_URL");
    url("--queue-url", options->urls.queue, "FRONTROW_QUEUE_DATABASE_URL");
    url("--dataplatform-url", options->urls.dataplatform, "FRONTROW_DATAPLATFORM_DATABASE_URL");
    options->kafka.add_to(*command);
    command
        ->add_option("--grace", options->grace_seconds,
                     "seconds that the sweeper may take to end a hold that ran out")
        ->check(CLI::Range(0, 86'400))
        ->capture_default_str();
    command
        ->add_option("--wait", options->wait_seconds,
                     "look again for so many seconds until everything holds")
        ->check(CLI::Range(0, 3'600));
    command->add_flag("--running", options->running,
                      "the system is at work: leave out what only holds once it has settled");
    options->output.add_to(*command);
    command->callback([options] { guarded([&] { run(*options); }); });
}

}  // namespace frontrow::commands
