// Whether silence means that somebody went away, or that we were not there to hear.
#pragma once

#include <chrono>
#include <optional>

#include "common/core/clock.hpp"

namespace frontrow::queue::domain {

/// While this service or its database is down nobody can be heard; afterwards everyone gets the
/// whole time again before silence counts. Noted at each sweep that worked.
class Silence {
  public:
    explicit Silence(std::chrono::milliseconds patience) : patience_{patience} {}

    /// Who was not heard of since the answer has gone; nothing as long as it cannot be told.
    [[nodiscard]] std::optional<Instant> counts_since(Instant now) {
        auto const gap_max = patience_ / 10;
        if (!last_ || now - *last_ > gap_max) {
            listening_since_ = now;
        }
        last_ = now;
        return now - listening_since_ < patience_ ? std::nullopt : std::optional{now - patience_};
    }

  private:
    std::chrono::milliseconds patience_;
    std::optional<Instant> last_;
    Instant listening_since_{};
};

}  // namespace frontrow::queue::domain
