// Draws random octets in blocks, because an id needs ten of them and a call of OpenSSL costs 300
// ns.
#include "common/core/random.hpp"

#include <openssl/rand.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <stdexcept>

namespace frontrow {
namespace {

struct Pool {
    std::array<std::uint8_t, 4096> octets{};
    std::size_t used{octets.size()};
};

void draw(std::span<std::uint8_t> octets) {
    if (RAND_bytes(octets.data(), static_cast<int>(octets.size())) != 1) {
        throw std::runtime_error{"the random generator of OpenSSL has no entropy"};
    }
}

}  // namespace

void fill_random(std::span<std::uint8_t> octets) {
    thread_local auto pool = Pool{};
    if (octets.size() > pool.octets.size()) {
        return draw(octets);
    }
    if (pool.octets.size() - pool.used < octets.size()) {
        draw(pool.octets);
        pool.used = 0;
    }
    auto const unread = std::span{pool.octets}.subspan(pool.used, octets.size());
    std::ranges::copy(unread, octets.begin());
    std::ranges::fill(unread, std::uint8_t{0});  // never hand out the same octets again
    pool.used += octets.size();
}

}  // namespace frontrow
