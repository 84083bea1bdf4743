// Prints tables and JSON.
#include "frontrowctl/terminal/output.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>

#include "common/json/utf8.hpp"
#include "common/json/writer.hpp"

namespace frontrow::terminal {
namespace {

struct ToText {
    std::string operator()(std::monostate) const { return "-"; }
    std::string operator()(std::string const& text) const { return clean(text); }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(bool truth) const { return truth ? "yes" : "no"; }
    std::string operator()(Raw const& raw) const { return clean(raw.json); }
};

struct ToJson {
    std::string operator()(std::monostate) const { return "null"; }
    std::string operator()(std::string const& text) const { return json::quote(text); }
    std::string operator()(std::int64_t number) const { return std::to_string(number); }
    std::string operator()(bool truth) const { return truth ? "true" : "false"; }
    std::string operator()(Raw const& raw) const { return raw.json; }
};

std::string object_of(std::vector<Column> const& columns, std::vector<Cell> const& row) {
    auto text = std::string{"{"};
    for (auto i = std::size_t{0}; i < columns.size(); ++i) {
        text += (i == 0 ? "" : ",") + json::quote(columns[i].name) + ":" +
                std::visit(ToJson{}, row.at(i));
    }
    return text + "}";
}

void print_table(std::vector<Column> const& columns, std::vector<std::vector<Cell>> const& rows) {
    auto lines = std::vector<std::string>(rows.size() + 1);
    for (auto i = std::size_t{0}; i < columns.size(); ++i) {
        if (columns[i].heading.empty()) {
            continue;
        }
        auto texts = std::vector<std::string>{columns[i].heading};
        for (auto const& row : rows) {
            texts.push_back(std::visit(ToText{}, row.at(i)));
        }
        auto width = std::size_t{0};
        for (auto const& text : texts) {
            width = std::max(width, text.size());
        }
        for (auto line = std::size_t{0}; line < lines.size(); ++line) {
            lines[line] += fmt::format("{:<{}}  ", texts[line], width);
        }
    }
    for (auto& line : lines) {
        line.erase(line.find_last_not_of(' ') + 1);
        print_line(line);
    }
}

}  // namespace

std::optional<Format> format_from(std::string_view text) {
    if (text == "table") {
        return Format::table;
    }
    if (text == "json") {
        return Format::json;
    }
    return text == "jsonl" ? std::optional{Format::jsonl} : std::nullopt;
}

Listing::Listing(Format format, std::vector<Column> columns)
    : format_{format}, columns_{std::move(columns)} {}

void Listing::add(std::vector<Cell> row) {
    ++count_;
    if (format_ == Format::jsonl) {
        print_line(object_of(columns_, row));
    } else {
        rows_.push_back(std::move(row));
    }
}

void Listing::end() {
    if (format_ == Format::table && !rows_.empty()) {
        print_table(columns_, rows_);
    } else if (format_ == Format::json) {
        auto text = std::string{"["};
        for (auto const& row : rows_) {
            text += (text.size() > 1 ? ",\n " : "") + object_of(columns_, row);
        }
        print_line(text + "]");
    }
    rows_.clear();
}

void print_object(Format format, std::vector<Column> const& columns, std::vector<Cell> const& row) {
    if (format != Format::table) {
        return print_line(object_of(columns, row));
    }
    auto width = std::size_t{0};
    for (auto const& column : columns) {
        width = std::max(width, column.heading.size());
    }
    for (auto i = std::size_t{0}; i < columns.size(); ++i) {
        if (!columns[i].heading.empty()) {
            print_line(fmt::format("{:<{}}  {}", columns[i].heading, width,
                                   std::visit(ToText{}, row.at(i))));
        }
    }
}

void print_line(std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stdout);
    std::fputc('\n', stdout);
    std::fflush(stdout);
}

void talk(std::string_view line) {
    std::fwrite(line.data(), 1, line.size(), stderr);
    std::fputc('\n', stderr);
}

std::string clean(std::string_view text) {
    auto out = std::string{};
    for (auto at = std::size_t{0}; at < text.size();) {
        auto const octets = json::utf8_octets_at(text, at);
        auto const character = text.substr(at, std::max(octets, std::size_t{1}));
        auto const is_control = character < "\x20" || character == "\x7f" ||
                                (character >= "\xc2\x80" && character < "\xc2\xa0");
        out += octets == 0 || is_control ? "?" : character;
        at += character.size();
    }
    return out;
}

}  // namespace frontrow::terminal
