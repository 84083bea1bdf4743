// Tokens whose signatures were right, and what they said.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "common/auth/jwt.hpp"

namespace frontrow::auth {

/// Two generations: when the younger is full, the elder goes, so that memory is bounded without a
/// list of uses. Safe for threads.
class RememberedTokens {
  public:
    /// At most twice `tokens_max` are kept.
    explicit RememberedTokens(std::size_t tokens_max) : tokens_max_{tokens_max} {}

    /// Null if it is not known.
    [[nodiscard]] std::shared_ptr<KeySet::Verified const> find(std::string_view token) {
        auto const lock = std::lock_guard{mutex_};
        for (auto* const generation : {&young_, &old_}) {
            auto const found = generation->find(token);
            if (found != generation->end()) {
                return found->second;
            }
        }
        return nullptr;
    }

    void add(std::string_view token, std::shared_ptr<KeySet::Verified const> verified) {
        auto const lock = std::lock_guard{mutex_};
        if (young_.size() >= tokens_max_) {
            old_ = std::exchange(young_, {});
        }
        young_.emplace(token, std::move(verified));
    }

  private:
    /// Looks up a view without a copy of its octets.
    struct Hash : std::hash<std::string_view> {
        using is_transparent = void;
    };
    using ByToken = std::unordered_map<std::string, std::shared_ptr<KeySet::Verified const>, Hash,
                                       std::equal_to<>>;
    std::size_t tokens_max_;
    std::mutex mutex_;
    ByToken young_;
    ByToken old_;
};

}  // namespace frontrow::auth
