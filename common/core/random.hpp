// Random octets for ids: from the operating system's generator, drawn in blocks.
#pragma once

#include <cstdint>
#include <span>

namespace frontrow {

/// Fills `octets` from a cryptographically secure generator. Safe for threads.
void fill_random(std::span<std::uint8_t> octets);

}  // namespace frontrow
