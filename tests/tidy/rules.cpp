// The rules of the house, each a function from a source file to what is wrong in it.
#include "tests/tidy/rules.hpp"

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <regex>
#include <set>
#include <sstream>
#include <string_view>

namespace frontrow::tidy {
namespace {

std::vector<std::string> lines_of(std::string const& text) {
    auto lines = std::vector<std::string>{};
    auto stream = std::istringstream{text};
    for (auto line = std::string{}; std::getline(stream, line);) {
        lines.push_back(line);
    }
    return lines;
}

std::string finding(SourceFile const& file, std::size_t line, std::string const& what) {
    return file.path + ':' + std::to_string(line) + ": " + what;
}

/// A finding for each line of `text` that matches.
Findings lines_that_match(SourceFile const& file, std::string const& text, std::regex const& bad,
                          std::string const& what) {
    auto findings = Findings{};
    auto const lines = lines_of(text);
    for (auto index = std::size_t{0}; index < lines.size(); ++index) {
        if (std::regex_search(lines[index], bad)) {
            findings.push_back(finding(file, index + 1, what));
        }
    }
    return findings;
}

bool is_in_any(SourceFile const& file, std::initializer_list<char const*> folders) {
    return std::ranges::any_of(folders, [&](char const* folder) { return file.is_in(folder); });
}

/// "booking-service/http/x.cpp" is in {booking-service, http}; a file of the service's root is in
/// "main".
struct Place {
    std::string service;
    std::string room;
};

std::optional<Place> place_of(std::string const& path) {
    static auto const services =
        std::set<std::string>{"booking-service",       "payment-service", "queue-service",
                              "dataplatform-consumer", "outbox-relay",    "frontrowctl"};
    auto const slash = path.find('/');
    auto const service = path.substr(0, slash);
    if (!services.contains(service)) {
        return std::nullopt;
    }
    auto const next = path.find('/', slash + 1);
    return Place{service,
                 next == std::string::npos ? "main" : path.substr(slash + 1, next - slash - 1)};
}

bool may_include(Place const& from, Place const& to) {
    static auto const allowed = std::map<std::string, std::set<std::string>>{
        {"domain", {"domain"}},
        {"storage", {"storage", "domain"}},
        {"use_cases", {"use_cases", "domain", "storage"}},
        {"consumers", {"consumers", "domain", "storage"}},
        {"http", {"http", "use_cases", "domain"}},
    };
    if (from.service != to.service) {
        return false;
    }
    auto const rule = allowed.find(from.room);
    return rule == allowed.end() || rule->second.contains(to.room);
}

/// What the domain may know of common: values, and the types of events that it decides to publish.
bool domain_may_include(std::string const& path) {
    return path.starts_with("common/core/") || path.starts_with("common/events/");
}

}  // namespace

Findings wrong_includes(SourceFile const& file) {
    static auto const include = std::regex{R"(^#include "([^"]+)\")"};
    auto findings = Findings{};
    auto const from = place_of(file.path);
    auto const lines = lines_of(file.text);
    for (auto index = std::size_t{0}; index < lines.size(); ++index) {
        auto match = std::smatch{};
        if (!std::regex_search(lines[index], match, include)) {
            continue;
        }
        auto const path = match[1].str();
        auto const to = place_of(path);
        auto wrong = file.is_in("common/") && (to || path.starts_with("tests/"));
        wrong = wrong || (file.is_in("common/core/") && !path.starts_with("common/core/"));
        if (from) {
            wrong = wrong || path.starts_with("tests/") || (to && !may_include(*from, *to));
            wrong = wrong || (from->room == "domain" && !to && !domain_may_include(path));
        }
        if (wrong) {
            findings.push_back(finding(file, index + 1, "may not include " + path));
        }
    }
    return findings;
}

Findings wrong_coroutines(SourceFile const& file) {
    static auto const any = std::regex{R"(\bco_(await|return|yield)\b)"};
    static auto const miscompiled =
        std::regex{R"((if|while|switch) *\(.*co_await|\?.*co_await|\{.*co_await|)"
                   R"(co_await.*(\{|\[[^\]]*\] *[({]))"};
    if (!file.is_in("common/http/")) {
        return lines_that_match(file, file.code, any, "a coroutine outside common/http");
    }
    return lines_that_match(file, file.code, miscompiled,
                            "GCC 12 miscompiles this form: await into a named local first");
}

Findings long_lines(SourceFile const& file) {
    auto findings = Findings{};
    auto const lines = lines_of(file.text);
    for (auto index = std::size_t{0}; index < lines.size(); ++index) {
        auto const characters = std::ranges::count_if(lines[index], [](char octet) {
            return (static_cast<unsigned char>(octet) & 0xC0U) != 0x80U;  // not inside a character
        });
        if (characters > line_length_max) {
            findings.push_back(finding(file, index + 1, "is longer than 100 characters"));
        }
    }
    return findings;
}

Findings long_functions(SourceFile const& file) {
    static auto const no_function = std::regex{R"(\b(namespace|class|struct|enum|union|extern)\b)"
                                               R"((?!.*\)\s*(const|noexcept|override|->|\{|$)))"};
    struct Open {
        std::size_t line;
        bool is_function;
    };
    auto findings = Findings{};
    auto open = std::vector<Open>{};
    auto statement = std::string{};
    auto line = std::size_t{1};
    auto statement_line = std::size_t{1};
    for (auto const character : file.code) {
        if (character == '\n') {
            ++line;
        }
        if (character == '{') {
            auto const inside = std::ranges::any_of(open, &Open::is_function);
            auto const is_function = !inside && statement.find('(') != std::string::npos &&
                                     !std::regex_search(statement, no_function);
            open.push_back({statement_line, is_function});
        } else if (character == '}' && !open.empty()) {
            auto const length = line - open.back().line + 1;
            if (open.back().is_function && length > function_lines_max) {
                findings.push_back(finding(file, open.back().line,
                                           "a function of " + std::to_string(length) + " lines"));
            }
            open.pop_back();
        }
        if (character == '{' || character == '}' || character == ';') {
            statement.clear();
        } else if (character == '\n' && !statement.empty() && statement.front() == '#') {
            statement.clear();
        } else if (!statement.empty() || std::isspace(static_cast<unsigned char>(character)) == 0) {
            if (statement.empty()) {
                statement_line = line;
            }
            statement += character == '\n' ? ' ' : character;
        }
    }
    return findings;
}

Findings reads_environment(SourceFile const& file) {
    static auto const bad = std::regex{R"(\b(secure_)?getenv\b)"};
    if (is_in_any(file, {"common/config/", "frontrowctl/local/", "tests/"})) {
        return {};
    }
    return lines_that_match(file, file.code, bad, "reads the environment; common/config does that");
}

Findings wrong_beast(SourceFile const& file) {
    static auto const bad = std::regex{R"(#include <boost/(beast|asio))"};
    // Tests speak to the listener with whatever is at hand; they are not part of any program.
    if (file.is_in("tests/") || (file.is_in("common/http/") && !file.is_header())) {
        return {};
    }
    return lines_that_match(file, file.text, bad,
                            "includes Beast or Asio; common/http/*.cpp do that");
}

Findings wrong_sql(SourceFile const& file) {
    static auto const bad =
        std::regex{R"re(R"sql\(|"\s*(SELECT\s|INSERT INTO\s|UPDATE \w+ SET\s|)re"
                   R"re(DELETE FROM\s|CREATE TABLE\s))re"};
    if (file.path.find("/storage/") != std::string::npos ||
        is_in_any(file, {"common/pg/", "common/outbox/", "common/inbox/", "common/deadletter/",
                         "common/idempotency/", "frontrowctl/local/postgres_server", "tests/"})) {
        return {};
    }
    return lines_that_match(file, file.text, bad, "holds SQL; storage folders do that");
}

Findings wrong_tests(SourceFile const& file) {
    static auto const framework = std::regex{R"(#include <(gtest|gmock)/)"};
    static auto const skipped =
        std::regex{R"(\bGTEST_SKIP\b|\bTEST\w*\(\s*(DISABLED_|\w+,\s*DISABLED_))"};
    if (is_in_any(file, {"tests/support/testing", "tests/support/planted/", "tests/tidy/"})) {
        return {};
    }
    auto findings =
        lines_that_match(file, file.text, framework,
                         "includes GoogleTest; tests/support/testing.hpp counts with it");
    for (auto const& found : lines_that_match(file, file.code, skipped, "is skipped or disabled")) {
        findings.push_back(found);
    }
    return findings;
}

Findings clock_in_domain(SourceFile const& file) {
    static auto const bad =
        std::regex{R"(_clock::now|\bSystemClock\b|\bClock const|\btime\(|gettimeofday)"};
    if (file.path.find("/domain/") == std::string::npos || file.is_in("tests/")) {
        return {};
    }
    return lines_that_match(file, file.code, bad, "asks a clock; the domain is told the time");
}

Findings wrong_threads(SourceFile const& file) {
    static auto const bad = std::regex{R"(std::(jthread|thread|async)\b(?!::))"};
    auto const is_wiring = file.path.ends_with("/main.cpp");
    if (is_wiring ||
        is_in_any(file, {"common/lane/", "common/kafka/", "common/http/", "common/service/",
                         "common/hint/", "outbox-relay/", "frontrowctl/", "tests/"})) {
        return {};
    }
    return lines_that_match(file, file.code, bad, "starts a thread; lanes and listeners do that");
}

Findings pitfalls(SourceFile const& file) {
    static auto const traps = std::array{"rd_kafka_produceva",
                                         "rd_kafka_consume_batch",
                                         "rd_kafka_pause_partitions",
                                         "rd_kafka_consumer_close(",
                                         "rd_kafka_init_transactions",
                                         "PQsendFlushRequest",
                                         "awaitable_operators",
                                         "pg_advisory_lock",
                                         "pg_try_advisory_lock",
                                         "pg_notify",
                                         "\"LISTEN ",
                                         "\"NOTIFY ",
                                         "\"cooperative-sticky\"",
                                         "\"group.instance.id\""};
    auto findings = Findings{};
    if (file.is_in("tests/")) {
        return findings;
    }
    auto const lines = lines_of(file.text);
    for (auto index = std::size_t{0}; index < lines.size(); ++index) {
        // Names in literals count, names in comments do not.
        auto const line = std::string_view{lines[index]}.substr(0, lines[index].find("//"));
        for (auto const* trap : traps) {
            if (line.find(trap) != std::string_view::npos) {
                findings.push_back(
                    finding(file, index + 1,
                            std::string{trap} + ": see docs/decisions/library-pitfalls.md"));
            }
        }
    }
    return findings;
}

Findings no_purpose(SourceFile const& file) {
    if (file.text.starts_with("// ")) {
        return {};
    }
    return {finding(file, 1, "does not open with a comment that says what it is for")};
}

}  // namespace frontrow::tidy
