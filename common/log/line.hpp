// One line of the log as text: pure, so that what may reach a log reader is tested without one.
#pragma once

#include <span>
#include <string>
#include <string_view>

#include "common/core/clock.hpp"
#include "common/log/log.hpp"

namespace frontrow::log {

/// All that a line says.
struct Line {
    Instant time;
    Level level;
    std::string_view service;
    std::string_view action;
    std::string_view message;
    std::span<Field const> fields;
    TraceContext const* trace{nullptr};
    std::string_view correlation_id;
};

/// One JSON object with ECS names, without a line break. Whatever is not UTF-8 becomes U+FFFD.
[[nodiscard]] std::string json_line(Line const& line);
/// For people: time, level, message, then name=value. No control character gets through either.
[[nodiscard]] std::string text_line(Line const& line);

}  // namespace frontrow::log
