// Encodes raw headers: for each, name and value with their lengths in four octets before them; a
// length of all ones is a null value.
#include <cstdint>

#include "common/core/ensure.hpp"
#include "common/outbox/outbox.hpp"

namespace frontrow::outbox {
namespace {

constexpr auto null_length = std::uint32_t{0xFFFFFFFF};

void append_length(std::string& out, std::uint32_t length) {
    for (auto shift = 24; shift >= 0; shift -= 8) {
        out.push_back(static_cast<char>((length >> shift) & 0xFFU));
    }
}

void append_text(std::string& out, std::string_view text) {
    append_length(out, static_cast<std::uint32_t>(text.size()));
    out += text;
}

std::uint32_t take_length(std::string_view& octets) {
    ENSURE(octets.size() >= 4);
    auto length = std::uint32_t{0};
    for (auto const octet : octets.substr(0, 4)) {
        length = (length << 8U) | static_cast<std::uint8_t>(octet);
    }
    octets.remove_prefix(4);
    return length;
}

std::optional<std::string> take_text(std::string_view& octets) {
    auto const length = take_length(octets);
    if (length == null_length) {
        return std::nullopt;
    }
    ENSURE(octets.size() >= length);
    auto text = std::string{octets.substr(0, length)};
    octets.remove_prefix(length);
    return text;
}

}  // namespace

Bytes encode_headers(kafka::Headers const& headers) {
    auto octets = std::string{};
    for (auto const& [name, value] : headers) {
        append_text(octets, name);
        if (value) {
            append_text(octets, *value);
        } else {
            append_length(octets, null_length);
        }
    }
    return Bytes{std::move(octets)};
}

kafka::Headers decode_headers(Bytes const& octets) {
    auto headers = kafka::Headers{};
    auto left = std::string_view{octets.octets};
    while (!left.empty()) {
        auto name = take_text(left);
        ENSURE(name.has_value());
        headers.emplace_back(*std::move(name), take_text(left));
    }
    return headers;
}

}  // namespace frontrow::outbox
