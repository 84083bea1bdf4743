// Looks at the facts from every side that the promise has.
#include "frontrowctl/audit/checks.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>
#include <tuple>
#include <unordered_map>
#include <utility>

namespace frontrow::audit {
namespace {

bool is_sold(ReservationRow const& row) {
    return row.state == "CONFIRMED" || row.state == "PARTLY_CANCELLED";
}

bool is_open(ReservationRow const& row) {
    return row.state == "HELD" || row.state == "PAYING";
}

bool is_live(ReservationRow const& row, Instant now) {
    return is_sold(row) || (is_open(row) && row.held_until > now);
}

std::unordered_map<ReservationId, ReservationRow const*> by_id(Facts const& facts) {
    auto rows = std::unordered_map<ReservationId, ReservationRow const*>{};
    for (auto const& row : facts.reservations) {
        rows.emplace(row.id, &row);
    }
    return rows;
}

Finding seat_sold_once(Facts const& facts, bool) {
    auto finding = Finding{"seat_sold_once", "no seat is in two live reservations", 0, {}, 0};
    auto owners = std::map<std::pair<ShowId, std::int32_t>, ReservationId>{};
    for (auto const& row : facts.reservations) {
        for (auto const seat : row.seats) {
            // A part that was given back belongs to nobody: the seat's own row tells.
            if (!is_live(row, facts.now) || row.state == "PARTLY_CANCELLED") {
                continue;
            }
            ++finding.looked_at;
            auto const [at, fresh] = owners.emplace(std::pair{row.show, seat}, row.id);
            if (!fresh) {
                finding.note(fmt::format("seat {} of show {} is in {} and in {}", seat,
                                         row.show.to_string(), at->second.to_string(),
                                         row.id.to_string()));
            }
        }
    }
    return finding;
}

Finding seat_has_its_owner(Facts const& facts, bool) {
    auto finding = Finding{"seat_has_its_owner",
                           "a seat that is taken names a reservation that has it, and a confirmed "
                           "reservation's seats are SOLD to it",
                           0,
                           {},
                           0};
    auto const reservations = by_id(facts);
    auto sold_to = std::map<std::pair<ShowId, std::int32_t>, ReservationId>{};
    for (auto const& seat : facts.seats) {
        if (seat.state != "SOLD" && seat.state != "HELD") {
            continue;
        }
        ++finding.looked_at;
        if (seat.state == "SOLD" && seat.reservation) {
            sold_to.emplace(std::pair{seat.show, seat.seat}, *seat.reservation);
        }
        auto const owner =
            seat.reservation ? reservations.find(*seat.reservation) : reservations.end();
        auto const named = owner != reservations.end() && owner->second->show == seat.show &&
                           std::ranges::count(owner->second->seats, seat.seat) == 1;
        // A hold that ran out may stay on the seat until someone takes it over.
        auto const fits =
            named && (seat.state == "SOLD" ? is_sold(*owner->second) : !is_sold(*owner->second));
        if (!fits) {
            finding.note(fmt::format("seat {} of show {} is {} without a reservation that has it",
                                     seat.seat, seat.show.to_string(), seat.state));
        }
    }
    for (auto const& row : facts.reservations) {
        for (auto const seat : row.seats) {
            auto const at = sold_to.find({row.show, seat});
            if (row.state == "CONFIRMED" && (at == sold_to.end() || at->second != row.id)) {
                finding.note(fmt::format("{} is CONFIRMED but seat {} is not SOLD to it",
                                         row.id.to_string(), seat));
            }
        }
    }
    return finding;
}

struct Moves {
    std::size_t captures{0};
    std::int64_t captured{0};
    std::int64_t refunded{0};
    std::size_t refunds{0};
};

std::unordered_map<ReservationId, Moves> moves_of(Facts const& facts) {
    auto moves = std::unordered_map<ReservationId, Moves>{};
    for (auto const& transfer : facts.transfers) {
        if (!transfer.reservation) {
            continue;
        }
        auto& mine = moves[*transfer.reservation];
        if (transfer.kind == "capture") {
            ++mine.captures;
            mine.captured += transfer.amount;
        } else if (transfer.kind == "refund") {
            ++mine.refunds;
            mine.refunded += transfer.amount;
        }
    }
    return moves;
}

Finding paid_if_and_only_if_sold(Facts const& facts, bool settled) {
    auto finding = Finding{"paid_if_and_only_if_sold",
                           "CONFIRMED has exactly one capture of its amount; a capture without "
                           "CONFIRMED has exactly one refund of it",
                           0,
                           {},
                           0};
    auto const moves = moves_of(facts);
    for (auto const& row : facts.reservations) {
        auto const at = moves.find(row.id);
        auto const mine = at == moves.end() ? Moves{} : at->second;
        if (row.state == "CONFIRMED") {
            ++finding.looked_at;
            auto const owed = settled ? 1U : mine.captures;
            if (mine.captures != owed || mine.captures > 1 ||
                (mine.captures == 1 && mine.captured != row.total) || mine.refunds != 0) {
                finding.note(fmt::format(
                    "{} is CONFIRMED for {} with {} captures of {} and {} refunds",
                    row.id.to_string(), row.total, mine.captures, mine.captured, mine.refunds));
            }
        } else if (mine.captures > 0) {
            ++finding.looked_at;
            auto const partly = row.state == "PARTLY_CANCELLED";
            auto const right = partly ? mine.captured - mine.refunded == row.total
                                      : mine.captured == mine.refunded;
            if (mine.captures != 1 || (settled && !right) || mine.refunded > mine.captured) {
                finding.note(fmt::format("{} is {} with {} captured and {} refunded",
                                         row.id.to_string(), row.state, mine.captured,
                                         mine.refunded));
            }
        }
    }
    auto const reservations = by_id(facts);
    for (auto const& [id, mine] : moves) {
        if (mine.captures > 0 && !reservations.contains(id)) {
            finding.note(
                fmt::format("a capture for {} that booking does not know", id.to_string()));
        }
    }
    return finding;
}

Finding transfers_sum_to_zero(Facts const& facts, bool) {
    auto finding =
        Finding{"transfers_sum_to_zero", "the entries of each transfer sum to zero", 0, {}, 0};
    auto sums = std::unordered_map<TransferId, std::int64_t>{};
    for (auto const& entry : facts.entries) {
        sums[entry.transfer] += entry.amount;
    }
    for (auto const& transfer : facts.transfers) {
        ++finding.looked_at;
        auto const at = sums.find(transfer.id);
        if (at == sums.end() || at->second != 0) {
            finding.note(at == sums.end()
                             ? fmt::format("transfer {} has no entries", transfer.id.to_string())
                             : fmt::format("the entries of transfer {} sum to {}",
                                           transfer.id.to_string(), at->second));
        }
    }
    return finding;
}

Finding wallets_equal_their_entries(Facts const& facts, bool) {
    auto finding = Finding{"wallets_equal_their_entries",
                           "each wallet's available and pending are the sums of its entries",
                           0,
                           {},
                           0};
    auto sums = std::map<std::pair<UserId, std::string>, std::int64_t>{};
    for (auto const& entry : facts.entries) {
        sums[{entry.user, entry.account}] += entry.amount;
    }
    for (auto const& wallet : facts.wallets) {
        ++finding.looked_at;
        auto const available = sums[{wallet.user, "available"}];
        auto const pending = sums[{wallet.user, "pending"}];
        if (available != wallet.available || pending != wallet.pending) {
            finding.note(fmt::format("the wallet of {} shows {} + {}, its entries {} + {}",
                                     wallet.user.name, wallet.available, wallet.pending, available,
                                     pending));
        }
    }
    return finding;
}

Finding no_balance_is_negative(Facts const& facts, bool) {
    auto finding = Finding{
        "no_balance_is_negative", "no wallet's available or pending money is negative", 0, {}, 0};
    for (auto const& wallet : facts.wallets) {
        ++finding.looked_at;
        if (wallet.available < 0 || wallet.pending < 0) {
            finding.note(fmt::format("the wallet of {} shows {} + {}", wallet.user.name,
                                     wallet.available, wallet.pending));
        }
    }
    return finding;
}

Finding money_is_conserved(Facts const& facts, bool) {
    auto finding =
        Finding{"money_is_conserved",
                "wallets and revenue together are what was paid in, and pending money is "
                "what open authorizations hold",
                0,
                {},
                0};
    auto totals = std::map<std::string, std::int64_t>{};
    auto pending = std::map<UserId, std::int64_t>{};
    for (auto const& wallet : facts.wallets) {
        ++finding.looked_at;
        totals[wallet.currency] += wallet.available + wallet.pending;
        pending[wallet.user] += wallet.pending;
    }
    for (auto const& entry : facts.entries) {
        if (entry.account == "revenue" || entry.account == "deposits") {
            totals[entry.currency] += entry.amount;
        }
    }
    for (auto const& payment : facts.payments) {
        pending[payment.user] -= payment.held;
    }
    for (auto const& [currency, total] : totals) {
        if (total != 0) {
            finding.note(fmt::format("{} {} more in accounts than was paid in", total, currency));
        }
    }
    for (auto const& [user, difference] : pending) {
        if (difference != 0) {
            finding.note(
                fmt::format("{} has {} pending without an authorization", user.name, difference));
        }
    }
    return finding;
}

Finding every_event_is_published(Facts const& facts, bool settled) {
    auto finding = Finding{
        "every_event_is_published", "every outbox row is in its topic with equal octets", 0, {}, 0};
    auto published = std::unordered_map<Uuid, std::set<std::pair<std::string, std::string>>>{};
    for (auto const& record : facts.records) {
        if (record.event_id) {
            published[*record.event_id].emplace(record.topic, record.payload_sha256);
        }
    }
    for (auto const& row : facts.outbox) {
        ++finding.looked_at;
        auto const at = published.find(row.event_id);
        if (at == published.end()) {
            if (settled && !row.stopped) {
                finding.note(fmt::format("{} {} of {} (outbox id {}) is not in {}", row.type,
                                         row.event_id.to_string(), row.database, row.id,
                                         row.topic));
            }
        } else if (!at->second.contains({row.topic, row.payload_sha256})) {
            finding.note(fmt::format("{} {} is in {} with other octets than in the outbox of {}",
                                     row.type, row.event_id.to_string(), row.topic, row.database));
        }
    }
    return finding;
}

Finding no_record_without_its_row(Facts const& facts, bool) {
    auto finding = Finding{
        "no_record_without_its_row", "no record of an event topic lacks its outbox row", 0, {}, 0};
    auto rows = std::set<Uuid>{};
    for (auto const& row : facts.outbox) {
        rows.insert(row.event_id);
    }
    for (auto const& record : facts.records) {
        if (record.topic.starts_with("dlq.") || record.topic.starts_with("retry.")) {
            continue;  // their ids are those of the events that failed
        }
        ++finding.looked_at;
        if (!record.event_id || !rows.contains(*record.event_id)) {
            finding.note(fmt::format("{}[{}]@{} has no row in any outbox", record.topic,
                                     record.partition, record.offset));
        }
    }
    return finding;
}

Finding order_of_each_key(Facts const& facts, bool) {
    auto finding = Finding{"order_of_each_key",
                           "per key, first occurrences have versions 1, 2, 3, ... in one partition",
                           0,
                           {},
                           0};
    struct Seen {
        std::int32_t partition;
        std::int64_t version;
    };
    auto seen = std::map<std::pair<std::string, std::string>, Seen>{};
    for (auto const& record : facts.records) {
        if (!record.version) {
            continue;
        }
        ++finding.looked_at;
        auto const [at, first] =
            seen.emplace(std::pair{record.topic, record.key}, Seen{record.partition, 0});
        if (at->second.partition != record.partition) {
            finding.note(fmt::format("key {} of {} is in partitions {} and {}", record.key,
                                     record.topic, at->second.partition, record.partition));
        } else if (*record.version > at->second.version + 1) {
            finding.note(fmt::format("{}[{}]@{}: version {} of {} comes after {}", record.topic,
                                     record.partition, record.offset, *record.version, record.key,
                                     at->second.version));
        }
        at->second.version = std::max(at->second.version, *record.version);
    }
    return finding;
}

Finding effect_once(Facts const& facts, bool) {
    auto finding = Finding{"effect_once",
                           "one inbox row for each event and consumer, and one row of history",
                           0,
                           {},
                           0};
    auto seen = std::set<std::tuple<std::string, std::string, Uuid>>{};
    for (auto const& row : facts.inbox) {
        ++finding.looked_at;
        if (!seen.emplace(row.database, row.consumer, row.event_id).second) {
            finding.note(
                fmt::format("{} has two rows for {}", row.consumer, row.event_id.to_string()));
        }
    }
    auto written = std::set<Uuid>{};
    for (auto const& id : facts.history) {
        ++finding.looked_at;
        if (!written.insert(id).second) {
            finding.note(fmt::format("history has {} twice", id.to_string()));
        }
    }
    return finding;
}

Finding every_event_has_its_effect(Facts const& facts, bool settled) {
    auto finding = Finding{"every_event_has_its_effect",
                           "every event of a topic is in the inbox of each group that reads it",
                           0,
                           {},
                           0};
    auto done = std::set<std::pair<std::string, Uuid>>{};
    for (auto const& row : facts.inbox) {
        done.emplace(row.consumer, row.event_id);
    }
    for (auto const& [group, topics] : facts.topics_of_group) {
        for (auto const& record : facts.records) {
            if (!settled || !record.event_id || std::ranges::count(topics, record.topic) == 0) {
                continue;
            }
            ++finding.looked_at;
            if (!done.contains({group, *record.event_id})) {
                finding.note(fmt::format("{} never saw {}[{}]@{}", group, record.topic,
                                         record.partition, record.offset));
            }
        }
    }
    return finding;
}

Finding no_hold_outlives_its_time(Facts const& facts, bool) {
    auto finding = Finding{"no_hold_outlives_its_time",
                           "no reservation is HELD or PAYING past its time plus grace",
                           0,
                           {},
                           0};
    for (auto const& row : facts.reservations) {
        ++finding.looked_at;
        if (is_open(row) && row.held_until + facts.grace < facts.now) {
            finding.note(fmt::format("{} is {} since {}", row.id.to_string(), row.state,
                                     to_rfc3339(row.held_until)));
        }
    }
    return finding;
}

Finding reservation_and_seats_have_one_deadline(Facts const& facts, bool) {
    auto finding =
        Finding{"one_deadline",
                "a reservation that is held and the seats that it has carry the same deadline",
                0,
                {},
                0};
    auto deadlines = std::map<std::tuple<ReservationId, std::int32_t>, std::optional<Instant>>{};
    for (auto const& seat : facts.seats) {
        if (seat.state == "HELD" && seat.reservation) {
            deadlines[{*seat.reservation, seat.seat}] = seat.held_until;
        }
    }
    for (auto const& row : facts.reservations) {
        ++finding.looked_at;
        for (auto const seat : row.seats) {
            auto const at = deadlines.find({row.id, seat});
            if (is_open(row) && at != deadlines.end() && at->second != row.held_until) {
                finding.note(
                    fmt::format("seat {} and its reservation {} differ", seat, row.id.to_string()));
            }
        }
    }
    return finding;
}

Finding places_within_capacity(Facts const& facts, bool) {
    auto finding = Finding{"places_within_capacity",
                           "admitted tokens are never above a gate's capacity and counted right",
                           0,
                           {},
                           0};
    auto admitted = std::map<ShowId, std::int64_t>{};
    for (auto const& token : facts.tokens) {
        admitted[token.show] += token.state == "ADMITTED" ? 1 : 0;
    }
    for (auto const& gate : facts.gates) {
        ++finding.looked_at;
        if (gate.active != admitted[gate.show] || gate.active > gate.capacity) {
            finding.note(fmt::format("the gate of show {} counts {} of {}, {} are admitted",
                                     gate.show.to_string(), gate.active, gate.capacity,
                                     admitted[gate.show]));
        }
    }
    return finding;
}

/// Sweeps over the events: every admission takes a place, every exit from it frees one.
Finding admissions_over_time(Facts const& facts, bool) {
    auto finding =
        Finding{"admissions_over_time", "no token was admitted or freed its place twice", 0, {}, 0};
    struct Life {
        bool admitted{false};
        bool ended{false};
    };
    auto lives = std::unordered_map<std::string, Life>{};
    auto told = std::set<Uuid>{};
    for (auto const& record : facts.records) {
        if (record.topic != "queue.token.v1" || !record.event_id ||
            !told.insert(*record.event_id).second) {
            continue;
        }
        ++finding.looked_at;
        auto& life = lives[record.key];
        auto const joins = record.type.ends_with(".joined.v1");
        auto const admits = record.type.ends_with(".admitted.v1");
        if (life.ended || (admits && life.admitted)) {
            finding.note(
                fmt::format("{} of token {} comes after its end", record.type, record.key));
        }
        life.admitted = life.admitted || admits;
        life.ended = life.ended || (!joins && !admits);
    }
    return finding;
}

Finding one_sale_a_pass(Facts const& facts, bool) {
    auto finding = Finding{"one_sale_a_pass",
                           "a queue pass serves one live reservation at a time, one sale ever",
                           0,
                           {},
                           0};
    auto used = std::unordered_map<TokenId, ReservationId>{};
    for (auto const& row : facts.reservations) {
        if (!row.token || !is_live(row, facts.now)) {
            continue;
        }
        ++finding.looked_at;
        auto const [at, fresh] = used.emplace(*row.token, row.id);
        if (!fresh) {
            finding.note(fmt::format("the pass {} serves {} and {}", row.token->to_string(),
                                     at->second.to_string(), row.id.to_string()));
        }
    }
    return finding;
}

using Check = Finding (*)(Facts const&, bool);
constexpr auto checks = std::array<Check, 17>{
    seat_sold_once,
    seat_has_its_owner,
    paid_if_and_only_if_sold,
    transfers_sum_to_zero,
    wallets_equal_their_entries,
    no_balance_is_negative,
    money_is_conserved,
    every_event_is_published,
    no_record_without_its_row,
    order_of_each_key,
    effect_once,
    every_event_has_its_effect,
    no_hold_outlives_its_time,
    places_within_capacity,
    admissions_over_time,
    one_sale_a_pass,
    reservation_and_seats_have_one_deadline,
};

}  // namespace

std::vector<Finding> check_all(Facts const& facts, bool settled) {
    auto findings = std::vector<Finding>{};
    for (auto const check : checks) {
        findings.push_back(check(facts, settled));
    }
    return findings;
}

std::vector<std::string_view> invariants() {
    auto names = std::vector<std::string_view>{};
    for (auto const& finding : check_all(Facts{}, false)) {
        names.push_back(finding.invariant);
    }
    return names;
}

}  // namespace frontrow::audit
