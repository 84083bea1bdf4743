// Tokens whose signatures were right: what they said, by the hash of all their octets.
#pragma once

#include <array>
#include <cstring>
#include <mutex>
#include <optional>
#include <unordered_map>
#include <utility>

#include "common/auth/jwt.hpp"

namespace frontrow::auth {

using TokenHash = std::array<unsigned char, 32>;  ///< SHA-256

/// Two generations: when the younger is full, the elder goes, so that memory is bounded without a
/// list of uses. Safe for threads.
class RememberedTokens {
  public:
    /// At most twice `tokens_max` are kept.
    explicit RememberedTokens(std::size_t tokens_max) : tokens_max_{tokens_max} {}

    [[nodiscard]] std::optional<KeySet::Verified> find(TokenHash const& hash) {
        auto const lock = std::lock_guard{mutex_};
        for (auto* const generation : {&young_, &old_}) {
            auto const found = generation->find(hash);
            if (found != generation->end()) {
                return found->second;
            }
        }
        return std::nullopt;
    }

    void add(TokenHash const& hash, KeySet::Verified const& verified) {
        auto const lock = std::lock_guard{mutex_};
        if (young_.size() >= tokens_max_) {
            old_ = std::exchange(young_, {});
        }
        young_.emplace(hash, verified);
    }

  private:
    struct Hash {
        std::size_t operator()(TokenHash const& hash) const {
            std::size_t head = 0;
            std::memcpy(&head, hash.data(), sizeof head);
            return head;
        }
    };
    std::size_t tokens_max_;
    std::mutex mutex_;
    std::unordered_map<TokenHash, KeySet::Verified, Hash> young_;
    std::unordered_map<TokenHash, KeySet::Verified, Hash> old_;
};

}  // namespace frontrow::auth
