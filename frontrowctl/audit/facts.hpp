// What the auditor looks at: the rows of four databases and the records of every topic, as values.
#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "common/core/clock.hpp"
#include "common/core/id.hpp"

namespace frontrow::audit {

struct SeatRow {
    ShowId show;
    std::int32_t seat{0};
    std::string state;
    std::optional<ReservationId> reservation;
    std::int64_t fence{0};
    std::optional<Instant> held_until;
};

struct ReservationRow {
    ReservationId id;
    ShowId show;
    UserId user;
    std::optional<TokenId> token;
    std::string state;
    std::vector<std::int32_t> seats;
    std::int64_t total{0};
    std::string currency;
    Instant held_until{};
    std::int64_t version{0};
};

struct PaymentRow {
    ReservationId reservation;
    UserId user;
    std::string state;
    std::string currency;
    std::int64_t amount{0};
    std::int64_t held{0};
    std::int64_t captured{0};
    std::int64_t refunded{0};
};

struct WalletRow {
    UserId user;
    std::string currency;
    std::int64_t available{0};
    std::int64_t pending{0};
};

struct TransferRow {
    TransferId id;
    std::string kind;  ///< top_up, authorize, capture, void, refund
    std::optional<ReservationId> reservation;
    std::int64_t amount{0};
};

struct EntryRow {
    TransferId transfer;
    std::string account;  ///< available, pending, deposits, revenue
    UserId user;          ///< empty for the house's accounts
    std::string currency;
    std::int64_t amount{0};
};

struct GateRow {
    ShowId show;
    std::int64_t capacity{0};
    std::int64_t active{0};
};

struct TokenRow {
    TokenId id;
    ShowId show;
    std::string state;
};

/// A row of an outbox, without its payload's octets.
struct OutboxRow {
    std::string database;
    std::int64_t id{0};
    Uuid event_id;
    std::string topic;
    std::string key;
    std::string type;
    std::optional<std::int64_t> version;
    std::string payload_sha256;
    bool stopped{false};  ///< in outbox_stopped: an operator must resume it
};

/// A record of a topic, in the order of its partition.
struct RecordFact {
    std::string topic;  ///< without the prefix
    std::int32_t partition{0};
    std::int64_t offset{0};
    std::optional<Uuid> event_id;
    std::string key;
    std::string type;
    std::optional<std::int64_t> version;
    std::string payload_sha256;
};

/// An effect that can be counted: its event's id was written where the effect was.
struct InboxRow {
    std::string database;
    std::string consumer;
    Uuid event_id;
    std::string outcome;  ///< applied, ignored, dead, parked, discarded
};

struct Facts {
    Instant now{};  ///< the booking database's clock when it was read
    std::chrono::seconds grace{30};
    std::vector<SeatRow> seats;
    std::vector<ReservationRow> reservations;
    std::vector<PaymentRow> payments;
    std::vector<WalletRow> wallets;
    std::vector<TransferRow> transfers;
    std::vector<EntryRow> entries;
    std::vector<GateRow> gates;
    std::vector<TokenRow> tokens;
    std::vector<OutboxRow> outbox;
    std::vector<RecordFact> records;
    std::vector<InboxRow> inbox;
    std::vector<Uuid> history;  ///< event ids, one a row of the data platform's history
    /// Which group reads which topics: what its inbox must show.
    std::map<std::string, std::vector<std::string>> topics_of_group;
};

}  // namespace frontrow::audit
