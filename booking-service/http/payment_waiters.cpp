// Reads while somebody waits; never calls out or submits with the mutex held.
#include "booking-service/http/payment_waiters.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace frontrow::booking::http {
namespace {

constexpr auto patience_of_a_read = std::chrono::seconds{2};

}  // namespace

void PaymentWaiters::wait(ReservationId const& id, lane::Deadline until, Done done) {
    {
        auto const lock = std::lock_guard{mutex_};
        if (!stopped_) {
            watched_[id].waiters.push_back({until, std::move(done)});
            done = nullptr;
        }
    }
    if (done) {
        return done(std::nullopt);
    }
    look_at(std::span{&id, 1});
}

void PaymentWaiters::look_at(std::span<ReservationId const> ids) {
    auto to_read = std::vector<ReservationId>{};
    {
        auto const lock = std::lock_guard{mutex_};
        for (auto const& id : ids) {
            auto const found = watched_.find(id);
            if (found == watched_.end()) {
                continue;
            }
            if (found->second.is_read_under_way) {
                found->second.must_read_again = true;
            } else {
                found->second.is_read_under_way = true;
                to_read.push_back(id);
            }
        }
    }
    for (auto const& id : to_read) {
        begin_read(id);
    }
}

void PaymentWaiters::begin_read(ReservationId const& id) {
    lane_.submit(use_cases::ReadReservation{id},
                 std::chrono::steady_clock::now() + patience_of_a_read,
                 [this, id](Result<use_cases::ReservationsRead, lane::Fault> const& read) {
                     settle(id, read);
                 });
}

void PaymentWaiters::settle(ReservationId const& id,
                            Result<use_cases::ReservationsRead, lane::Fault> const& read) {
    auto const has_ended = read.has_value() && !read->empty() &&
                           read->front().reservation.state != domain::ReservationState::paying;
    auto ended = std::vector<Waiter>{};
    auto read_again = false;
    {
        auto const lock = std::lock_guard{mutex_};
        auto const found = watched_.find(id);
        if (found == watched_.end()) {
            return;
        }
        found->second.is_read_under_way = false;
        if (has_ended) {
            ended = std::move(found->second.waiters);
            watched_.erase(found);
        } else {
            // After a fault the next tick reads again: at once would be a loop.
            read_again = std::exchange(found->second.must_read_again, false) && read.has_value();
        }
    }
    for (auto const& waiter : ended) {
        waiter.done(read->front());
    }
    if (read_again) {
        look_at(std::span{&id, 1});
    }
}

void PaymentWaiters::tick() {
    auto const now = std::chrono::steady_clock::now();
    auto over = std::vector<Waiter>{};
    auto still_watched = std::vector<ReservationId>{};
    {
        auto const lock = std::lock_guard{mutex_};
        for (auto entry = watched_.begin(); entry != watched_.end();) {
            auto& waiters = entry->second.waiters;
            auto const first_over = std::partition(
                waiters.begin(), waiters.end(), [&](Waiter const& one) { return one.until > now; });
            std::move(first_over, waiters.end(), std::back_inserter(over));
            waiters.erase(first_over, waiters.end());
            if (waiters.empty()) {
                entry = watched_.erase(entry);
            } else {
                still_watched.push_back(entry->first);
                ++entry;
            }
        }
    }
    for (auto const& waiter : over) {
        waiter.done(std::nullopt);
    }
    look_at(still_watched);
}

void PaymentWaiters::stop() {
    auto all = std::unordered_map<ReservationId, Watched>{};
    {
        auto const lock = std::lock_guard{mutex_};
        stopped_ = true;
        all.swap(watched_);
    }
    for (auto const& [id, watched] : all) {
        for (auto const& waiter : watched.waiters) {
            waiter.done(std::nullopt);
        }
    }
}

}  // namespace frontrow::booking::http
