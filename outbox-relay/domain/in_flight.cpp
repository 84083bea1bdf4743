// Keyed pipelining: a queue per key, threaded through one list of all rows in hand.
#include "outbox-relay/domain/in_flight.hpp"

#include <functional>

#include "common/core/ensure.hpp"

namespace frontrow::relay::domain {
namespace {

std::size_t hash_of(Row const& row) {
    auto const hash = std::hash<std::string_view>{};
    return hash(row.key) * 31 + hash(row.topic);
}

Key key_of(Row const& row) {
    return {std::string{row.topic}, std::string{row.key}};
}

constexpr auto joined = "an earlier row of this key is stopped";

}  // namespace

InFlight::Tag InFlight::add(Row const& row) {
    ENSURE(entries_.empty() || entries_.back().row.id < row.id);
    auto const tag = first_ + entries_.size();
    entries_.push_back({.row = row, .lane = hash_of(row) % lanes});
    if (!stopped_keys_.empty() && stopped_keys_.contains(key_of(row))) {
        entries_.back().stage = Stage::stopped;
        reasons_.emplace(tag, joined);
        return tag;
    }
    auto const before = std::exchange(newest_of_lane_[entries_.back().lane], tag);
    if (before == none) {
        entries_.back().stage = Stage::ready;
        ready_.push_back(tag);
    } else {
        entry(before).follower = tag;
    }
    return tag;
}

std::optional<InFlight::Tag> InFlight::next() {
    if (alone_ || (!suspected_.empty() && handed_over_ > 0)) {
        return std::nullopt;
    }
    auto& queue = suspected_.empty() ? ready_ : suspected_;
    if (queue.empty()) {
        return std::nullopt;
    }
    auto const tag = queue.front();
    queue.pop_front();
    alone_ = entry(tag).stage == Stage::suspected;
    entry(tag).stage = alone_ ? Stage::alone : Stage::handed;
    ++handed_over_;
    return tag;
}

void InFlight::put_back(Tag tag) {
    auto& given = entry(tag);
    ENSURE(given.stage == Stage::handed || given.stage == Stage::alone);
    auto const is_alone = given.stage == Stage::alone;
    given.stage = is_alone ? Stage::suspected : Stage::ready;
    (is_alone ? suspected_ : ready_).push_front(tag);
    alone_ = false;
    --handed_over_;
}

void InFlight::acknowledged(Tag tag) {
    auto& given = entry(tag);
    ENSURE(given.stage == Stage::handed || given.stage == Stage::alone);
    alone_ = false;
    --handed_over_;
    given.stage = Stage::acked;
    release(given);
}

void InFlight::refused(Tag tag, std::string reason, bool refused_as_batch) {
    auto& given = entry(tag);
    ENSURE(given.stage == Stage::handed || given.stage == Stage::alone);
    auto const was_alone = given.stage == Stage::alone;
    alone_ = false;
    --handed_over_;
    if (refused_as_batch && !was_alone) {
        given.stage = Stage::suspected;
        suspected_.push_back(tag);
        return;
    }
    stop(tag, std::move(reason));
}

/// Lets the row behind a finished one go; the last one of a key leaves nothing behind.
void InFlight::release(Entry const& done) {
    if (done.follower == none) {
        newest_of_lane_[done.lane] = none;
        return;
    }
    entry(done.follower).stage = Stage::ready;
    ready_.push_back(done.follower);
}

void InFlight::stop(Tag tag, std::string reason) {
    auto& head = entry(tag);
    auto const key = key_of(head.row);
    stopped_keys_.insert(key);
    head.stage = Stage::stopped;
    reasons_.emplace(tag, std::move(reason));
    // Its followers join it, but not those of another key in the same lane.
    auto* last_other = static_cast<Entry*>(nullptr);
    auto newest_other = none;
    for (auto follower = head.follower; follower != none;) {
        auto& behind = entry(follower);
        auto const after = behind.follower;
        if (key_of(behind.row) == key) {
            behind.stage = Stage::stopped;
            reasons_.emplace(follower, joined);
        } else {
            behind.follower = none;
            if (last_other == nullptr) {
                behind.stage = Stage::ready;
                ready_.push_back(follower);
            } else {
                last_other->follower = follower;
            }
            last_other = &behind;
            newest_other = follower;
        }
        follower = after;
    }
    newest_of_lane_[head.lane] = newest_other;
}

Settled InFlight::settled() const {
    auto settled = Settled{};
    for (auto const& each : entries_) {
        if (each.stage != Stage::acked && each.stage != Stage::stopped) {
            break;
        }
        if (each.stage == Stage::stopped) {
            settled.stopped.push_back(
                {each.row.id, key_of(each.row), reasons_.at(first_ + settled.rows)});
        }
        ++settled.rows;
        settled.last_id = each.row.id;
    }
    return settled;
}

void InFlight::forget(std::size_t rows) {
    for (; rows > 0; --rows) {
        auto const stage = entries_.front().stage;
        ENSURE(stage == Stage::acked || stage == Stage::stopped);
        if (stage == Stage::stopped) {
            reasons_.erase(first_);
        }
        entries_.pop_front();
        ++first_;
    }
}

void InFlight::free(Key const& key) {
    ENSURE(!joins_waiting(key));
    stopped_keys_.erase(key);
}

bool InFlight::joins_waiting(Key const& key) const {
    for (auto const& [tag, reason] : reasons_) {
        if (key_of(entry(tag).row) == key) {
            return true;
        }
    }
    return false;
}

}  // namespace frontrow::relay::domain
