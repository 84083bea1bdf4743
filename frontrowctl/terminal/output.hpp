// What commands print: data on stdout as a table, JSON or JSON lines; talk on stderr.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace frontrow::terminal {

enum class Format { table = 1, json, jsonl };
[[nodiscard]] std::optional<Format> format_from(std::string_view text);

/// JSON that was made already, printed as it is.
struct Raw {
    std::string json;
};
using Cell = std::variant<std::monostate, std::string, std::int64_t, bool, Raw>;

/// A column: its name in JSON, its heading in a table ("" leaves it out of tables).
struct Column {
    std::string name;
    std::string heading;
};

/// Rows as they come: JSON lines at once, a table with its columns aligned when it ends. Text from
/// outside is cleaned of control characters before a terminal sees it.
class Listing {
  public:
    Listing(Format format, std::vector<Column> columns);
    void add(std::vector<Cell> row);
    [[nodiscard]] std::size_t size() const { return count_; }
    /// Prints what is still to print.
    void end();

  private:
    Format format_;
    std::vector<Column> columns_;
    std::vector<std::vector<Cell>> rows_;
    std::size_t count_{0};
};

/// One object: as JSON, or as "name  value" lines.
void print_object(Format format, std::vector<Column> const& columns, std::vector<Cell> const& row);

/// A line on stdout, written out at once.
void print_line(std::string_view line);
/// A line on stderr.
void talk(std::string_view line);
/// UTF-8 without control characters, which could steer a terminal; "?" stands for the rest.
[[nodiscard]] std::string clean(std::string_view text);

}  // namespace frontrow::terminal
