// Writes the log's lines: whole lines, one system call each, from any thread.
#include "common/log/log.hpp"

#include <unistd.h>

#include <cerrno>
#include <mutex>
#include <stdexcept>

#include "common/core/clock.hpp"
#include "common/log/line.hpp"

namespace frontrow::log {
namespace {

/// Where lines go. Before `start` only what is wrong is said, on stderr.
struct Output {
    std::mutex mutex;
    std::string service;
    Level least{Level::warning};
    bool json{false};
    int descriptor{STDERR_FILENO};
};

Output& output() {
    static auto* const only = new Output{};  // never destroyed: threads may log until the very end
    return *only;
}

/// A log that cannot be written must not take the service with it, so errors end the attempt.
void write_all(int descriptor, std::string_view text) {
    while (!text.empty()) {
        auto const written = ::write(descriptor, text.data(), text.size());
        if (written > 0) {
            text.remove_prefix(static_cast<std::size_t>(written));
        } else if (written < 0 && errno != EINTR) {
            return;
        }
    }
}

}  // namespace

void start(Options const& options) {
    auto& out = output();
    auto const guard = std::scoped_lock{out.mutex};
    out.service = options.service;
    out.least = options.level;
    out.descriptor = STDOUT_FILENO;
    out.json = options.format == Format::json ||
               (options.format == Format::automatic && ::isatty(STDOUT_FILENO) == 0);
}

Level level_from(std::string_view text) {
    if (text == "debug") {
        return Level::debug;
    }
    if (text == "info") {
        return Level::info;
    }
    if (text == "warning") {
        return Level::warning;
    }
    if (text == "error") {
        return Level::error;
    }
    throw std::invalid_argument{"not a log level: " + std::string{text}};
}

Format format_from(std::string_view text) {
    if (text == "auto") {
        return Format::automatic;
    }
    if (text == "json") {
        return Format::json;
    }
    if (text == "text") {
        return Format::text;
    }
    throw std::invalid_argument{"not a log format: " + std::string{text}};
}

void write(Level level, std::string_view action, std::string_view message,
           std::initializer_list<Field> fields, TraceContext const* trace,
           std::string_view correlation_id) {
    auto& out = output();
    auto const guard = std::scoped_lock{out.mutex};
    if (level < out.least) {
        return;
    }
    auto const line = Line{.time = SystemClock{}.now(),
                           .level = level,
                           .service = out.service,
                           .action = action,
                           .message = message,
                           .fields = {fields.begin(), fields.size()},
                           .trace = trace,
                           .correlation_id = correlation_id};
    write_all(out.descriptor, (out.json ? json_line(line) : text_line(line)) + '\n');
}

}  // namespace frontrow::log
