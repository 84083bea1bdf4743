// One structured line for each decision: JSON with ECS names on stdout, text on a terminal.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <variant>

#include "common/tracing/trace_context.hpp"

namespace frontrow::log {

enum class Level { debug = 1, info, warning, error };
enum class Format { automatic = 1, json, text };

struct Options {
    std::string service;  ///< `service.name`
    Level level{Level::info};
    Format format{Format::automatic};
};

/// Once, at the start of main. Without it warnings and errors go to stderr as text (tests).
void start(Options const& options);
[[nodiscard]] Level level_from(std::string_view text);    ///< debug, info, warning, error
[[nodiscard]] Format format_from(std::string_view text);  ///< auto, json, text

/// A named value of a line. Names are ECS's where ECS has one ("event.action", "error.message"),
/// else "frontrow.<something>". Text is escaped: no control character and no line break gets
/// through, and it is cut at 8 KiB.
struct Field {
    std::string_view name;
    std::variant<std::string, std::int64_t, double, bool> value;
};

/// Writes one line. `action` is `event.action`, a short constant such as "relay_fenced".
void write(Level level, std::string_view action, std::string_view message,
           std::initializer_list<Field> fields = {}, TraceContext const* trace = nullptr,
           std::string_view correlation_id = {});

inline void info(std::string_view action, std::string_view message,
                 std::initializer_list<Field> fields = {}) {
    write(Level::info, action, message, fields);
}
inline void warning(std::string_view action, std::string_view message,
                    std::initializer_list<Field> fields = {}) {
    write(Level::warning, action, message, fields);
}
inline void error(std::string_view action, std::string_view message,
                  std::initializer_list<Field> fields = {}) {
    write(Level::error, action, message, fields);
}

}  // namespace frontrow::log
