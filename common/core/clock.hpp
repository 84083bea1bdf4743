// Instants, and the clocks that tell them. Domain code takes an Instant and never asks a Clock.
#pragma once

#include <atomic>
#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow {

/// A point of UTC in microseconds: what PostgreSQL's timestamptz holds, no more and no less.
using Instant = std::chrono::sys_time<std::chrono::microseconds>;

/// RFC 3339 in UTC with `Z`; microseconds only if there are any: `2026-11-21T19:30:00Z`.
[[nodiscard]] std::string to_rfc3339(Instant instant);
void append_rfc3339(std::string& text, Instant instant);
/// Reads RFC 3339 with `Z` or an offset, at most six digits of a second's fraction; else nothing.
[[nodiscard]] std::optional<Instant> parse_rfc3339(std::string_view text);

/// Tells the time; passed in, so that a test decides what time it is.
class Clock {
  public:
    virtual ~Clock() = default;
    [[nodiscard]] virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
  public:
    [[nodiscard]] Instant now() const override;
};

/// For tests: stands still until told otherwise. Safe for threads.
class ManualClock final : public Clock {
  public:
    explicit ManualClock(Instant start) : now_{start.time_since_epoch().count()} {}
    [[nodiscard]] Instant now() const override;
    void advance(std::chrono::microseconds by) { now_ += by.count(); }

  private:
    std::atomic<std::int64_t> now_;
};

}  // namespace frontrow
