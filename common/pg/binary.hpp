// PostgreSQL's binary formats: oids of the types that frontrow stores, and integers in network
// order.
#pragma once

#include <array>
#include <chrono>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <type_traits>

#include "common/core/clock.hpp"

namespace frontrow::pg::binary {

// From the server's pg_type.dat; they never change.
inline constexpr std::uint32_t oid_bool = 16;
inline constexpr std::uint32_t oid_bytea = 17;
inline constexpr std::uint32_t oid_name = 19;
inline constexpr std::uint32_t oid_int8 = 20;
inline constexpr std::uint32_t oid_int2 = 21;
inline constexpr std::uint32_t oid_int4 = 23;
inline constexpr std::uint32_t oid_text = 25;
inline constexpr std::uint32_t oid_json = 114;
inline constexpr std::uint32_t oid_int4_array = 1007;
inline constexpr std::uint32_t oid_int8_array = 1016;
inline constexpr std::uint32_t oid_varchar = 1043;
inline constexpr std::uint32_t oid_timestamptz = 1184;
inline constexpr std::uint32_t oid_uuid = 2950;

/// Writes the integer's octets to `out`, which has room for them.
template <std::integral Integer>
void write(char* out, Integer value) {
    auto const bits = static_cast<std::uint64_t>(value);
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
        out[i] = static_cast<char>((bits >> (8 * (sizeof(Integer) - 1 - i))) & 0xFFU);
    }
}

template <std::integral Integer>
void append(std::string& out, Integer value) {
    auto octets = std::array<char, sizeof(Integer)>{};
    write(octets.data(), value);
    out.append(octets.data(), octets.size());
}

/// The integer in the first octets; there must be enough of them.
template <std::integral Integer>
[[nodiscard]] Integer read(std::string_view octets) {
    auto bits = std::uint64_t{0};
    for (std::size_t i = 0; i < sizeof(Integer); ++i) {
        bits = (bits << 8U) | static_cast<std::uint8_t>(octets[i]);
    }
    return static_cast<Integer>(bits);
}

/// Where timestamptz begins to count.
inline constexpr auto epoch =
    Instant{std::chrono::sys_days{std::chrono::year{2000} / std::chrono::January / 1}};

}  // namespace frontrow::pg::binary
