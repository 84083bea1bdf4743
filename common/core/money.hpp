// Money: integer minor units and a currency. Never floating point.
#pragma once

#include <array>
#include <compare>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace frontrow {

/// Three upper-case letters as in ISO 4217. Default: "EUR".
struct Currency {
    std::array<char, 3> code{'E', 'U', 'R'};
    auto operator<=>(Currency const&) const = default;
    [[nodiscard]] std::string to_string() const { return {code.begin(), code.end()}; }
    [[nodiscard]] static std::optional<Currency> parse(std::string_view text);
};

/// An amount of one currency in its minor unit (cents of EUR, won of KRW).
struct Money {
    std::int64_t minor_units{0};
    Currency currency{};
    auto operator<=>(Money const&) const = default;
};

/// No single amount may be larger, so that sums of a thousand of them cannot overflow.
inline constexpr std::int64_t minor_units_max = 1'000'000'000'000;

/// Both must be of one currency; a sum beyond 64 bits is a bug. Neither can come from input, which
/// is held to `minor_units_max` where it is read.
[[nodiscard]] Money operator+(Money left, Money right);
[[nodiscard]] Money operator-(Money left, Money right);

}  // namespace frontrow
