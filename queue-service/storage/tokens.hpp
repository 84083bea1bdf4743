// Table `tokens`: everyone who ever joined a line. Whoever changes one holds its gate's lock.
#pragma once

#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "common/pg/transaction.hpp"
#include "queue-service/domain/token.hpp"

namespace frontrow::queue::storage::tokens {

struct Place {
    TokenId token;
    ShowId show;
};
/// Where tokens belong, to lock their gates first. Unknown ones are left out.
[[nodiscard]] std::vector<Place> places_of(pg::Transaction& tx, std::span<TokenId const> tokens);

/// Locks those that exist, in the order of their ids.
[[nodiscard]] std::vector<domain::Token> lock(pg::Transaction& tx, std::span<TokenId const> tokens);

struct Holder {
    ShowId show;
    UserId user;
    auto operator<=>(Holder const&) const = default;
};
/// Locks the live tokens of these users.
[[nodiscard]] std::vector<domain::Token> lock_live(pg::Transaction& tx,
                                                   std::span<Holder const> holders);

/// Locks those next in line, for as many as the gates have free places; at most 1,000 a gate.
[[nodiscard]] std::vector<domain::Token> lock_next(pg::Transaction& tx,
                                                   std::span<domain::Gate const> gates);

/// Who joined, and the correlation id of the request that did.
struct Joined {
    domain::Token token;
    std::string story;
};
void insert(pg::Transaction& tx, std::span<Joined const> all);
/// Writes tokens that this transaction has locked.
void save(pg::Transaction& tx, std::span<domain::Token const> tokens);

/// The correlation id of the request that joined, of those that exist; "" if it is not known.
[[nodiscard]] std::unordered_map<TokenId, std::string> stories(pg::Transaction& tx,
                                                               std::span<TokenId const> tokens);

/// ADMITTED tokens whose time is over; at most 1,000, not locked.
[[nodiscard]] std::vector<Place> overdue(pg::Transaction& tx, Instant now);
/// WAITING tokens not heard of since; at most 1,000, not locked.
[[nodiscard]] std::vector<Place> silent(pg::Transaction& tx, Instant since);

/// Notes that their holders were heard of. Tokens that are locked are being changed by someone who
/// knows better, and are passed over: so this waits for nobody and blocks nobody for long.
void touch(pg::Transaction& tx, std::span<TokenId const> tokens);

struct Seen {
    domain::Token token;
    domain::Gate gate;
};
/// Tokens with their gates, from one snapshot, as committed.
[[nodiscard]] std::vector<Seen> read(pg::Transaction& tx, std::span<TokenId const> tokens);

/// Up to where a reader knows who left a gate's line.
struct Known {
    ShowId show;
    std::int64_t departures{0};
    std::int64_t watermark{0};
};
struct Departure {
    ShowId show;
    std::int64_t departure{0};
    std::int64_t number{0};
};
/// Those who left since, ahead of the watermark, in the order in which they left.
[[nodiscard]] std::vector<Departure> departures(pg::Transaction& tx, std::span<Known const> known);

}  // namespace frontrow::queue::storage::tokens
