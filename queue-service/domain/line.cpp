// Bits and their running sums.
#include "queue-service/domain/line.hpp"

#include <algorithm>
#include <bit>

#include "common/core/ensure.hpp"

namespace frontrow::queue::domain {
namespace {

constexpr auto bits = std::int64_t{64};
/// Words behind the watermark that are worth giving back.
constexpr auto words_forgotten_min = std::int64_t{1024};

}  // namespace

void Line::depart(std::int64_t number) {
    if (number <= base_) {
        return;
    }
    auto const place = static_cast<std::uint64_t>(number - base_ - 1);
    auto const word = static_cast<std::size_t>(place / bits);
    if (word >= words_.size()) {
        words_.resize(word + 1, 0);
    }
    words_[word] |= std::uint64_t{1} << (place % bits);
    settled_ = false;
}

void Line::advance(std::int64_t watermark) {
    auto const behind = (watermark - base_) / bits;
    if (words_.empty() && behind > 0) {
        base_ += behind * bits;
        return;
    }
    if (behind < words_forgotten_min) {
        return;
    }
    auto const forgotten = std::min(behind, static_cast<std::int64_t>(words_.size()));
    words_.erase(words_.begin(), words_.begin() + forgotten);
    base_ += forgotten * bits;
    settled_ = false;
}

void Line::settle() const {
    if (settled_) {
        return;
    }
    before_.resize(words_.size());
    auto sum = std::int64_t{0};
    for (std::size_t word = 0; word < words_.size(); ++word) {
        before_[word] = sum;
        sum += std::popcount(words_[word]);
    }
    settled_ = true;
}

std::int64_t Line::departed_up_to(std::int64_t number) const {
    auto const place = number - base_;  // how many bits count
    if (place <= 0 || words_.empty()) {
        return 0;
    }
    auto const word = static_cast<std::size_t>(place / bits);
    if (word >= words_.size()) {
        return before_.back() + std::popcount(words_.back());
    }
    auto const rest = static_cast<std::uint64_t>(place % bits);
    auto const mask = (std::uint64_t{1} << rest) - 1;
    return before_[word] + std::popcount(words_[word] & mask);
}

std::int64_t Line::position(std::int64_t number, std::int64_t watermark) const {
    ENSURE(number > watermark);
    settle();
    return number - watermark - (departed_up_to(number - 1) - departed_up_to(watermark));
}

}  // namespace frontrow::queue::domain
