// Tokens whose signatures were right: what they said, by the hash of all their octets.
#pragma once

#include <memory>
#include <mutex>
#include <string>
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

    /// By the SHA-256 of the token; null if it is not known.
    [[nodiscard]] std::shared_ptr<KeySet::Verified const> find(std::string const& hash) {
        auto const lock = std::lock_guard{mutex_};
        for (auto* const generation : {&young_, &old_}) {
            auto const found = generation->find(hash);
            if (found != generation->end()) {
                return found->second;
            }
        }
        return nullptr;
    }

    void add(std::string const& hash, std::shared_ptr<KeySet::Verified const> verified) {
        auto const lock = std::lock_guard{mutex_};
        if (young_.size() >= tokens_max_) {
            old_ = std::exchange(young_, {});
        }
        young_.emplace(hash, std::move(verified));
    }

  private:
    using ByHash = std::unordered_map<std::string, std::shared_ptr<KeySet::Verified const>>;
    std::size_t tokens_max_;
    std::mutex mutex_;
    ByHash young_;
    ByHash old_;
};

}  // namespace frontrow::auth
