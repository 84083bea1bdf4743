// Java's default partitioner: murmur2 with Kafka's seed.
#include "common/core/ensure.hpp"
#include "common/kafka/producer.hpp"

namespace frontrow::kafka {
namespace {

std::uint32_t octet(std::string_view key, std::size_t at) {
    return static_cast<unsigned char>(key[at]);
}

std::uint32_t murmur2(std::string_view key) {
    constexpr std::uint32_t seed = 0x9747b28c;
    constexpr std::uint32_t factor = 0x5bd1e995;
    auto hash = seed ^ static_cast<std::uint32_t>(key.size());
    std::size_t at = 0;
    for (; at + 4 <= key.size(); at += 4) {
        auto word = octet(key, at) | octet(key, at + 1) << 8 | octet(key, at + 2) << 16 |
                    octet(key, at + 3) << 24;
        word *= factor;
        word ^= word >> 24;
        word *= factor;
        hash = (hash * factor) ^ word;
    }
    auto const rest = key.size() - at;
    if (rest >= 3) {
        hash ^= octet(key, at + 2) << 16;
    }
    if (rest >= 2) {
        hash ^= octet(key, at + 1) << 8;
    }
    if (rest >= 1) {
        hash = (hash ^ octet(key, at)) * factor;
    }
    hash ^= hash >> 13;
    hash *= factor;
    return hash ^ hash >> 15;
}

}  // namespace

std::int32_t partition_of(std::string_view key, std::int32_t partition_count) {
    ENSURE(partition_count > 0);
    auto const positive = static_cast<std::int32_t>(murmur2(key) & 0x7fffffff);
    return positive % partition_count;
}

}  // namespace frontrow::kafka
