// `frontrowctl local ...`: frontrow on this machine.
#include "frontrowctl/local/command.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "frontrowctl/local/failure.hpp"
#include "frontrowctl/local/files.hpp"
#include "frontrowctl/local/stack.hpp"
#include "frontrowctl/local/state_lock.hpp"

namespace frontrow::local {
namespace {
namespace fs = std::filesystem;

constexpr auto failed = 1;
constexpr auto interrupted_by_person = 130;

struct Options {
    std::string root = Layout::of_this_build().root.string();
    std::string output = "table";
    std::string part{};
    int lines = 100;
    int lock_descriptor = -1;
    bool follow = false;
    bool wipe = false;

    [[nodiscard]] Layout layout() const {
        return {fs::weakly_canonical(root), Layout::of_this_build().binaries};
    }
    [[nodiscard]] std::optional<int> descriptor() const {
        return lock_descriptor < 0 ? std::nullopt : std::optional{lock_descriptor};
    }
};

void say(std::string const& step, std::string const& text) {
    fmt::print("{:<21} {}\n", step, text);
    std::fflush(stdout);
}

/// Runs a command; tells what went wrong and turns it into an exit status.
void guarded(std::function<void()> const& command) {
    try {
        command();
    } catch (Interrupted const&) {
        fmt::print(stderr, "frontrowctl: interrupted; what this run had started was stopped\n");
        throw CLI::RuntimeError(interrupted_by_person);
    } catch (CLI::Error const&) {
        throw;
    } catch (std::exception const& error) {
        fmt::print(stderr, "frontrowctl: {}\n", error.what());
        throw CLI::RuntimeError(failed);
    }
}

/// Whether there is anything: otherwise a mere question would make `.dev`.
bool was_started(Layout const& layout) {
    return fs::exists(layout.ports());
}

void require_started(Layout const& layout) {
    if (!was_started(layout)) {
        throw std::runtime_error{"nothing was started in this clone yet; run ./dev up"};
    }
}

void print_summary(Stack& stack) {
    auto const variables = stack.exports();
    fmt::print("\nfrontrow is ready and stays in the background.\n\n");
    for (auto const& [name, value] : variables) {
        if (name == "FRONTROW_URL") {
            fmt::print("  API        {}/v1\n", value);
        } else if (name == "KAFKA_BOOTSTRAP_SERVERS") {
            fmt::print("  Kafka      {}\n", value);
        } else if (name == "FRONTROW_TOKEN" || name == "FRONTROW_OPS_TOKEN") {
            fmt::print("  {}  {}\n", name == "FRONTROW_TOKEN" ? "user token" : "ops token ", value);
        } else if (name.ends_with("_DATABASE_URL")) {
            fmt::print("  {}  ${} after eval \"$(./dev env)\"\n", "database ", name);
        } else if (name.ends_with("_ADMIN_URL")) {
            fmt::print("  metrics    {}/metrics  (${})\n", value, name);
        }
    }
    fmt::print(
        "\nTry next:\n"
        "  eval \"$(./dev env)\" && curl -s -H \"Authorization: Bearer $FRONTROW_TOKEN\" "
        "\"$FRONTROW_URL/v1/concerts\" | jq\n"
        "  eval \"$(./dev env)\" && frontrowctl demo buy\n"
        "  eval \"$(./dev env)\" && frontrowctl events tail\n"
        "\n./dev status, ./dev logs, ./dev down, ./dev down --wipe\n");
}

void up(Options const& options) {
    auto const layout = options.layout();
    auto const lock = StateLock{layout.lock(), "./dev up", options.descriptor()};
    catch_interrupts();
    auto stack = Stack{layout, External::from_environment(), say};
    stack.up();
    print_summary(stack);
}

void down(Options const& options) {
    auto const layout = options.layout();
    if (!was_started(layout) && !fs::exists(layout.state()) && !fs::exists(layout.postgres())) {
        say("down", "nothing was started in this clone");
        return;
    }
    auto const lock = StateLock{layout.lock(), "./dev down", options.descriptor()};
    auto stack = Stack{layout, External::from_environment(), say};
    if (options.wipe) {
        stack.wipe();
    } else {
        stack.down();
    }
}

void status(Options const& options) {
    auto const layout = options.layout();
    require_started(layout);
    auto const parts = Stack{layout, External::from_environment(), say}.status();
    auto const all_ready = std::ranges::all_of(parts, [](PartState const& part) {
        return part.state == "ready" || part.state == "external";
    });
    if (options.output == "table") {
        fmt::print("{:<22} {:<9} {:>8}  {}\n", "PART", "STATE", "PID", "ADDRESS");
    }
    auto separator = options.output == "json" ? "[" : "";
    for (auto const& part : parts) {
        if (options.output == "table") {
            fmt::print("{:<22} {:<9} {:>8}  {}\n", part.name, part.state,
                       part.id == 0 ? "-" : std::to_string(part.id), part.address);
            continue;
        }
        fmt::print(R"({}{{"part":"{}","state":"{}","pid":{},"address":"{}"}}{})", separator,
                   part.name, part.state, part.id == 0 ? "null" : std::to_string(part.id),
                   part.address, options.output == "jsonl" ? "\n" : "");
        separator = options.output == "json" ? "," : "";
    }
    if (options.output == "json") {
        fmt::print("]\n");
    }
    if (!all_ready) {
        throw CLI::RuntimeError(failed);
    }
}

void logs(Options const& options) {
    auto const layout = options.layout();
    require_started(layout);
    auto files = std::vector<fs::path>{};
    for (auto const& entry : fs::directory_iterator{layout.state() / "log"}) {
        auto const name = entry.path().stem().string();
        if (options.part.empty() || name == options.part || name.starts_with(options.part + "-")) {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    if (files.empty()) {
        throw std::runtime_error{"there is no log of \"" + options.part +
                                 "\"; ./dev status names them"};
    }
    auto arguments = std::vector<std::string>{"tail", "-n", std::to_string(options.lines)};
    if (options.follow) {
        arguments.emplace_back("-F");
    }
    for (auto const& file : files) {
        arguments.push_back(file.string());
    }
    auto pointers = std::vector<char*>{};
    for (auto& argument : arguments) {
        pointers.push_back(argument.data());
    }
    pointers.push_back(nullptr);
    ::execvp("tail", pointers.data());
    throw std::runtime_error{"cannot run tail"};
}

void env(Options const& options) {
    auto const layout = options.layout();
    require_started(layout);
    auto stack = Stack{layout, External::from_environment(), say};
    for (auto const& [name, value] : stack.exports()) {
        fmt::print("export {}='{}'\n", name, value);
    }
    // Once only, however often it is evaluated.
    auto const folder = layout.binaries.string();
    fmt::print("case \":$PATH:\" in *\":{0}:\"*) ;; *) export PATH='{0}':\"$PATH\" ;; esac\n",
               folder);
}

}  // namespace

void add_local(CLI::App& program) {
    auto const options = std::make_shared<Options>();
    auto* const local = program.add_subcommand("local", "frontrow on this machine");
    local->require_subcommand(1);
    local->add_option("--root", options->root, "the clone whose state this is about");
    local->add_option("--lock-fd", options->lock_descriptor)->group("");
    auto const add = [&](char const* name, char const* purpose, void (*command)(Options const&)) {
        auto* const sub = local->add_subcommand(name, purpose);
        sub->callback([options, command] { guarded([&] { command(*options); }); });
        return sub;
    };
    add("up", "start everything that does not run yet, and buy a seat", up);
    add("down", "stop everything", down)
        ->add_flag("--wipe", options->wipe, "forget all data, passwords and ports as well");
    add("status", "what runs, and whether it is ready", status)
        ->add_option("-o,--output", options->output, "table, json or jsonl")
        ->check(CLI::IsMember({"table", "json", "jsonl"}));
    auto* const log_command = add("logs", "the last lines of the logs", logs);
    log_command->add_option("part", options->part, "a program's name, such as booking-service");
    log_command->add_option("-n,--lines", options->lines, "how many lines");
    log_command->add_flag("-f,--follow", options->follow, "go on with what is written");
    add("env", "export lines for a shell", env);
}

}  // namespace frontrow::local
