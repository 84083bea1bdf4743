// `frontrowctl topics create|check`: the topics as the plan wants them.
#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <memory>
#include <set>

#include "frontrowctl/commands/commands.hpp"
#include "frontrowctl/commands/options.hpp"
#include "frontrowctl/commands/topic_plan.hpp"

namespace frontrow::commands {
namespace {

using terminal::CommandFailed;
using terminal::ExitCode;

struct Options {
    KafkaOption kafka;
    std::int32_t partitions{12};
    std::int16_t replicas{1};
    std::int64_t wait_seconds{30};
    OutputOption output;

    [[nodiscard]] std::vector<kafka::TopicSpec> plan() const {
        return planned_topics(kafka.prefix, partitions, replicas);
    }
    [[nodiscard]] std::chrono::milliseconds wait() const {
        return std::chrono::seconds{wait_seconds};
    }
};

/// What differs from the plan, as "partitions 3, not 12; retention.ms 1000, not -1", by topic.
/// A topic that is as planned is not in it.
std::map<std::string, std::string> differences(kafka::Admin& admin, Options const& options) {
    auto partitions = std::map<std::string, std::int32_t>{};
    for (auto const& state : admin.topics(options.wait())) {
        partitions[state.name] = state.partitions;
    }
    auto present = std::vector<std::string>{};
    for (auto const& spec : options.plan()) {
        if (partitions.contains(spec.name)) {
            present.push_back(spec.name);
        }
    }
    auto const settings = admin.settings(present, options.wait());
    auto found = std::map<std::string, std::string>{};
    auto const note = [&](std::string const& topic, std::string const& what) {
        found[topic] += (found[topic].empty() ? "" : "; ") + what;
    };
    for (auto const& spec : options.plan()) {
        if (!partitions.contains(spec.name)) {
            note(spec.name, "missing");
            continue;
        }
        if (partitions[spec.name] != spec.partitions) {
            note(spec.name,
                 fmt::format("partitions {}, not {}", partitions[spec.name], spec.partitions));
        }
        for (auto const& [name, wanted] : spec.config) {
            auto const& actual = settings.at(spec.name);
            auto const value = actual.contains(name) ? actual.at(name) : "";
            if (value != wanted) {
                note(spec.name, fmt::format("{} {}, not {}", name, value, wanted));
            }
        }
    }
    return found;
}

terminal::Listing listing_of(Options const& options) {
    return {options.output.format(),
            {{"topic", "TOPIC"},
             {"partitions", "PARTITIONS"},
             {"retentionMs", "RETENTION MS"},
             {"state", "STATE"}}};
}

void create(Options const& options) {
    auto admin = kafka::Admin{options.kafka.client()};
    auto const plan = options.plan();
    auto const names = admin.create(plan, options.wait());
    auto const made = std::set<std::string>{names.begin(), names.end()};
    auto const differing = differences(admin, options);
    auto listing = listing_of(options);
    for (auto const& spec : plan) {
        auto const state = differing.contains(spec.name) ? differing.at(spec.name)
                           : made.contains(spec.name)    ? "created"
                                                         : "was there";
        listing.add({spec.name, std::int64_t{spec.partitions}, spec.config.at("retention.ms"),
                     std::string{state}});
    }
    listing.end();
    if (!differing.empty()) {
        throw CommandFailed{
            ExitCode::partial,
            "topics that were there before differ from the plan; they are left as "
            "they are, because a new partition count would break the order of keys"};
    }
}

void check(Options const& options) {
    auto admin = kafka::Admin{options.kafka.client()};
    auto const differing = differences(admin, options);
    auto listing = listing_of(options);
    for (auto const& spec : options.plan()) {
        auto const found = differing.find(spec.name);
        listing.add({spec.name, std::int64_t{spec.partitions}, spec.config.at("retention.ms"),
                     found == differing.end() ? std::string{"as planned"} : found->second});
    }
    listing.end();
    if (!differing.empty()) {
        throw CommandFailed{ExitCode::error,
                            fmt::format("{} topic(s) differ from the plan", differing.size())};
    }
}

}  // namespace

void add_topics(CLI::App& program) {
    auto const options = std::make_shared<Options>();
    auto* const topics = program.add_subcommand("topics", "the topics in Kafka");
    topics->require_subcommand(1);
    auto const add = [&](char const* name, char const* purpose, void (*command)(Options const&)) {
        auto* const sub = topics->add_subcommand(name, purpose);
        options->kafka.add_to(*sub);
        sub->add_option("--partitions", options->partitions, "of each topic")
            ->check(CLI::Range(1, 10'000))
            ->capture_default_str();
        sub->add_option("--replicas", options->replicas, "of each partition")
            ->check(CLI::Range(1, 9))
            ->capture_default_str();
        sub->add_option("--wait", options->wait_seconds, "seconds to wait for an answer")
            ->check(CLI::Range(1, 3600))
            ->capture_default_str();
        options->output.add_to(*sub);
        sub->callback([options, command] { guarded([&] { command(*options); }); });
    };
    add("create", "create what is missing", create);
    add("check", "compare with the plan; exits 1 if anything differs", check);
}

}  // namespace frontrow::commands
