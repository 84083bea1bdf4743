// The reader: finds each value in flag, environment and file, and collects everything that is
// wrong.
#include "common/config/reader.hpp"

#include <toml++/toml.h>
#include <algorithm>
#include <array>
#include <charconv>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <set>

#include "common/config/names.hpp"
#include "common/core/ensure.hpp"

namespace frontrow::config {
namespace {

enum class Kind { text = 1, secret, integer, boolean, duration, list };

/// One value's row: what it is called, what it may be, and what it is.
struct Row {
    std::string key;
    Kind kind;
    std::string allowed;
    std::string fallback;
    std::string meaning;
    std::string effective;  ///< as TOML
    std::string from;       ///< for --print-config: "default" or where it was found
};

/// A value as it was found, with the place for messages.
struct Found {
    std::string text;
    std::vector<std::string> items;  ///< of a list
    std::string place;
};

struct Flag {
    std::optional<std::string> value;
    bool used{false};
};

std::string quoted(std::string_view text) {
    auto out = std::string{"\""};
    for (auto const c : text) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
            auto code = std::array<char, 8>{};
            std::snprintf(code.data(), code.size(), "\\u%04x", static_cast<unsigned char>(c));
            out += code.data();
        } else {
            out += c;
        }
    }
    return out + '"';
}

std::string quoted_list(std::vector<std::string> const& items) {
    auto out = std::string{"["};
    for (auto const& item : items) {
        out += (out.size() > 1 ? ", " : "") + quoted(item);
    }
    return out + "]";
}

std::string joined(std::vector<std::string> const& items) {
    auto out = std::string{};
    for (auto const& item : items) {
        out += (out.empty() ? "" : ", ") + item;
    }
    return out;
}

std::vector<std::string> split(std::string_view text) {
    auto items = std::vector<std::string>{};
    while (!text.empty()) {
        auto const comma = std::min(text.find(','), text.size());
        auto item = text.substr(0, comma);
        while (item.starts_with(' ')) {
            item.remove_prefix(1);
        }
        while (item.ends_with(' ')) {
            item.remove_suffix(1);
        }
        items.emplace_back(item);
        text.remove_prefix(std::min(comma + 1, text.size()));
    }
    return items;
}

std::optional<std::int64_t> parse_integer(std::string_view text) {
    auto value = std::int64_t{0};
    auto const* const end = text.data() + text.size();
    auto const [at, error] = std::from_chars(text.data(), end, value);
    return error == std::errc{} && at == end ? std::optional{value} : std::nullopt;
}

struct Unit {
    std::string_view name;
    std::int64_t milliseconds;
};
constexpr auto units = std::array{Unit{"d", 86'400'000}, Unit{"h", 3'600'000}, Unit{"m", 60'000},
                                  Unit{"s", 1'000}, Unit{"ms", 1}};

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
    auto const digits = std::min(text.find_first_not_of("0123456789"), text.size());
    auto const count = parse_integer(text.substr(0, digits));
    for (auto const& unit : units) {
        auto product = std::int64_t{0};
        if (count && text.substr(digits) == unit.name &&
            !__builtin_mul_overflow(*count, unit.milliseconds, &product)) {
            return std::chrono::milliseconds{product};
        }
    }
    return std::nullopt;
}

std::string spell(std::chrono::milliseconds duration) {
    for (auto const& unit : units) {
        if (duration.count() % unit.milliseconds == 0 && duration.count() != 0) {
            return std::to_string(duration.count() / unit.milliseconds) + std::string{unit.name};
        }
    }
    return std::to_string(duration.count()) + "ms";
}

std::string_view expected_in_toml(Kind kind) {
    switch (kind) {
        case Kind::integer:
            return "an integer";
        case Kind::boolean:
            return "true or false without quotes";
        case Kind::list:
            return "an array of strings";
        case Kind::text:
        case Kind::secret:
        case Kind::duration:
            break;
    }
    return "a string in quotes";
}

bool may_come_from_file(Kind kind) {
    return kind == Kind::text || kind == Kind::secret;
}

/// All octets of a file without one line break at the end; nothing if it cannot be read.
std::optional<std::string> contents(std::string const& path) {
    auto file = std::ifstream{path, std::ios::binary};
    if (!file) {
        return std::nullopt;
    }
    auto text = std::string{std::istreambuf_iterator<char>{file}, {}};
    if (file.bad()) {
        return std::nullopt;
    }
    if (text.ends_with('\n')) {
        text.pop_back();
    }
    if (text.ends_with('\r')) {
        text.pop_back();
    }
    return text;
}

void print(std::FILE* out, std::string const& text) {
    std::fwrite(text.data(), 1, text.size(), out);
    std::fflush(out);
}

}  // namespace

struct Reader::State {
    explicit State(Sources given);

    [[nodiscard]] std::optional<Found> find(std::string const& key, Kind kind);
    [[nodiscard]] std::optional<Found> find_flag(std::string const& key, Kind kind);
    [[nodiscard]] std::optional<Found> find_variable(std::string const& key, Kind kind);
    [[nodiscard]] std::optional<Found> find_toml(std::string const& key, Kind kind);
    [[nodiscard]] std::optional<Found> read_named_file(std::string const& path,
                                                       std::string const& place);
    [[nodiscard]] std::string take_text(std::string_view key, Kind kind,
                                        std::optional<std::string> const& fallback,
                                        std::string const& allowed, std::string_view meaning,
                                        std::function<bool(std::string const&)> const& good);
    [[nodiscard]] Row& declare(std::string_view key, Kind kind, std::string allowed,
                               std::string fallback, std::string_view meaning);
    void parse_arguments();
    void parse_file(std::string const& path, std::string const& place);
    void fail(std::string message) { errors.push_back(std::move(message)); }
    void fail_value(Row const& row, Found const& found);
    void fail_unknown(std::string const& what, std::string const& name,
                      std::vector<std::string> const& known);
    void note_unknown_names();
    void note_unknown_toml(toml::table const& table, std::string const& prefix);
    [[nodiscard]] std::vector<std::string> names(
        std::function<std::vector<std::string>(Row const&)> const& spellings) const;
    [[nodiscard]] std::string help() const;
    [[nodiscard]] std::string effective() const;

    Sources sources;
    std::map<std::string, Flag> flags;
    std::set<std::string> used_variables;
    std::set<std::string> used_keys;  ///< of the TOML file
    std::optional<toml::table> file;
    std::string file_path;
    std::vector<Row> rows;
    std::vector<std::string> errors;
    bool wants_help{false};
    bool wants_check{false};
    bool wants_print{false};
};

Reader::State::State(Sources given) : sources{std::move(given)} {
    parse_arguments();
    auto const variable = sources.environment_prefix + "CONFIG";
    auto const from_environment = sources.environment.find(variable);
    used_variables.insert(variable);
    if (auto const flag = flags.find("config"); flag != flags.end()) {
        flag->second.used = true;
        if (flag->second.value) {
            parse_file(*flag->second.value, "--config");
        } else {
            fail("--config: needs the path of a file");
        }
    } else if (from_environment != sources.environment.end()) {
        parse_file(from_environment->second, variable);
    }
}

void Reader::State::parse_arguments() {
    auto const& arguments = sources.arguments;
    for (auto i = std::size_t{0}; i < arguments.size(); ++i) {
        auto const& argument = arguments[i];
        if (argument == "--help" || argument == "-h") {
            wants_help = true;
        } else if (argument == "--check-config") {
            wants_check = true;
        } else if (argument == "--print-config") {
            wants_print = true;
        } else if (!argument.starts_with("--") || argument.size() == 2) {
            fail(quoted(argument) + ": is not a flag (flags are --name value)");
        } else {
            auto const equals = argument.find('=');
            auto const name = argument.substr(2, equals == std::string::npos ? equals : equals - 2);
            auto flag = Flag{};
            if (equals != std::string::npos) {
                flag.value = argument.substr(equals + 1);
            } else if (i + 1 < arguments.size() && !arguments[i + 1].starts_with("--")) {
                flag.value = arguments[++i];
            }
            if (!flags.emplace(name, flag).second) {
                fail("--" + name + ": is given twice");
            }
        }
    }
}

void Reader::State::parse_file(std::string const& path, std::string const& place) {
    auto const text = contents(path);
    if (!text) {
        return fail(place + ": cannot read the file " + quoted(path));
    }
    try {
        file = toml::parse(*text, path);
        file_path = path;
    } catch (toml::parse_error const& error) {
        fail(path + ":" + std::to_string(error.source().begin.line) + ": " +
             std::string{error.description()});
    }
}

std::optional<Found> Reader::State::read_named_file(std::string const& path,
                                                    std::string const& place) {
    auto text = contents(path);
    if (!text) {
        fail(place + ": cannot read the file " + quoted(path));
        return std::nullopt;
    }
    return Found{.text = *std::move(text), .items = {}, .place = place};
}

std::optional<Found> Reader::State::find_flag(std::string const& key, Kind kind) {
    auto const name = flag_of(key);
    auto const plain = flags.find(name);
    auto const filed = may_come_from_file(kind) ? flags.find(name + "-file") : flags.end();
    for (auto const& flag : {plain, filed}) {
        if (flag != flags.end()) {
            flag->second.used = true;
            if (!flag->second.value && kind != Kind::boolean) {
                fail("--" + flag->first + ": needs a value");
                return std::nullopt;
            }
        }
    }
    if (plain != flags.end() && filed != flags.end()) {
        fail("--" + name + " and --" + name + "-file: give one of them");
    } else if (filed != flags.end()) {
        return read_named_file(*filed->second.value, "--" + filed->first);
    }
    if (plain == flags.end()) {
        return std::nullopt;
    }
    auto const text = plain->second.value.value_or("true");
    return Found{.text = text, .items = split(text), .place = "--" + name};
}

std::optional<Found> Reader::State::find_variable(std::string const& key, Kind kind) {
    auto const name = sources.environment_prefix + variable_of(key);
    auto const plain = sources.environment.find(name);
    used_variables.insert(name);
    auto filed = sources.environment.end();
    if (may_come_from_file(kind)) {
        filed = sources.environment.find(name + "_FILE");
        used_variables.insert(name + "_FILE");
    }
    if (plain != sources.environment.end() && filed != sources.environment.end()) {
        fail(name + " and " + name + "_FILE: give one of them");
    } else if (filed != sources.environment.end()) {
        return read_named_file(filed->second, filed->first);
    }
    if (plain == sources.environment.end()) {
        return std::nullopt;
    }
    return Found{.text = plain->second, .items = split(plain->second), .place = name};
}

std::optional<Found> Reader::State::find_toml(std::string const& key, Kind kind) {
    used_keys.insert(key);
    if (may_come_from_file(kind)) {
        used_keys.insert(key + "_file");
    }
    if (!file) {
        return std::nullopt;
    }
    auto const plain = file->at_path(key);
    auto const filed =
        may_come_from_file(kind) ? file->at_path(key + "_file") : toml::node_view<toml::node>{};
    if (plain && filed) {
        fail(file_path + ": " + key + " and " + key + "_file: give one of them");
    } else if (filed.is_string()) {
        return read_named_file(filed.as_string()->get(), file_path + ": " + key + "_file");
    }
    if (!plain) {
        return std::nullopt;
    }
    auto const line = plain.node()->source().begin.line;
    auto found = Found{
        .text = {}, .items = {}, .place = file_path + ":" + std::to_string(line) + ": " + key};
    auto good = true;
    if (kind == Kind::integer && plain.is_integer()) {
        found.text = std::to_string(plain.as_integer()->get());
    } else if (kind == Kind::boolean && plain.is_boolean()) {
        found.text = plain.as_boolean()->get() ? "true" : "false";
    } else if (kind == Kind::list && plain.is_array()) {
        for (auto const& item : *plain.as_array()) {
            good = good && item.is_string();
            found.items.push_back(item.value<std::string>().value_or(""));
        }
    } else if (kind != Kind::integer && kind != Kind::boolean && kind != Kind::list &&
               plain.is_string()) {
        found.text = plain.as_string()->get();
    } else {
        good = false;
    }
    if (!good) {
        fail(found.place + ": must be " + std::string{expected_in_toml(kind)});
        return std::nullopt;
    }
    return found;
}

std::optional<Found> Reader::State::find(std::string const& key, Kind kind) {
    // Each source is asked, so that a mistake in one that is overruled is reported as well.
    auto in_file = find_toml(key, kind);
    auto in_environment = find_variable(key, kind);
    auto in_flags = find_flag(key, kind);
    return in_flags ? in_flags : in_environment ? in_environment : in_file;
}

Row& Reader::State::declare(std::string_view key, Kind kind, std::string allowed,
                            std::string fallback, std::string_view meaning) {
    ENSURE(std::ranges::none_of(rows, [&](Row const& row) { return row.key == key; }));
    rows.push_back(Row{.key = std::string{key},
                       .kind = kind,
                       .allowed = std::move(allowed),
                       .fallback = fallback,
                       .meaning = std::string{meaning},
                       .effective = std::move(fallback),
                       .from = "default"});
    return rows.back();
}

void Reader::State::fail_value(Row const& row, Found const& found) {
    auto const shown = row.kind == Kind::secret ? "the value" : quoted(found.text);
    fail(found.place + ": " + shown + " is not " + row.allowed);
}

std::string Reader::State::take_text(std::string_view key, Kind kind,
                                     std::optional<std::string> const& fallback,
                                     std::string const& allowed, std::string_view meaning,
                                     std::function<bool(std::string const&)> const& good) {
    auto& row = declare(key, kind, allowed, fallback ? quoted(*fallback) : "required", meaning);
    auto const errors_before = errors.size();
    auto const found = find(row.key, kind);
    if (!found) {
        if (!fallback && errors.size() == errors_before) {
            fail(row.key + ": is missing; give --" + flag_of(key) + " or " +
                 sources.environment_prefix + variable_of(key) + " or the file's " + row.key +
                 " (" + row.meaning + ")");
        }
        return fallback.value_or("");
    }
    if (!good(found->text)) {
        fail_value(row, *found);
        return fallback.value_or("");
    }
    row.from = found->place;
    row.effective = quoted(kind == Kind::secret ? "***" : found->text);
    return found->text;
}

std::vector<std::string> Reader::State::names(
    std::function<std::vector<std::string>(Row const&)> const& spellings) const {
    auto all = std::vector<std::string>{};
    for (auto const& row : rows) {
        std::ranges::move(spellings(row), std::back_inserter(all));
    }
    return all;
}

void Reader::State::fail_unknown(std::string const& what, std::string const& name,
                                 std::vector<std::string> const& known) {
    auto const near = nearest(name, known);
    fail(what + ": is not known" + (near ? "; did you mean " + *near + "?" : ""));
}

void Reader::State::note_unknown_toml(toml::table const& table, std::string const& prefix) {
    auto const known = names([](Row const& row) { return std::vector{row.key}; });
    for (auto const& [name, node] : table) {
        auto const key = prefix + std::string{name.str()};
        auto const below = [&](std::string const& one) {
            return one.starts_with(key + ".");
        };
        if (used_keys.contains(key)) {
            continue;
        }
        if (node.is_table() && std::ranges::any_of(known, below)) {
            note_unknown_toml(*node.as_table(), key + ".");
        } else {
            auto const line = std::to_string(node.source().begin.line);
            fail_unknown(file_path + ":" + line + ": " + key, key, known);
        }
    }
}

void Reader::State::note_unknown_names() {
    auto known_flags = names([](Row const& row) { return std::vector{"--" + flag_of(row.key)}; });
    for (auto const* own : {"--help", "--config", "--check-config", "--print-config"}) {
        known_flags.emplace_back(own);
    }
    for (auto const& [name, flag] : flags) {
        if (!flag.used) {
            fail_unknown("--" + name, "--" + name, known_flags);
        }
    }
    auto const known_variables = names([this](Row const& row) {
        return std::vector{sources.environment_prefix + variable_of(row.key)};
    });
    for (auto const& [name, value] : sources.environment) {
        if (name.starts_with(sources.environment_prefix) && !used_variables.contains(name)) {
            fail_unknown(name, name, known_variables);
        }
    }
    if (file) {
        note_unknown_toml(*file, "");
    }
}

std::string Reader::State::help() const {
    auto text = "usage: " + sources.program +
                " [--config FILE] [--check-config | --print-config | --help] [--name value ...]\n\n"
                "A value is taken from its flag, else from the environment, else from the TOML "
                "file, else it is the default.\nTexts and secrets can also be read from a file: "
                "--name-file PATH, NAME_FILE, name_file.\n\n";
    for (auto const& row : rows) {
        text += "  --" + flag_of(row.key) + "\n      " + row.meaning + "\n      " + row.allowed +
                "; default " + row.fallback + "; environment " + sources.environment_prefix +
                variable_of(row.key) + "; file " + row.key + "\n";
    }
    return text;
}

std::string Reader::State::effective() const {
    auto text = std::string{};
    for (auto const& row : rows) {
        auto const value =
            row.fallback == "required" && row.from == "default" ? "\"\"" : row.effective;
        text += row.key + " = " + value + "  # " + row.from + "\n";
    }
    return text;
}

Reader::Reader(Sources sources) : state_{std::make_unique<State>(std::move(sources))} {}

Reader::~Reader() = default;

std::string Reader::text(std::string_view key, std::string_view fallback,
                         std::string_view meaning) {
    return state_->take_text(key, Kind::text, std::string{fallback}, "a text", meaning,
                             [](auto const&) { return true; });
}

std::string Reader::choice(std::string_view key, std::string_view fallback,
                           std::vector<std::string> const& allowed, std::string_view meaning) {
    return state_->take_text(
        key, Kind::text, std::string{fallback}, "one of " + joined(allowed), meaning,
        [&](auto const& text) { return std::ranges::find(allowed, text) != allowed.end(); });
}

std::string Reader::required_text(std::string_view key, std::string_view meaning) {
    return state_->take_text(key, Kind::text, std::nullopt, "a text that is not empty", meaning,
                             [](auto const& text) { return !text.empty(); });
}

Secret Reader::required_secret(std::string_view key, std::string_view meaning) {
    return Secret{state_->take_text(key, Kind::secret, std::nullopt, "a text that is not empty",
                                    meaning, [](auto const& text) { return !text.empty(); })};
}

Secret Reader::secret(std::string_view key, std::string_view meaning) {
    return Secret{state_->take_text(key, Kind::secret, "", "a text", meaning,
                                    [](auto const&) { return true; })};
}

std::int64_t Reader::integer(std::string_view key, std::int64_t fallback, std::int64_t least,
                             std::int64_t greatest, std::string_view meaning) {
    ENSURE(least <= fallback && fallback <= greatest);
    auto& row = state_->declare(
        key, Kind::integer,
        "an integer from " + std::to_string(least) + " to " + std::to_string(greatest),
        std::to_string(fallback), meaning);
    auto const found = state_->find(row.key, Kind::integer);
    if (!found) {
        return fallback;
    }
    auto const value = parse_integer(found->text);
    if (!value || *value < least || *value > greatest) {
        state_->fail_value(row, *found);
        return fallback;
    }
    row.from = found->place;
    row.effective = std::to_string(*value);
    return *value;
}

std::uint16_t Reader::port(std::string_view key, std::uint16_t fallback, std::string_view meaning) {
    return static_cast<std::uint16_t>(integer(key, fallback, 0, 65535, meaning));
}

bool Reader::boolean(std::string_view key, bool fallback, std::string_view meaning) {
    auto& row =
        state_->declare(key, Kind::boolean, "true or false", fallback ? "true" : "false", meaning);
    auto const found = state_->find(row.key, Kind::boolean);
    if (!found) {
        return fallback;
    }
    if (found->text != "true" && found->text != "false") {
        state_->fail_value(row, *found);
        return fallback;
    }
    row.from = found->place;
    row.effective = found->text;
    return found->text == "true";
}

std::chrono::milliseconds Reader::duration(std::string_view key, std::chrono::milliseconds fallback,
                                           std::chrono::milliseconds least,
                                           std::chrono::milliseconds greatest,
                                           std::string_view meaning) {
    ENSURE(least <= fallback && fallback <= greatest);
    auto& row = state_->declare(key, Kind::duration,
                                "a duration such as 250ms, 30s, 5m, 24h or 14d, from " +
                                    spell(least) + " to " + spell(greatest),
                                quoted(spell(fallback)), meaning);
    auto const found = state_->find(row.key, Kind::duration);
    if (!found) {
        return fallback;
    }
    auto const value = parse_duration(found->text);
    if (!value || *value < least || *value > greatest) {
        state_->fail_value(row, *found);
        return fallback;
    }
    row.from = found->place;
    row.effective = quoted(spell(*value));
    return *value;
}

std::vector<std::string> Reader::list(std::string_view key, std::string_view meaning) {
    return list(key, meaning, [](std::string const&) { return std::string{}; });
}

std::vector<std::string> Reader::list(
    std::string_view key, std::string_view meaning,
    std::function<std::string(std::string const&)> const& refusal_of) {
    auto& row = state_->declare(key, Kind::list, "a list without empty items", "[]", meaning);
    auto const found = state_->find(row.key, Kind::list);
    if (!found) {
        return {};
    }
    if (std::ranges::any_of(found->items, &std::string::empty)) {
        state_->fail_value(row, *found);
        return {};
    }
    for (auto const& item : found->items) {
        if (auto const refusal = refusal_of(item); !refusal.empty()) {
            state_->fail(found->place + ": " + refusal);
        }
    }
    row.from = found->place;
    row.effective = quoted_list(found->items);
    return found->items;
}

std::optional<int> Reader::finish() {
    auto& state = *state_;
    if (state.wants_help) {
        print(stdout, state.help());
        return 0;
    }
    state.note_unknown_names();
    if (!state.errors.empty()) {
        auto text = std::string{};
        for (auto const& error : state.errors) {
            text += state.sources.program + ": " + error + "\n";
        }
        text += state.sources.program + ": the configuration has " +
                std::to_string(state.errors.size()) + " error(s); --help lists all names\n";
        print(stderr, text);
        return 2;
    }
    if (state.wants_print) {
        print(stdout, state.effective());
        return 0;
    }
    if (state.wants_check) {
        print(stdout, "the configuration is valid\n");
        return 0;
    }
    return std::nullopt;
}

}  // namespace frontrow::config
