// Whose tokens were asked about: remembered in memory, written in sets.
#pragma once

#include <mutex>
#include <set>
#include <vector>

#include "common/core/id.hpp"

namespace frontrow::queue::use_cases {

/// Safe for threads. What is lost with the process is less than a beat, far within the patience.
class Heartbeats {
  public:
    void note(TokenId const& token) {
        auto const guard = std::lock_guard{mutex_};
        heard_.insert(token);
    }
    /// Up to `tokens_max` of them; `forget` those once they are committed.
    [[nodiscard]] std::vector<TokenId> some(std::size_t tokens_max) const {
        auto const guard = std::lock_guard{mutex_};
        auto tokens = std::vector<TokenId>{};
        for (auto const& token : heard_) {
            if (tokens.size() == tokens_max) {
                break;
            }
            tokens.push_back(token);
        }
        return tokens;
    }
    void forget(std::vector<TokenId> const& tokens) {
        auto const guard = std::lock_guard{mutex_};
        for (auto const& token : tokens) {
            heard_.erase(token);
        }
    }

  private:
    mutable std::mutex mutex_;
    std::set<TokenId> heard_;
};

}  // namespace frontrow::queue::use_cases
