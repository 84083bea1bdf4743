// Who left a gate's line before their turn, kept so that a position costs the same for a million.
#pragma once

#include <cstdint>
#include <vector>

namespace frontrow::queue::domain {

/// Numbers that left the line unadmitted: one bit each, and how many came before each 64 of them.
/// A position is then a subtraction and two counts of bits, however many wait.
class Line {
  public:
    /// Notes that this number left. Numbers behind the watermark do not matter.
    void depart(std::int64_t number);
    /// The highest number admitted, which only rises: what is behind it is forgotten.
    void advance(std::int64_t watermark);

    /// 1 for whoever is next. `number` waits, so is above the watermark.
    [[nodiscard]] std::int64_t position(std::int64_t number, std::int64_t watermark) const;

  private:
    /// How many left with numbers above `base_` and up to this one.
    [[nodiscard]] std::int64_t departed_up_to(std::int64_t number) const;
    void settle() const;

    std::int64_t base_{0};  ///< a multiple of 64: the first bit is number base_ + 1
    std::vector<std::uint64_t> words_;
    mutable std::vector<std::int64_t> before_;  ///< bits set in the words before each
    mutable bool settled_{true};
};

}  // namespace frontrow::queue::domain
