// One epoch of one database's relay: from taking the lease to the first fault, or to the stop.
#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <utility>
#include <vector>

#include "common/events/record_headers.hpp"
#include "common/kafka/producer.hpp"
#include "common/pg/connection.hpp"
#include "outbox-relay/domain/cursor.hpp"
#include "outbox-relay/domain/in_flight.hpp"
#include "outbox-relay/relay/options.hpp"
#include "outbox-relay/relay/topics.hpp"
#include "outbox-relay/relay/wake.hpp"
#include "outbox-relay/storage/cursor.hpp"
#include "outbox-relay/storage/outbox.hpp"

namespace frontrow::relay {

/// Everything that a relay holds in memory hangs on one lease and one connection, so it ends with
/// them: after any fault a new session reads the cursor again, because a snapshot that was not
/// durable may be wrong by now (the server gives transaction ids out again after a crash).
/// Used by one thread. Steps are public so that a test can interleave them with those of others.
class Session {
  public:
    /// Begins where the stored cursor ends, or from the start if it means nothing on this server.
    /// `connection` has taken `lease`. Throws what the database and Kafka throw.
    Session(RelayOptions const& options, RelayMetrics& metrics, pg::Connection& connection,
            storage::Lease lease);
    ~Session();
    Session(Session const&) = delete;
    Session& operator=(Session const&) = delete;

    /// Publishes until the stop, then finishes what is in flight. Throws storage::Fenced as soon as
    /// another relay has taken over, and pg::Error, kafka::Error and PartitionsChanged.
    void run(std::stop_token const& stop, Wake& wake);

    /// One round of all the steps; true if there is more to do at once.
    bool turn();

    // The steps of a turn, in their order.
    /// True if rows were found: the first page of them is in hand, and their window is durable.
    bool look_for_window();
    bool read_page();   ///< true if more rows were taken into hand
    void start_page();  ///< lets the database prepare the next page while this one is handed over
    bool hand_over();   ///< true if a record was given to the producer
    std::size_t collect(std::chrono::milliseconds wait);
    std::size_t poll(std::chrono::milliseconds wait);
    /// Moves the cursor behind the acknowledged prefix when that is due; `at_once`: also when all
    /// in hand is over.
    bool settle(bool at_once);
    bool close_window(bool at_once);  ///< true if a finished window was made old
    void resume_stopped();            ///< one more row of a key that an operator resumed
    void keep_lease();

    [[nodiscard]] bool is_idle() const { return !cursor_.window && in_flight_.size() == 0; }
    [[nodiscard]] domain::Cursor const& cursor() const { return cursor_; }
    [[nodiscard]] std::int64_t epoch() const { return epoch_; }
    [[nodiscard]] domain::InFlight const& in_flight() const { return in_flight_; }

  private:
    using SteadyTime = std::chrono::steady_clock::time_point;
    struct Page {
        pg::Rows rows;
        domain::InFlight::Tag end;  ///< the tag after its last row
    };
    struct Resuming {
        domain::Key key;
        pg::Rows rows;
        std::int64_t id{0};
        bool acknowledged{false};
        std::optional<std::string> refused;
    };

    void on_delivery(kafka::Delivery const& delivery);
    void on_resumed_delivery(kafka::Delivery const& delivery);
    bool give_to_producer(storage::OutboxRow const& row, domain::InFlight::Tag tag);
    void write(domain::Cursor const& cursor, std::vector<domain::StoppedRow> const& stopped);
    void forget(std::size_t rows);
    bool take(pg::Rows rows);
    void finish_resuming();
    void start_resuming();
    void measure();
    void finish();
    void throw_if_broken() const;
    [[nodiscard]] storage::PageSize page_size() const;
    [[nodiscard]] bool window_is_read() const {
        return !cursor_.window || read_up_to_ >= greatest_;
    }

    RelayOptions const& options_;
    RelayMetrics& metrics_;
    pg::Connection& connection_;
    std::int64_t epoch_;
    domain::Cursor cursor_;
    domain::InFlight in_flight_;
    std::deque<storage::OutboxRow> held_;  ///< in the order of tags, beside `in_flight_`
    std::deque<Page> pages_;
    std::optional<pg::Answer> coming_;  ///< the page behind `read_up_to_`, if it was started
    events::RecordHeaders headers_;
    std::int64_t greatest_{0};
    std::int64_t read_up_to_{0};
    std::int64_t octets_per_row_{0};
    std::optional<domain::Snapshot> looked_at_;
    std::optional<Instant> reported_at_;  ///< when the reports came that are being looked at
    std::optional<Resuming> resuming_;
    std::optional<kafka::Error> broken_;
    std::unique_ptr<kafka::Producer> producer_;
    std::unique_ptr<Topics> topics_;
    SteadyTime written_at_{};
    SteadyTime measured_at_{};
    SteadyTime resumed_at_{};
};

}  // namespace frontrow::relay
