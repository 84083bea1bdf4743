// Table sections, kept in memory: the layout of a show never changes.
#pragma once

#include <memory>
#include <mutex>
#include <span>
#include <unordered_map>

#include "booking-service/domain/show.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::booking::storage {

/// The layouts that this process has met. Safe for threads.
class Layouts {
  public:
    using ByShow = std::unordered_map<ShowId, std::shared_ptr<domain::Layout const>>;

    /// Those of all shows that exist; reads only the ones that it has not met.
    [[nodiscard]] ByShow load(pg::Transaction& tx, std::span<ShowId const> shows);

    static void insert(pg::Transaction& tx, std::span<domain::Show const> shows);
    [[nodiscard]] static std::span<pg::Statement const* const> statements();

  private:
    std::mutex mutex_;
    ByShow known_;
};

}  // namespace frontrow::booking::storage
