// UUIDs of version 7, drawn in rising order.
#include "common/core/uuid.hpp"

#include <algorithm>
#include <cstring>
#include <span>

#include "common/core/bytes.hpp"
#include "common/core/ensure.hpp"
#include "common/core/random.hpp"

namespace frontrow {
namespace {

// The counter has the 12 bits of rand_a and the first 14 of rand_b. It starts anew in each
// millisecond at a random number of 25 bits, so that 33 million more always fit.
constexpr auto counter_max = (1U << 26U) - 1U;
constexpr auto counter_start_mask = (1U << 25U) - 1U;

void put_time(Uuid& uuid, std::uint64_t millisecond) {
    for (auto i = std::size_t{0}; i < 6; ++i) {
        uuid.octets[i] = static_cast<std::uint8_t>(millisecond >> (40U - 8U * i));
    }
}

void put_version_and_variant(Uuid& uuid) {
    uuid.octets[6] = static_cast<std::uint8_t>((uuid.octets[6] & 0x0fU) | 0x70U);
    uuid.octets[8] = static_cast<std::uint8_t>((uuid.octets[8] & 0x3fU) | 0x80U);
}

std::uint64_t millisecond_of(Instant instant) {
    auto const since = std::chrono::floor<std::chrono::milliseconds>(instant.time_since_epoch());
    return static_cast<std::uint64_t>(std::max<std::int64_t>(since.count(), 0));
}

std::uint32_t random_counter() {
    auto octets = std::array<std::uint8_t, 4>{};
    fill_random(octets);
    auto counter = std::uint32_t{0};
    std::memcpy(&counter, octets.data(), octets.size());
    return counter & counter_start_mask;
}

}  // namespace

std::string Uuid::to_string() const {
    auto text = std::string{};
    append_to(text);
    return text;
}

void Uuid::append_to(std::string& out) const {
    constexpr auto digits = std::string_view{"0123456789abcdef"};
    auto text = std::array<char, 36>{};
    text.fill('-');
    auto at = std::size_t{0};
    for (auto const octet : octets) {
        at += at == 8 || at == 13 || at == 18 || at == 23 ? 1 : 0;  // a dash is there already
        text[at++] = digits[octet >> 4U];
        text[at++] = digits[octet & 0x0fU];
    }
    out.append(text.data(), text.size());
}

std::optional<Uuid> Uuid::parse(std::string_view text) {
    if (text.size() != 36 || text[8] != '-' || text[13] != '-' || text[18] != '-' ||
        text[23] != '-') {
        return std::nullopt;
    }
    auto uuid = Uuid{};
    auto at = std::size_t{0};
    for (auto& octet : uuid.octets) {
        at += at == 8 || at == 13 || at == 18 || at == 23 ? 1 : 0;  // the dashes
        auto const value = octet_from_hex(text[at], text[at + 1]);
        if (!value) {
            return std::nullopt;
        }
        octet = *value;
        at += 2;
    }
    return uuid;
}

Instant Uuid::time_of_v7() const {
    auto millisecond = std::int64_t{0};
    for (auto i = std::size_t{0}; i < 6; ++i) {
        millisecond = (millisecond << 8U) | octets[i];
    }
    return Instant{std::chrono::milliseconds{millisecond}};
}

Uuid Uuid::v7_from(Instant time, std::string_view seed) {
    auto uuid = Uuid{};
    ENSURE(seed.size() >= 10);
    std::memcpy(uuid.octets.data() + 6, seed.data(), 10);
    put_time(uuid, millisecond_of(time));
    put_version_and_variant(uuid);
    return uuid;
}

Uuid UuidSource::next() {
    auto uuid = Uuid{};
    fill_random(std::span{uuid.octets}.last(7));
    auto millisecond = std::uint64_t{0};
    auto counter = std::uint32_t{0};
    {
        auto const guard = std::scoped_lock{mutex_};
        auto const now = millisecond_of(clock_.now());
        if (now > last_millisecond_) {
            last_millisecond_ = now;
            counter_ = random_counter();
        } else if (counter_ < counter_max) {
            ++counter_;
        } else {  // RFC 9562, section 6.2: run ahead of the clock instead of repeating an id
            ++last_millisecond_;
            counter_ = random_counter();
        }
        millisecond = last_millisecond_;
        counter = counter_;
    }
    put_time(uuid, millisecond);
    uuid.octets[6] = static_cast<std::uint8_t>(counter >> 22U);
    uuid.octets[7] = static_cast<std::uint8_t>(counter >> 14U);
    uuid.octets[8] = static_cast<std::uint8_t>((counter >> 8U) & 0x3fU);
    uuid.octets[9] = static_cast<std::uint8_t>(counter);
    put_version_and_variant(uuid);
    return uuid;
}

Uuid new_uuid() {
    static auto const clock = SystemClock{};
    static auto source = UuidSource{clock};
    return source.next();
}

}  // namespace frontrow

std::size_t std::hash<frontrow::Uuid>::operator()(frontrow::Uuid const& uuid) const noexcept {
    // The halves are mixed: the first is mostly time, and ids that were made from a seed may share
    // either.
    auto high = std::uint64_t{0};
    auto low = std::uint64_t{0};
    std::memcpy(&high, uuid.octets.data(), sizeof high);
    std::memcpy(&low, uuid.octets.data() + sizeof high, sizeof low);
    auto mixed = (high * 0x9e3779b97f4a7c15U) ^ low;
    mixed ^= mixed >> 32U;
    return mixed * 0xd6e8feb86659fd93U;
}
