// `frontrowctl events ls|tail`: which events there are, and those that come.
#include <fmt/format.h>
#include <fnmatch.h>

#include <atomic>
#include <csignal>
#include <memory>
#include <set>

#include "common/core/bytes.hpp"
#include "common/core/uuid.hpp"
#include "common/events/event.hpp"
#include "common/json/value.hpp"
#include "common/json/writer.hpp"
#include "common/kafka/consumer.hpp"
#include "frontrowctl/commands/commands.hpp"
#include "frontrowctl/commands/options.hpp"
#include "frontrowctl/commands/topic_plan.hpp"

namespace frontrow::commands {
namespace {

using terminal::CommandFailed;
using terminal::ExitCode;

constexpr auto poll_wait = std::chrono::milliseconds{200};
constexpr auto batch_records_max = std::size_t{500};

struct Options {
    KafkaOption kafka;
    std::vector<std::string> topics;
    std::string type{"*"};
    std::string key;
    std::string from{"end"};
    std::int64_t count{0};
    std::int64_t idle_seconds{0};
    OutputOption output;
};

/// What the key of an aggregate's events is called in their data.
std::string key_name_of(std::string_view aggregate) {
    if (aggregate == "payment") {
        return "reservationId";  // a reservation has one payment
    }
    return aggregate == "wallet" ? "userId" : std::string{aggregate} + "Id";
}

void ls(Options const& options) {
    auto listing = terminal::Listing{options.output.format(),
                                     {{"type", "TYPE"},
                                      {"topic", "TOPIC"},
                                      {"aggregate", "KEY"},
                                      {"producer", "PRODUCER"},
                                      {"consumers", "CONSUMERS"}}};
    for (auto const& type : events::catalogue()) {
        listing.add({std::string{type.type}, std::string{type.topic}, key_name_of(type.aggregate),
                     std::string{type.producer}, readers_of(type.topic)});
    }
    listing.end();
}

std::atomic<bool> interrupted{false};

std::string headers_json(kafka::Headers const& headers) {
    auto writer = json::Writer{};
    writer.object();
    auto seen = std::set<std::string>{};
    for (auto const& [name, value] : headers) {
        if (seen.insert(name).second) {
            writer.member(name, value);
        }
    }
    return writer.end().text();
}

std::string header_of(kafka::Record const& record, std::string_view name) {
    return std::string{kafka::header(record.headers, name).value_or("")};
}

/// The value as it is if it is JSON, else a text of its octets.
terminal::Cell value_of(kafka::Record const& record) {
    if (!record.value) {
        return std::monostate{};
    }
    if (json::parse(*record.value)) {
        return terminal::Raw{*record.value};
    }
    return "base64url:" + to_base64url(*record.value);
}

bool is_wanted(Options const& options, kafka::Record const& record) {
    auto const type = header_of(record, "ce_type");
    auto const by_type = ::fnmatch(options.type.c_str(), type.c_str(), 0) == 0;
    return by_type && (options.key.empty() || record.key == options.key);
}

/// A line for people, at once: a table could not be aligned before its last row.
void print_text(kafka::Record const& record) {
    terminal::print_line(fmt::format(
        "{:<27}  {:<52}  {:<36}  {:>4}  {}:{}", to_rfc3339(record.timestamp),
        terminal::clean(header_of(record, "ce_type")), terminal::clean(record.key.value_or("-")),
        terminal::clean(header_of(record, "ce_sequence")), record.partition, record.offset));
}

void add_row(terminal::Listing& listing, kafka::Record const& record) {
    listing.add({header_of(record, "ce_id"), header_of(record, "ce_type"), record.topic,
                 std::int64_t{record.partition}, record.offset, to_rfc3339(record.timestamp),
                 record.key ? terminal::Cell{*record.key} : terminal::Cell{},
                 terminal::Raw{headers_json(record.headers)}, value_of(record)});
}

kafka::Consumer consumer_of(Options const& options) {
    auto topics = std::set<std::string>{};
    for (auto const& topic : options.topics) {
        topics.insert(options.kafka.prefix + topic);
    }
    if (topics.empty()) {
        for (auto const& type : events::catalogue()) {
            topics.insert(options.kafka.prefix + std::string{type.topic});
        }
    }
    // A group of its own without a commit: it sees everything, and nothing of it stays.
    return kafka::Consumer{{.client = options.kafka.client(),
                            .group = "frontrowctl-tail-" + new_uuid().to_string(),
                            .topics = {topics.begin(), topics.end()},
                            .from_beginning = options.from == "start"}};
}

void tail(Options const& options) {
    auto consumer = consumer_of(options);
    auto listing = terminal::Listing{options.output.format(),
                                     {{"id", ""},
                                      {"type", "TYPE"},
                                      {"topic", "TOPIC"},
                                      {"partition", ""},
                                      {"offset", ""},
                                      {"time", "TIME"},
                                      {"key", "KEY"},
                                      {"headers", ""},
                                      {"value", ""}}};
    std::signal(SIGINT, [](int) { interrupted = true; });
    std::signal(SIGTERM, [](int) { interrupted = true; });
    auto shown = std::int64_t{0};
    auto last = std::chrono::steady_clock::now();
    auto assigned = false;
    while (!interrupted && (options.count == 0 || shown < options.count)) {
        auto const records = consumer.poll(batch_records_max, poll_wait);
        auto const now = std::chrono::steady_clock::now();
        if (!assigned && consumer.assigned_partitions() > 0) {
            assigned = true;
            last = now;  // silence counts only once there is something to hear
            terminal::talk(fmt::format("reading {} partitions", consumer.assigned_partitions()));
        }
        for (auto const& record : records) {
            last = now;
            if (!is_wanted(options, record) || (options.count != 0 && shown >= options.count)) {
                continue;
            }
            ++shown;
            if (options.output.format() == terminal::Format::table) {
                print_text(record);
            } else {
                add_row(listing, record);
            }
        }
        if (options.idle_seconds > 0 && now - last > std::chrono::seconds{options.idle_seconds}) {
            break;
        }
    }
    if (options.output.format() != terminal::Format::table) {
        listing.end();
    }
    if (shown == 0 && !interrupted) {
        throw CommandFailed{ExitCode::no_match, "no event came that was asked for"};
    }
}

}  // namespace

void add_events(CLI::App& program) {
    auto const options = std::make_shared<Options>();
    auto* const events = program.add_subcommand("events", "the events in Kafka");
    events->require_subcommand(1);
    auto* const list = events->add_subcommand("ls", "every type, its topic and who reads it");
    options->output.add_to(*list);
    list->callback([options] { guarded([&] { ls(*options); }); });

    auto* const follow = events->add_subcommand("tail", "print events as they come");
    options->kafka.add_to(*follow);
    follow->add_option("--topic", options->topics,
                       "only this topic, any of Kafka's; may be repeated (default: all events)");
    follow->add_option("--type", options->type, "only types that match, such as '*.confirmed.v1'")
        ->capture_default_str();
    follow->add_option("--key", options->key, "only this key");
    follow->add_option("--from", options->from, "start: all that are kept; end: only new ones")
        ->check(CLI::IsMember({"start", "end"}))
        ->capture_default_str();
    follow->add_option("-n,--count", options->count, "end after so many (0: never)")
        ->check(CLI::Range(0, 1'000'000'000));
    follow
        ->add_option("--idle", options->idle_seconds,
                     "end when nothing came for so many seconds (0: never)")
        ->check(CLI::Range(0, 86'400));
    options->output.add_to(*follow);
    follow->callback([options] { guarded([&] { tail(*options); }); });
}

}  // namespace frontrow::commands
