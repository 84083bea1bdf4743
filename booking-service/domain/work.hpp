// The working set: the locked rows of one batch, as values, and what has become of them.
#pragma once

#include <unordered_map>
#include <utility>
#include <vector>

#include "booking-service/domain/pass.hpp"
#include "booking-service/domain/reservation.hpp"
#include "booking-service/domain/seat.hpp"
#include "common/core/ensure.hpp"

namespace frontrow::booking::domain {

/// Values by key. Knows which were changed, so that only those are saved.
template <class Key, class Value>
class WorkingSet {
  public:
    WorkingSet() = default;
    WorkingSet(WorkingSet&&) noexcept = default;
    WorkingSet& operator=(WorkingSet&&) noexcept = default;
    WorkingSet(WorkingSet const&) = delete;
    WorkingSet& operator=(WorkingSet const&) = delete;

    void reserve(std::size_t values) { entries_.reserve(values); }
    void add(Key const& key, Value value) { entries_.emplace(key, Entry{std::move(value)}); }
    /// As if it had not been found. Not for what was changed.
    void leave_out(Key const& key) { entries_.erase(key); }
    [[nodiscard]] Value const* find(Key const& key) const {
        auto const found = entries_.find(key);
        return found == entries_.end() ? nullptr : &found->second.value;
    }
    [[nodiscard]] Value const& at(Key const& key) const {
        auto const* value = find(key);
        ENSURE(value != nullptr);
        return *value;
    }
    /// The value, to be changed and then saved. It must be in the set.
    [[nodiscard]] Value& change(Key const& key) {
        auto const found = entries_.find(key);
        ENSURE(found != entries_.end());
        if (!std::exchange(found->second.is_changed, true)) {
            changed_.push_back(&found->second.value);
        }
        return found->second.value;
    }
    /// In the order of their first change; valid as long as the set.
    [[nodiscard]] std::vector<Value const*> const& changed() const { return changed_; }

  private:
    struct Entry {
        Value value;
        bool is_changed{false};
    };
    std::unordered_map<Key, Entry> entries_;  // its nodes stay where they are
    std::vector<Value const*> changed_;
};

using SeatSet = WorkingSet<SeatKey, Seat>;
using PassSet = WorkingSet<TokenId, Pass>;
using ReservationSet = WorkingSet<ReservationId, Reservation>;

/// Everything that a batch may write, locked in this order: passes, seats, reservations.
struct Work {
    PassSet passes;
    SeatSet seats;
    ReservationSet reservations;
};

}  // namespace frontrow::booking::domain
