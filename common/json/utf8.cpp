// Decides what is UTF-8, by the table of well-formed sequences (Unicode, table 3-7).
#include "common/json/utf8.hpp"

#include <cstdint>

namespace frontrow::json {
namespace {

/// What may stand first, how long that makes the sequence, and what may stand second.
struct Lead {
    std::uint8_t first;
    std::uint8_t last;
    std::size_t octets;
    std::uint8_t second_first;
    std::uint8_t second_last;
};

constexpr Lead leads[] = {
    {0xC2, 0xDF, 2, 0x80, 0xBF}, {0xE0, 0xE0, 3, 0xA0, 0xBF}, {0xE1, 0xEC, 3, 0x80, 0xBF},
    {0xED, 0xED, 3, 0x80, 0x9F}, {0xEE, 0xEF, 3, 0x80, 0xBF}, {0xF0, 0xF0, 4, 0x90, 0xBF},
    {0xF1, 0xF3, 4, 0x80, 0xBF}, {0xF4, 0xF4, 4, 0x80, 0x8F},
};

}  // namespace

std::size_t utf8_octets_at(std::string_view text, std::size_t at) {
    auto const octet = [&](std::size_t offset) {
        return at + offset < text.size() ? static_cast<std::uint8_t>(text[at + offset])
                                         : std::uint8_t{0};
    };
    if (at >= text.size()) {
        return 0;
    }
    if (octet(0) < 0x80) {
        return 1;
    }
    for (auto const& lead : leads) {
        if (octet(0) < lead.first || octet(0) > lead.last) {
            continue;
        }
        if (octet(1) < lead.second_first || octet(1) > lead.second_last) {
            return 0;
        }
        for (std::size_t i = 2; i < lead.octets; ++i) {
            if (octet(i) < 0x80 || octet(i) > 0xBF) {
                return 0;
            }
        }
        return lead.octets;
    }
    return 0;
}

bool is_utf8(std::string_view text) {
    for (std::size_t at = 0; at < text.size();) {
        auto const octets = utf8_octets_at(text, at);
        if (octets == 0) {
            return false;
        }
        at += octets;
    }
    return true;
}

}  // namespace frontrow::json
