// `frontrowctl dlq ls|show|replay|discard`: dead letters, through the services' own interface.
#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <thread>

#include "common/json/writer.hpp"
#include "frontrowctl/api/client.hpp"
#include "frontrowctl/commands/commands.hpp"
#include "frontrowctl/commands/options.hpp"

namespace frontrow::commands {
namespace {

using api::escaped;
using api::text_of;
using terminal::CommandFailed;
using terminal::ExitCode;
using namespace std::chrono_literals;

constexpr auto request_timeout = 30s;

struct Options {
    std::string url;
    std::string token;
    std::vector<std::string> services{"booking", "payment", "queue", "dataplatform"};
    std::vector<std::string> ids;
    std::string state;
    std::string reason;
    std::string topic;
    std::string note;
    std::int64_t limit{100};
    std::int64_t wait_seconds{0};
    bool dry_run{false};
    bool yes{false};
    OutputOption output;

    [[nodiscard]] api::Client client() const { return {url, token, request_timeout}; }
};

struct Letter {
    std::string service;
    std::string id;
    json::Value value;
};

std::string path_of(std::string const& service) {
    return "/v1/admin/" + service + "/dead-letters";
}

CommandFailed failure_of(api::Answer const& answer, std::string const& doing) {
    auto const refused = answer.status >= 400 && answer.status < 500;
    return {refused ? ExitCode::refused : ExitCode::error, doing + " failed: " + answer.problem()};
}

/// Every dead letter that the filters let through, service by service, page by page.
std::vector<Letter> find(Options const& options, std::string const& state) {
    auto client = options.client();
    auto letters = std::vector<Letter>{};
    auto const limit = static_cast<std::size_t>(options.limit);
    for (auto const& service : options.services) {
        auto cursor = std::string{};
        do {
            auto path = path_of(service) + fmt::format("?limit={}", std::min(limit, 100UL));
            auto const filter = [&](char const* name, std::string const& value) {
                path += value.empty() ? "" : fmt::format("&{}={}", name, escaped(value));
            };
            filter("state", state);
            filter("reason", options.reason);
            filter("topic", options.topic);
            filter("cursor", cursor);
            auto const answer = client.get(path);
            if (!answer.is_success()) {
                throw failure_of(answer, "listing dead letters of " + service);
            }
            auto const page = answer.json();
            auto const* const items = page.find("items");
            if (items != nullptr && items->array() != nullptr) {
                for (auto const& item : *items->array()) {
                    letters.push_back({service, text_of(item, "id"), item});
                }
            }
            cursor = text_of(page, "nextCursor");
        } while (!cursor.empty() && letters.size() < limit);
    }
    letters.resize(std::min(letters.size(), limit));
    return letters;
}

terminal::Cell text_cell(json::Value const& value, std::string_view name) {
    auto const text = text_of(value, name);
    return text.empty() ? terminal::Cell{} : terminal::Cell{text};
}

void ls(Options const& options) {
    auto const letters = find(options, options.state);
    auto listing = terminal::Listing{options.output.format(),
                                     {{"id", "ID"},
                                      {"service", "SERVICE"},
                                      {"topic", "TOPIC"},
                                      {"type", "TYPE"},
                                      {"reason", "REASON"},
                                      {"state", "STATE"},
                                      {"failedAt", "FAILED AT"},
                                      {"replayCount", "REPLAYS"},
                                      {"letter", ""}}};
    for (auto const& letter : letters) {
        listing.add({letter.id, letter.service, text_cell(letter.value, "topic"),
                     text_cell(letter.value, "type"), text_cell(letter.value, "reason"),
                     text_cell(letter.value, "state"), text_cell(letter.value, "failedAt"),
                     api::integer_of(letter.value, "replayCount"),
                     terminal::Raw{letter.value.canonical()}});
    }
    listing.end();
    if (letters.empty()) {
        throw CommandFailed{ExitCode::no_match, "there is no such dead letter"};
    }
}

/// Asks each service for the letter; the id does not tell whose it is.
Letter find_one(api::Client& client, Options const& options, std::string const& id) {
    for (auto const& service : options.services) {
        auto const answer = client.get(path_of(service) + "/" + escaped(id));
        if (answer.is_success()) {
            return {service, id, answer.json()};
        }
        if (answer.status != 404) {
            throw failure_of(answer, "reading the dead letter");
        }
    }
    throw CommandFailed{ExitCode::no_match, "there is no dead letter " + id};
}

void show(Options const& options) {
    auto client = options.client();
    for (auto const& id : options.ids) {
        auto const letter = find_one(client, options, id);
        if (options.output.format() != terminal::Format::table) {
            terminal::print_line(letter.value.canonical());
            continue;
        }
        auto columns = std::vector<terminal::Column>{{"service", "service"}};
        auto cells = std::vector<terminal::Cell>{letter.service};
        for (auto const& [name, member] : *letter.value.object()) {
            columns.push_back({name, name});
            cells.push_back(member.string() != nullptr
                                ? terminal::Cell{*member.string()}
                                : terminal::Cell{terminal::Raw{member.canonical()}});
        }
        terminal::print_object(terminal::Format::table, columns, cells);
    }
}

/// How the consumer ended the replay; "REPLAYING" if it has not within the wait.
std::string outcome_of(api::Client& client, Options const& options, Letter const& letter) {
    auto const deadline =
        std::chrono::steady_clock::now() + std::chrono::seconds{options.wait_seconds};
    while (true) {
        auto const answer = client.get(path_of(letter.service) + "/" + escaped(letter.id));
        auto const state = answer.is_success() ? text_of(answer.json(), "state") : std::string{};
        if (state != "REPLAYING" || std::chrono::steady_clock::now() >= deadline) {
            return state;
        }
        std::this_thread::sleep_for(100ms);
    }
}

std::vector<Letter> chosen(Options const& options) {
    if (options.ids.empty()) {
        return find(options, "OPEN");
    }
    auto client = options.client();
    auto letters = std::vector<Letter>{};
    for (auto const& id : options.ids) {
        letters.push_back(find_one(client, options, id));
    }
    return letters;
}

terminal::Listing result_listing(Options const& options) {
    return {options.output.format(),
            {{"id", "ID"}, {"service", "SERVICE"}, {"result", "RESULT"}, {"detail", "DETAIL"}}};
}

void fail_unless_all(std::size_t done, std::size_t wanted, char const* what) {
    if (done < wanted) {
        throw CommandFailed{done == 0 ? ExitCode::refused : ExitCode::partial,
                            fmt::format("{} of {} were not {}", wanted - done, wanted, what)};
    }
}

void replay(Options const& options) {
    auto const letters = chosen(options);
    if (letters.empty()) {
        throw CommandFailed{ExitCode::no_match, "there is no open dead letter like that"};
    }
    if (options.ids.empty() && !options.yes && !options.dry_run) {
        throw CommandFailed{ExitCode::usage,
                            fmt::format("{} dead letter(s) match; see them with --dry-run, replay "
                                        "them with --yes",
                                        letters.size())};
    }
    auto client = options.client();
    auto listing = result_listing(options);
    auto done = std::size_t{0};
    for (auto const& letter : letters) {
        auto result = std::string{"would replay"};
        auto detail = text_of(letter.value, "topic");
        if (!options.dry_run) {
            auto const answer =
                client.post(path_of(letter.service) + "/" + escaped(letter.id) + "/replay", "",
                            api::with_new_key());
            auto const state = answer.is_success() && options.wait_seconds > 0
                                   ? outcome_of(client, options, letter)
                                   : std::string{"accepted"};
            result = answer.is_success() ? state : "refused";
            detail = answer.is_success() ? "" : answer.problem();
        }
        done += result == "refused" || result == "OPEN" ? 0 : 1;
        listing.add({letter.id, letter.service, result, detail});
    }
    listing.end();
    fail_unless_all(done, letters.size(), "replayed");
}

void discard(Options const& options) {
    auto client = options.client();
    auto letters = std::vector<Letter>{};
    for (auto const& id : options.ids) {
        letters.push_back(find_one(client, options, id));
    }
    auto const body = json::Writer{}.object().member("note", options.note).end().text();
    auto listing = result_listing(options);
    auto done = std::size_t{0};
    for (auto const& letter : letters) {
        auto const answer =
            client.post(path_of(letter.service) + "/" + escaped(letter.id) + "/discard", body,
                        api::with_new_key());
        done += answer.is_success() ? 1 : 0;
        listing.add({letter.id, letter.service,
                     answer.is_success() ? text_of(answer.json(), "state") : "refused",
                     answer.is_success() ? std::string{} : answer.problem()});
    }
    listing.end();
    fail_unless_all(done, letters.size(), "discarded");
}

void add_filters(CLI::App& command, Options& options) {
    command.add_option("--reason", options.reason, "only those that failed for it");
    command.add_option("--topic", options.topic, "only those of this topic");
    command.add_option("--limit", options.limit, "at most so many")
        ->check(CLI::Range(1, 100'000))
        ->capture_default_str();
}

}  // namespace

void add_dlq(CLI::App& program) {
    auto const options = std::make_shared<Options>();
    auto* const dlq = program.add_subcommand("dlq", "dead letters: what consumers could not take");
    dlq->require_subcommand(1);
    auto const add = [&](char const* name, char const* purpose, void (*command)(Options const&)) {
        auto* const sub = dlq->add_subcommand(name, purpose);
        sub->add_option("--url", options->url, "the gateway")->envname("FRONTROW_URL")->required();
        sub->add_option("--ops-token", options->token, "an operator's token")
            ->envname("FRONTROW_OPS_TOKEN")
            ->required();
        sub->add_option("--service", options->services, "only this service's; may be repeated")
            ->check(CLI::IsMember({"booking", "payment", "queue", "dataplatform"}));
        options->output.add_to(*sub);
        sub->callback([options, command] { guarded([&] { command(*options); }); });
        return sub;
    };
    auto* const list = add("ls", "list dead letters", ls);
    list->add_option("--state", options->state, "OPEN, REPLAYING, APPLIED, DUPLICATE, PARKED, ...");
    add_filters(*list, *options);
    add("show", "everything about one", show)->add_option("id", options->ids, "its id")->required();
    auto* const again =
        add("replay", "give it to the group that failed, and to no other, once more", replay);
    again->add_option("id", options->ids, "its id; without one: all that the filters let through");
    add_filters(*again, *options);
    again->add_flag("--dry-run", options->dry_run, "only say what would be replayed");
    again->add_flag("--yes", options->yes, "replay all that match");
    again->add_option("--wait", options->wait_seconds, "seconds to wait for what the consumer says")
        ->check(CLI::Range(0, 3600));
    auto* const drop =
        add("discard", "give it up for good, and let those behind it go on", discard);
    drop->add_option("id", options->ids, "its id; several may be given")->required();
    drop->add_option("--reason", options->note, "why: it is kept with the dead letter")->required();
}

}  // namespace frontrow::commands
