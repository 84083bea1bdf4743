// Reads the console blocks of a document, and types them.
#include "tests/system/readme/walk.hpp"

#include <fmt/format.h>

#include <array>
#include <chrono>
#include <regex>
#include <sstream>
#include <stdexcept>

#include "frontrowctl/local/files.hpp"
#include "frontrowctl/local/process.hpp"

namespace frontrow::readme {
namespace {
namespace fs = std::filesystem;

constexpr auto session_time_max = std::chrono::minutes{2};
constexpr auto marker = "\x01step\n";  ///< printed before each command

std::vector<std::string> lines_of(std::string_view text) {
    auto stream = std::istringstream{std::string{text}};
    auto lines = std::vector<std::string>{};
    for (auto line = std::string{}; std::getline(stream, line);) {
        line.erase(line.find_last_not_of(" \r\t") + 1);
        lines.push_back(line);
    }
    return lines;
}

/// Without the blanks that end lines, and the empty lines around.
std::string trimmed(std::string_view text) {
    auto result = std::string{};
    for (auto const& line : lines_of(text)) {
        result += line + "\n";
    }
    result.erase(0, result.find_first_not_of('\n'));
    result.erase(result.find_last_not_of('\n') + 1);
    return result;
}

void add_line(std::vector<Step>& steps, std::string const& line, bool& in_command) {
    if (line.starts_with("$ ")) {
        steps.push_back({line.substr(2), ""});
        in_command = true;
    } else if (steps.empty()) {
        throw std::invalid_argument{"output before the first command: " + line};
    } else if (in_command && line.starts_with("> ")) {
        steps.back().command += "\n" + line.substr(2);
    } else {
        steps.back().expected += line + "\n";
        in_command = false;
    }
}

}  // namespace

std::vector<Step> steps_of(std::string_view document, std::string_view heading) {
    auto const level = heading.substr(0, heading.find(' ') + 1);
    auto steps = std::vector<Step>{};
    auto is_below = false;
    auto in_block = false;
    auto in_command = false;
    for (auto const& line : lines_of(document)) {
        if (in_block && line == "```") {
            in_block = false;
        } else if (in_block) {
            add_line(steps, line, in_command);
        } else if (line.starts_with(level)) {
            is_below = line == heading;
        } else if (is_below && line == "```console") {
            in_block = true;
        }
    }
    for (auto& step : steps) {
        step.expected = trimmed(step.expected);
    }
    return steps;
}

std::string masked(std::string const& text) {
    struct Rule {
        std::regex pattern;
        char const* name;
    };
    static auto const rules = std::array{
        Rule{std::regex{"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}"}, "<id>"},
        Rule{std::regex{R"(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z)"}, "<time>"},
        Rule{std::regex{R"(eyJ[\w-]+\.[\w-]+\.[\w-]+)"}, "<token>"},
        Rule{std::regex{"/var/tmp/frontrow-[0-9a-f]{16}"}, "/var/tmp/frontrow-<hash>"},
        Rule{std::regex{"00-[0-9a-f]{32}-[0-9a-f]{16}-01"}, "<traceparent>"},
        Rule{std::regex{"\\b[0-9a-f]{32}\\b"}, "<trace>"},
        Rule{std::regex{R"(127\.0\.0\.1:\d+)"}, "127.0.0.1:<port>"},
        Rule{std::regex{R"(\b\d+(\.\d)? s\b)"}, "<seconds> s"},
    };
    auto result = text;
    for (auto const& rule : rules) {
        result = std::regex_replace(result, rule.pattern, rule.name);
    }
    return result;
}

std::vector<std::string> printed_by(std::vector<Step> const& steps, fs::path const& folder) {
    auto const script = folder / "walk.sh";
    auto const output = folder / "walk.output";
    auto text = std::string{"exec < /dev/null 2>&1\n"};
    for (auto const& step : steps) {
        text += "printf '\\n\\001step\\n'\n" + step.command + "\n";
    }
    local::write_file(script, text);
    fs::remove(output);
    auto session =
        local::Process::start({.name = "walk",
                               .arguments = {"/bin/bash", "--noprofile", "--norc", script.string()},
                               .working_folder = folder,
                               .log_file = output});
    session.wait(session_time_max);
    session.stop(SIGKILL, std::chrono::seconds{5});
    auto const all = local::read_file(output).value_or("");
    auto rest = std::string_view{all};
    auto printed = std::vector<std::string>{};
    auto const next = [&] {
        return rest.find(marker);
    };
    for (auto start = next(); start != std::string_view::npos; start = next()) {
        rest.remove_prefix(start + std::string_view{marker}.size());
        printed.push_back(trimmed(rest.substr(0, next())));
    }
    return printed;
}

std::vector<std::string> differences(std::vector<Step> const& steps,
                                     std::vector<std::string> const& printed) {
    auto found = std::vector<std::string>{};
    for (auto n = std::size_t{0}; n < steps.size(); ++n) {
        if (n >= printed.size()) {
            found.push_back("not reached: $ " + steps[n].command);
        } else if (masked(printed[n]) != masked(steps[n].expected)) {
            found.push_back(fmt::format("$ {}\nshould print\n{}\nbut printed\n{}", steps[n].command,
                                        steps[n].expected, printed[n]));
        }
    }
    return found;
}

}  // namespace frontrow::readme
