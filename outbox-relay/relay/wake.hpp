// Wakes a relay that has nothing to do: something was committed, or it shall stop.
#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace frontrow::relay {

class Wake {
  public:
    void ring() {
        {
            auto const lock = std::lock_guard{mutex_};
            rung_ = true;
        }
        rings_.notify_one();
    }
    /// Returns when it is rung, at once if it was rung since the last wait, or when time is up;
    /// tells whether it was rung.
    bool wait(std::chrono::milliseconds patience) {
        auto lock = std::unique_lock{mutex_};
        auto const was_rung = rings_.wait_for(lock, patience, [&] { return rung_; });
        rung_ = false;
        return was_rung;
    }

  private:
    std::mutex mutex_;
    std::condition_variable rings_;
    bool rung_{false};
};

}  // namespace frontrow::relay
