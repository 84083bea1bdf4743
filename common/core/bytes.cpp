// Hexadecimal and base64url.
#include "common/core/bytes.hpp"

#include <array>

namespace frontrow {
namespace {

constexpr auto hex_digits = std::string_view{"0123456789abcdef"};
constexpr auto base64url_digits =
    std::string_view{"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"};
constexpr auto foreign = std::uint8_t{0xff};

constexpr std::array<std::uint8_t, 256> values_of(std::string_view digits) {
    auto values = std::array<std::uint8_t, 256>{};
    values.fill(foreign);
    for (auto i = std::size_t{0}; i < digits.size(); ++i) {
        values[static_cast<std::uint8_t>(digits[i])] = static_cast<std::uint8_t>(i);
    }
    return values;
}

constexpr std::array<std::uint8_t, 256> values_of_hex() {
    auto values = values_of(hex_digits);
    for (auto i = 10U; i < 16U; ++i) {
        values["0123456789ABCDEF"[i]] = static_cast<std::uint8_t>(i);
    }
    return values;
}

constexpr auto hex_values = values_of_hex();
constexpr auto base64url_values = values_of(base64url_digits);

std::uint8_t octet(char c) {
    return static_cast<std::uint8_t>(c);
}

}  // namespace

std::string to_hex(std::string_view octets) {
    auto text = std::string{};
    text.reserve(octets.size() * 2);
    append_hex(text, octets);
    return text;
}

void append_hex(std::string& out, std::string_view octets) {
    for (auto const c : octets) {
        out += hex_digits[octet(c) >> 4U];
        out += hex_digits[octet(c) & 0x0fU];
    }
}

std::optional<std::uint8_t> octet_from_hex(char high, char low) {
    auto const first = hex_values[octet(high)];
    auto const second = hex_values[octet(low)];
    if (first == foreign || second == foreign) {
        return std::nullopt;
    }
    return static_cast<std::uint8_t>(first << 4U | second);
}

std::optional<std::string> from_hex(std::string_view text) {
    if (text.size() % 2 != 0) {
        return std::nullopt;
    }
    auto octets = std::string{};
    octets.reserve(text.size() / 2);
    for (auto i = std::size_t{0}; i < text.size(); i += 2) {
        auto const value = octet_from_hex(text[i], text[i + 1]);
        if (!value) {
            return std::nullopt;
        }
        octets += static_cast<char>(*value);
    }
    return octets;
}

std::string to_base64url(std::string_view octets) {
    auto text = std::string{};
    text.reserve((octets.size() * 4 + 2) / 3);
    auto bits = std::uint32_t{0};
    auto count = 0U;
    for (auto const c : octets) {
        bits = (bits << 8U) | octet(c);
        for (count += 8; count >= 6; count -= 6) {
            text += base64url_digits[(bits >> (count - 6)) & 0x3fU];
        }
    }
    if (count > 0) {
        text += base64url_digits[(bits << (6 - count)) & 0x3fU];
    }
    return text;
}

std::optional<std::string> from_base64url(std::string_view text) {
    if (text.size() % 4 == 1) {
        return std::nullopt;
    }
    auto octets = std::string{};
    octets.reserve(text.size() * 3 / 4);
    auto bits = std::uint32_t{0};
    auto count = 0U;
    for (auto const c : text) {
        auto const value = base64url_values[octet(c)];
        if (value == foreign) {
            return std::nullopt;
        }
        bits = (bits << 6U) | value;
        count += 6;
        if (count >= 8) {
            count -= 8;
            octets += static_cast<char>((bits >> count) & 0xffU);
        }
    }
    auto const unused = bits & ((1U << count) - 1U);
    return unused == 0 ? std::optional{octets} : std::nullopt;
}

}  // namespace frontrow
