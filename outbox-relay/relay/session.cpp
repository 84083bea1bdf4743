// The loop that publishes: window, pages, producer, acknowledgements, cursor.
#include "outbox-relay/relay/session.hpp"

#include <algorithm>

#include "common/core/clock.hpp"
#include "common/core/ensure.hpp"
#include "common/log/log.hpp"
#include "common/outbox/outbox.hpp"
#include "outbox-relay/storage/stopped.hpp"

namespace frontrow::relay {
namespace {

using std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr auto resumed_tag = ~domain::InFlight::Tag{0};
constexpr auto measure_period = 5s;
constexpr auto resume_period = 500ms;
constexpr auto finish_patience = 3s;
constexpr std::int64_t page_octets_max = 8'000'000;

}  // namespace

Session::Session(RelayOptions const& options, RelayMetrics& metrics, pg::Connection& connection,
                 storage::Lease lease)
    : options_{options},
      metrics_{metrics},
      connection_{connection},
      epoch_{lease.epoch},
      in_flight_{storage::stopped_keys(connection)} {
    auto const server = storage::server_state(connection_);
    auto const start = domain::start_from(lease.cursor, server.server, server.next_transaction);
    cursor_ = start.cursor;
    if (start.why) {
        write(cursor_, {});
        log::warning("relay_starts_over", "publishing all that the outbox retains",
                     {{"frontrow.database", options_.name},
                      {"event.reason", std::string{domain::to_text(*start.why)}}});
    }
    if (cursor_.window) {
        auto const ends = storage::ends_of(connection_, *cursor_.published, *cursor_.window);
        greatest_ = ends ? ends->greatest : 0;
        read_up_to_ = ends ? std::max(cursor_.last_id, ends->least - 1) : 0;
    }
    metrics_.epoch.set(static_cast<double>(epoch_));
    measure();
    producer_ = std::make_unique<kafka::Producer>(
        options_.producer, [this](kafka::Delivery const& delivery) { on_delivery(delivery); });
    topics_ = std::make_unique<Topics>(connection_, *producer_, options_.topic_prefix,
                                       options_.kafka_patience);
}

Session::~Session() = default;

void Session::run(std::stop_token const& stop, Wake& wake) {
    auto pause = options_.poll_min;
    try {
        while (!stop.stop_requested()) {
            if (turn()) {
                pause = options_.poll_min;
            } else if (wake.wait(pause)) {
                pause = options_.poll_min;
                looked_at_.reset();  // there is something new: no need to ask whether
            } else {
                pause = std::min(pause * 2, options_.poll_max);
            }
        }
    } catch (kafka::Error const&) {
        finish();  // the database is well: what is acknowledged need not be sent again
        throw;
    }
    finish();
    storage::release_lease(connection_, epoch_);
}

bool Session::turn() {
    keep_lease();
    if (window_is_read() && in_flight_.size() == 0) {
        if (!look_for_window()) {
            close_window(false);
        }
    }
    auto moved = false;
    if (!window_is_read() && in_flight_.size() < options_.rows_in_hand_max) {
        moved = read_page();
    }
    if (moved && !window_is_read()) {
        start_page();
    }
    moved = hand_over() || moved;
    // Wait for acknowledgements only if there is nothing else to do until one comes.
    auto const wait = moved || in_flight_.handed_over() == 0 ? 0ms : 20ms;
    moved = collect(wait) > 0 || moved;
    settle(window_is_read());
    resume_stopped();
    measure();
    return in_flight_.size() > 0 || !window_is_read();
}

bool Session::look_for_window() {
    if (looked_at_ && looked_at_ == storage::current_snapshot(connection_)) {
        return false;
    }
    auto const published = cursor_.window ? *cursor_.window : *cursor_.published;
    auto const [now, ends] = storage::window_up_to_now(connection_, published);
    looked_at_ = now;
    if (!ends) {
        return false;
    }
    // Before its first row is sent: otherwise, after a restart, another window would be taken, and
    // a row that was committed late, below the last id of this one, would be lost.
    auto const cursor = domain::with_window(cursor_, now);
    auto written = storage::ask_write_cursor(connection_, epoch_, cursor, options_.lease);
    greatest_ = ends->greatest;
    read_up_to_ = ends->least - 1;
    auto rows =
        storage::read_page(connection_, page_size(), read_up_to_, greatest_, cursor, epoch_);
    if (written.get()) {
        cursor_ = cursor;
        written_at_ = steady_clock::now();
    }
    return take(std::move(rows));
}

bool Session::read_page() {
    if (!coming_) {
        start_page();
    }
    return take(std::move(*std::exchange(coming_, std::nullopt)).take());
}

void Session::start_page() {
    coming_ =
        storage::start_page(connection_, page_size(), read_up_to_, greatest_, cursor_, epoch_);
}

bool Session::take(pg::Rows rows) {
    if (rows.empty()) {
        storage::check_epoch(connection_, epoch_);  // an empty page may mean that we are fenced
        read_up_to_ = greatest_;
        return false;
    }
    std::size_t octets = 0;
    for (auto n = 0; n < rows.size(); ++n) {
        auto const& row = held_.emplace_back(storage::decode(rows[n]));
        in_flight_.add({row.id, row.topic, row.key_text()});
        octets += row.octets();
    }
    octets_per_row_ = static_cast<std::int64_t>(octets) / rows.size() + 1;
    read_up_to_ = held_.back().id;
    pages_.push_back({std::move(rows), in_flight_.first() + in_flight_.size()});
    return true;
}

storage::PageSize Session::page_size() const {
    using enum storage::PageSize;
    if (octets_per_row_ > 0 && octets_per_row_ * 2000 <= page_octets_max) {
        return large;
    }
    return octets_per_row_ > 0 && octets_per_row_ * 200 <= page_octets_max ? medium : small;
}

bool Session::hand_over() {
    auto gave = false;
    while (auto const tag = in_flight_.next()) {
        if (!give_to_producer(held_[static_cast<std::size_t>(*tag - in_flight_.first())], *tag)) {
            in_flight_.put_back(*tag);
            break;
        }
        gave = true;
    }
    return gave;
}

bool Session::give_to_producer(storage::OutboxRow const& row, domain::InFlight::Tag tag) {
    auto const& topic = topics_->find(row.topic);
    auto const partition = row.partition ? *row.partition % topic.partitions
                                         : kafka::partition_of(row.key_text(), topic.partitions);
    if (row.headers) {
        return producer_->produce(topic.name, row.key, row.payload,
                                  outbox::decode_headers(Bytes{std::string{*row.headers}}), tag,
                                  partition);
    }
    return producer_->produce(topic.name, row.key, row.payload,
                              headers_.of({.event_id = row.event_id,
                                           .aggregate_id = row.aggregate_id,
                                           .type = row.type,
                                           .key = row.key,
                                           .version = row.version,
                                           .time = row.time,
                                           .traceparent = row.traceparent}),
                              tag, partition);
}

void Session::on_delivery(kafka::Delivery const& delivery) {
    if (delivery.acknowledged) {
        metrics_.published.add();
    } else {
        metrics_.failures.add();
    }
    if (delivery.tag == resumed_tag) {
        on_resumed_delivery(delivery);
        return;
    }
    if (delivery.acknowledged) {
        auto const& row = held_[static_cast<std::size_t>(delivery.tag - in_flight_.first())];
        if (!reported_at_) {
            reported_at_ = SystemClock{}.now();
        }
        auto const age = std::chrono::duration<double>(*reported_at_ - row.created_at);
        metrics_.commit_to_publish.observe(std::max(age.count(), 0.0));
        in_flight_.acknowledged(delivery.tag);
    } else if (delivery.permanent && !kafka::is_about_topic(delivery.code)) {
        in_flight_.refused(delivery.tag, delivery.reason, delivery.refused_as_batch);
    } else if (!broken_) {
        broken_ = kafka::Error{delivery.code, true, false, "publishing: " + delivery.reason};
    }
}

std::size_t Session::collect(std::chrono::milliseconds wait) {
    auto const reports = poll(wait);
    throw_if_broken();
    return reports;
}

std::size_t Session::poll(std::chrono::milliseconds wait) {
    reported_at_.reset();
    return producer_->poll(wait);
}

void Session::throw_if_broken() const {
    if (broken_) {
        throw kafka::Error{*broken_};
    }
    if (producer_->is_fatal()) {
        throw kafka::Error{0, false, true, "the producer is dead, a new one goes on"};
    }
}

bool Session::settle(bool at_once) {
    if (in_flight_.size() == 0) {
        return false;
    }
    auto const is_due = steady_clock::now() - written_at_ >= options_.cursor_period;
    auto const is_crowded = in_flight_.size() >= options_.rows_in_hand_max &&
                            in_flight_.handed_over() * 2 <= in_flight_.size();
    if (!is_due && !is_crowded && !at_once) {
        return false;
    }
    auto const settled = in_flight_.settled();
    auto const is_whole = settled.rows == in_flight_.size();
    auto const makes_room = is_crowded && settled.rows * 4 >= in_flight_.size();
    if (settled.rows == 0 || (!is_due && !makes_room && !is_whole)) {
        return false;
    }
    auto cursor = cursor_;
    cursor.last_id = settled.last_id;
    if (is_whole && window_is_read() && settled.stopped.empty()) {
        cursor_ = cursor;  // the window is finished: one write will close it, and open the next
    } else {
        write(cursor, settled.stopped);
    }
    forget(settled.rows);
    return true;
}

void Session::forget(std::size_t rows) {
    in_flight_.forget(rows);
    held_.erase(held_.begin(), held_.begin() + static_cast<std::ptrdiff_t>(rows));
    while (!pages_.empty() && pages_.front().end <= in_flight_.first()) {
        pages_.pop_front();
    }
}

bool Session::close_window(bool at_once) {
    if (!cursor_.window || !window_is_read() || in_flight_.size() > 0) {
        return false;
    }
    // Not in a hurry: the next window, if it comes soon, is opened by the same write.
    if (!at_once && steady_clock::now() - written_at_ < options_.cursor_period) {
        return false;
    }
    write(domain::closed(cursor_), {});
    return true;
}

void Session::write(domain::Cursor const& cursor, std::vector<domain::StoppedRow> const& stopped) {
    storage::write_cursor(connection_, epoch_, cursor, options_.lease, stopped);
    cursor_ = cursor;
    written_at_ = steady_clock::now();
    for (auto const& row : stopped) {
        log::error("relay_stopped_a_row", row.reason,
                   {{"frontrow.database", options_.name},
                    {"frontrow.outbox.id", row.id},
                    {"frontrow.topic", row.key.topic},
                    {"frontrow.key", row.key.key}});
    }
}

void Session::keep_lease() {
    // A finished window is closed by the same write, or short leases would keep it open for ever.
    if (steady_clock::now() - written_at_ >= options_.lease / 3 && !close_window(true)) {
        write(cursor_, {});
    }
}

void Session::resume_stopped() {
    if (resuming_) {
        finish_resuming();
    } else if (steady_clock::now() - resumed_at_ >= resume_period) {
        start_resuming();
    }
}

void Session::start_resuming() {
    resumed_at_ = steady_clock::now();
    for (auto const& key : storage::resumed_keys(connection_)) {
        auto rows = storage::first_stopped(connection_, key);
        if (rows.empty()) {
            storage::clear_resumed(connection_, epoch_, key);
            continue;
        }
        auto const row = storage::decode(rows[0]);
        resuming_.emplace(Resuming{.key = key,
                                   .rows = std::move(rows),
                                   .id = row.id,
                                   .acknowledged = false,
                                   .refused = {}});
        if (!give_to_producer(row, resumed_tag)) {
            resuming_.reset();  // the producer is full: later
        }
        return;
    }
}

void Session::on_resumed_delivery(kafka::Delivery const& delivery) {
    ENSURE(resuming_.has_value());
    if (delivery.acknowledged) {
        resuming_->acknowledged = true;
    } else if (delivery.permanent && !kafka::is_about_topic(delivery.code)) {
        resuming_->refused = delivery.reason;
    } else if (!broken_) {
        broken_ = kafka::Error{delivery.code, true, false, "publishing: " + delivery.reason};
    }
}

void Session::finish_resuming() {
    if (resuming_->refused) {
        log::error("relay_resumed_row_refused", *resuming_->refused,
                   {{"frontrow.database", options_.name},
                    {"frontrow.outbox.id", resuming_->id},
                    {"frontrow.key", resuming_->key.key}});
        storage::clear_resumed(connection_, epoch_, resuming_->key);
        resuming_.reset();
        return;
    }
    if (!resuming_->acknowledged) {
        return;
    }
    auto const key = resuming_->key;
    auto const waiting = in_flight_.joins_waiting(key);
    switch (storage::remove_stopped(connection_, epoch_, key, resuming_->id, waiting)) {
        case storage::Unstopped::kept:
            return;  // rows of the key in hand join first; asked again at the next turn
        case storage::Unstopped::was_last:
            in_flight_.free(key);
            break;
        case storage::Unstopped::more_left:
            break;
    }
    resuming_.reset();
    start_resuming();
}

void Session::measure() {
    auto const now = steady_clock::now();
    if (now - measured_at_ < measure_period) {
        return;
    }
    measured_at_ = now;
    auto const pending = storage::pending(connection_, cursor_);
    auto const age = pending.oldest ? SystemClock{}.now() - *pending.oldest : 0us;
    metrics_.pending.set(static_cast<double>(pending.rows));
    metrics_.oldest_pending_age.set(std::max(std::chrono::duration<double>(age).count(), 0.0));
    metrics_.stopped_keys.set(static_cast<double>(in_flight_.stopped_keys()));
}

void Session::finish() {
    auto const deadline = steady_clock::now() + finish_patience;
    while (in_flight_.handed_over() > 0 && !producer_->is_fatal() &&
           steady_clock::now() < deadline) {
        poll(20ms);
    }
    written_at_ = {};
    settle(true);
    close_window(true);
}

}  // namespace frontrow::relay
