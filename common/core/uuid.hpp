// UUIDs, version 7 among them (RFC 9562): ids that sort by the time at which they were drawn.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>

#include "common/core/clock.hpp"

namespace frontrow {

struct Uuid {
    std::array<std::uint8_t, 16> octets{};

    auto operator<=>(Uuid const&) const = default;

    /// 8-4-4-4-12 lower-case hexadecimal digits.
    [[nodiscard]] std::string to_string() const;
    void append_to(std::string& out) const;
    /// Reads what `to_string` writes, in either case; nothing for any other spelling.
    [[nodiscard]] static std::optional<Uuid> parse(std::string_view text);
    /// The millisecond in a version 7 UUID; for any other version the result means nothing.
    [[nodiscard]] Instant time_of_v7() const;
    /// A version 7 UUID of this millisecond whose other bits come from `seed` (at least 10 octets):
    /// the same arguments give the same id. For ids that must be found again.
    [[nodiscard]] static Uuid v7_from(Instant time, std::string_view seed);
};

/// Draws version 7 UUIDs that rise strictly within the process, also when the clock steps back
/// (RFC 9562, section 6.2, method 1: a counter in rand_a and the head of rand_b). Safe for threads.
class UuidSource {
  public:
    explicit UuidSource(Clock const& clock) : clock_{clock} {}
    [[nodiscard]] Uuid next();

  private:
    Clock const& clock_;
    std::mutex mutex_;
    std::uint64_t last_millisecond_{0};
    std::uint32_t counter_{0};
};

/// From the process's own source on the system clock.
[[nodiscard]] Uuid new_uuid();

}  // namespace frontrow

template <>
struct std::hash<frontrow::Uuid> {
    std::size_t operator()(frontrow::Uuid const& uuid) const noexcept;
};
