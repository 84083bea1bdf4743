// What surrounds every handler: claims before it, outcomes and dead letters after it.
#include "common/inbox/batch.hpp"

#include <algorithm>
#include <array>
#include <cstring>

#include "common/core/ensure.hpp"
#include "common/log/log.hpp"
#include "common/outbox/outbox.hpp"

namespace frontrow::inbox {
namespace {

// Fewer events, or fewer keys, may all be poison; more than half of so many are an outage of ours.
constexpr auto outage_events_min = std::size_t{20};
constexpr auto outage_keys_min = std::size_t{5};

bool is_most(std::size_t failures, std::size_t events, std::size_t keys) {
    return events >= outage_events_min && keys >= outage_keys_min && 2 * failures > events;
}

[[noreturn]] void throw_most_fail(std::size_t failures, std::size_t events) {
    throw pg::Error{pg::FaultKind::outage, most_fail,
                    std::to_string(failures) + " of " + std::to_string(events) +
                        " events of a batch fail: not dead-lettered, tried again"};
}

std::string_view without_prefix(std::string_view topic, std::string_view prefix) {
    return topic.starts_with(prefix) ? topic.substr(prefix.size()) : topic;
}

}  // namespace

Batch::Batch(ConsumerOptions const& options, RecordHandler const& handler,
             std::optional<Window>& window, std::span<kafka::Record const> records)
    : options_{options}, handler_{handler}, window_{window} {
    entries_.reserve(records.size());
    events_.reserve(records.size());
    for (auto const& record : records) {
        add(record);
    }
}

void Batch::add(kafka::Record const& record) {
    auto const topic = without_prefix(record.topic, options_.topic_prefix);
    auto& entry = entries_.emplace_back();
    entry.record = &record;
    entry.topic = std::string{topic};
    if (topic.starts_with(deadletter::retry_topic(options_.group, ""))) {
        auto replay = deadletter::read_replay(record);
        entry.is_foreign = !replay;
        if (replay) {
            originals_.push_back(std::move(replay->record));
            entry.record = &originals_.back();
            entry.topic = entry.record->topic;
            entry.letter = replay->letter;
            entry.event_id = replay->event_id;
        }
    }
    if (!entry.is_foreign) {
        read(entry);
    }
}

void Batch::read(Entry& entry) {
    auto event = events::decode(*entry.record);
    if (event) {
        entry.event = events_.size();
        if (!entry.letter) {
            entry.event_id = event->envelope.id;
        }
        events_.push_back(*std::move(event));
        return;
    }
    entry.is_ignored =
        event.error().why == events::Unreadable::unknown_type && options_.ignore_unknown_types;
    entry.unreadable = Failure{std::string{reason_of(event.error().why)}, event.error().detail};
    if (!entry.letter) {
        entry.event_id = id_of_unreadable(*entry.record);
    }
}

std::optional<TopicKey> Batch::key_of(Entry const& entry) const {
    return entry.record->key ? std::optional{TopicKey{entry.topic, Bytes{*entry.record->key}}}
                             : std::nullopt;
}

void Batch::run(pg::Transaction& tx, lane::Slice slice) {
    try {
        run_once(tx, slice);
    } catch (pg::Error const& error) {
        if (error.kind() != pg::FaultKind::item && error.sqlstate() != run_again) {
            forget();
        }
        throw;
    }
}

void Batch::forget() {
    for (auto& entry : entries_) {
        entry.condemned.reset();
    }
    tried_each_ = false;
    window_.reset();  // a partition may have been dropped
}

void Batch::run_once(pg::Transaction& tx, lane::Slice slice) {
    if (!window_) {
        window_ = window(tx);
    }
    if (slice.end - slice.begin == 1 && entries_[slice.begin].condemned) {
        stop_if_most_would_fail(tx);
    }
    auto pass = Pass{};
    // In this order, each seeing what the one before waited for, and in one round trip.
    auto arrivals = claim_arrivals(tx, slice);
    auto replays = claim_replays(tx, slice);
    pass.blocked = lock_blocked(tx, options_.group, keys_of(slice));
    keep_fresh_arrivals(slice, arrivals.get(), pass);
    keep_fresh_replays(slice, replays.get(), pass);
    std::ranges::sort(pass.fresh);
    sort_out(tx, pass);
    if (!pass.handled.empty()) {
        judge(pass, call(tx, pass.handled), tx.now());
    }
    stop_if_most_fail(pass);
    store(tx, pass);
    last_slice_ = slice;
    last_ = std::move(pass);
}

Claimed Batch::claim_arrivals(pg::Transaction& tx, lane::Slice slice) const {
    auto claims = std::vector<Claim>{};
    for (auto i = slice.begin; i < slice.end; ++i) {
        auto const& entry = entries_[i];
        if (!entry.letter && !entry.is_foreign && window_->holds(entry.event_id)) {
            claims.push_back(
                {entry.event_id, entry.topic, entry.record->partition, entry.record->offset});
        }
    }
    return claim(tx, options_.group, claims);
}

void Batch::keep_fresh_arrivals(lane::Slice slice, std::unordered_set<Uuid> fresh,
                                Pass& pass) const {
    for (auto i = slice.begin; i < slice.end; ++i) {
        auto const& entry = entries_[i];
        if (entry.letter || entry.is_foreign) {
            continue;
        }
        // Outside of the window nothing can be claimed; the dead letter itself is unique there.
        if (!window_->holds(entry.event_id) || fresh.erase(entry.event_id) == 1) {
            pass.fresh.push_back(i);
        } else {
            ++pass.tally.duplicates;
        }
    }
}

Claimed Batch::claim_replays(pg::Transaction& tx, lane::Slice slice) const {
    auto ids = std::vector<Uuid>{};
    for (auto i = slice.begin; i < slice.end; ++i) {
        if (entries_[i].letter && window_->holds(entries_[i].event_id)) {
            ids.push_back(entries_[i].event_id);
        }
    }
    return claim_again(tx, options_.group, ids, "dead");
}

void Batch::keep_fresh_replays(lane::Slice slice, std::unordered_set<Uuid> fresh,
                               Pass& pass) const {
    for (auto i = slice.begin; i < slice.end; ++i) {
        auto const& entry = entries_[i];
        if (!entry.letter) {
            continue;
        }
        if (!window_->holds(entry.event_id)) {
            pass.settlements.push_back({*entry.letter, deadletter::State::open, "too_old",
                                        "the inbox does not reach back to this event"});
            pass.tally.replays.emplace_back("failed");
        } else if (fresh.erase(entry.event_id) == 1) {
            pass.fresh.push_back(i);
        } else {
            pass.settlements.push_back({*entry.letter, deadletter::State::duplicate, {}, {}});
            pass.tally.replays.emplace_back("duplicate");
        }
    }
}

std::set<TopicKey> Batch::keys_of(lane::Slice slice) const {
    auto keys = std::set<TopicKey>{};
    for (auto i = slice.begin; i < slice.end; ++i) {
        if (auto key = key_of(entries_[i]); key && !entries_[i].is_foreign) {
            keys.insert(*std::move(key));
        }
    }
    return keys;
}

void Batch::sort_out(pg::Transaction& tx, Pass& pass) {
    for (auto const i : pass.fresh) {
        auto const& entry = entries_[i];
        auto const key = key_of(entry);
        if (entry.is_ignored && !entry.letter) {
            pass.endings.push_back({entry.event_id, "ignored", entry.unreadable->reason});
            ++pass.tally.ignored;
        } else if (!window_->holds(entry.event_id)) {
            auto const is_old = entry.event_id < window_->oldest;
            fail(pass, i, entry.unreadable.value_or(Failure{is_old ? "too_old" : "too_new", {}}),
                 tx.now());
        } else if (!entry.letter && key && pass.blocked.contains(*key)) {
            park(pass, i, tx.now());
        } else if (entry.unreadable) {
            fail(pass, i, *entry.unreadable, tx.now());
        } else if (entry.condemned) {
            fail(pass, i, *entry.condemned, tx.now());
        } else {
            pass.handled.push_back(i);
        }
    }
}

std::vector<Outcome> Batch::call(pg::Transaction& tx, std::span<std::size_t const> entries) {
    auto records = std::vector<kafka::Record const*>{};
    auto places = std::vector<std::size_t>{};
    for (auto const i : entries) {
        records.push_back(entries_[i].record);
        places.push_back(*entries_[i].event);
    }
    auto outcomes = std::vector<Outcome>{};
    if (places.back() - places.front() + 1 == places.size()) {  // they lie side by side
        outcomes = handler_(tx, std::span{events_}.subspan(places.front(), places.size()), records);
    } else {
        auto events = std::vector<events::Event>{};
        for (auto const place : places) {
            events.push_back(events_[place]);
        }
        outcomes = handler_(tx, events, records);
    }
    ENSURE(outcomes.size() == entries.size());
    return outcomes;
}

void Batch::judge(Pass& pass, std::vector<Outcome> const& outcomes, Instant now) {
    auto last_of_key = std::map<TopicKey, std::size_t>{};
    for (auto const i : pass.handled) {
        last_of_key[*key_of(entries_[i])] = i;
    }
    auto must_run_again = false;
    for (std::size_t n = 0; n < outcomes.size(); ++n) {
        auto const i = pass.handled[n];
        auto& entry = entries_[i];
        auto const& [verdict, reason] = outcomes[n];
        auto const key = *key_of(entry);
        if (verdict == Verdict::refused) {
            // What follows of its key was handled already; it must park instead.
            must_run_again = must_run_again || last_of_key[key] != i;
            entry.condemned = Failure{"refused", deadletter::printable(reason)};
            fail(pass, i, *entry.condemned, now);
            continue;
        }
        if (verdict == Verdict::ignored) {
            pass.endings.push_back({entry.event_id, "ignored", deadletter::printable(reason)});
            ++pass.tally.ignored;
        } else {
            pass.applied.push_back(i);
            ++pass.tally.applied;
        }
        if (entry.letter) {
            pass.resolved.insert(key);
            auto const detail = verdict == Verdict::ignored ? "ignored: " + reason : std::string{};
            pass.settlements.push_back({*entry.letter, deadletter::State::applied, {}, detail});
            pass.tally.replays.emplace_back("applied");
        }
    }
    if (must_run_again) {
        stop_if_most_fail(pass);
        throw pg::Error{pg::FaultKind::transient, run_again,
                        "a handler refused an event that others of its key follow"};
    }
}

void Batch::fail(Pass& pass, std::size_t index, Failure const& failure, Instant now) {
    auto const& entry = entries_[index];
    auto const is_claimed = window_->holds(entry.event_id);
    ++pass.failures;
    if (is_claimed) {
        pass.endings.push_back({entry.event_id, "dead", failure.reason});
    }
    if (entry.letter) {
        pass.settlements.push_back(
            {*entry.letter, deadletter::State::open, failure.reason, failure.detail});
        pass.tally.replays.emplace_back("failed");
        return;
    }
    pass.letters.push_back(letter_of(entry, failure, deadletter::State::open, now));
    pass.tally.dead.push_back(failure.reason);
    if (auto key = key_of(entry); key && is_claimed) {
        pass.blocked.insert(*key);
        pass.made_dead.insert(*std::move(key));
    }
}

void Batch::park(Pass& pass, std::size_t index, Instant now) {
    auto const& entry = entries_[index];
    pass.endings.push_back({entry.event_id, "parked", ""});
    pass.letters.push_back(letter_of(entry, {"parked", "waits behind the dead letter of its key"},
                                     deadletter::State::parked, now));
    ++pass.tally.parked;
}

deadletter::Letter Batch::letter_of(Entry const& entry, Failure const& failure,
                                    deadletter::State state, Instant now) const {
    auto const type = kafka::header(entry.record->headers, "ce_type");
    auto letter = deadletter::Letter{.id = new_uuid(),
                                     .consumer = options_.group,
                                     .record = *entry.record,
                                     .event_id = entry.event_id,
                                     .type = deadletter::printable(type.value_or("")),
                                     .reason = failure.reason,
                                     .detail = failure.detail,
                                     .state = state,
                                     .failed_at = now};
    letter.record.topic = entry.topic;
    return letter;
}

void Batch::stop_if_most_fail(Pass const& pass) {
    auto keys = std::set<std::optional<TopicKey>>{};
    for (auto const i : pass.fresh) {
        keys.insert(key_of(entries_[i]));
    }
    if (is_most(pass.failures, pass.fresh.size(), keys.size())) {
        throw_most_fail(pass.failures, pass.fresh.size());
    }
}

/// The database rejects one event at a time, so before the first becomes a dead letter every other
/// one is tried, each alone and undone.
void Batch::stop_if_most_would_fail(pg::Transaction& tx) {
    auto keys = std::set<std::optional<TopicKey>>{};
    for (auto const& entry : entries_) {
        keys.insert(key_of(entry));
    }
    if (tried_each_ || !is_most(entries_.size(), entries_.size(), keys.size())) {
        return;
    }
    auto const failures = failures_one_by_one(tx);
    if (is_most(failures, entries_.size(), keys.size())) {
        throw_most_fail(failures, entries_.size());
    }
    tried_each_ = true;
}

std::size_t Batch::failures_one_by_one(pg::Transaction& tx) {
    tx.connection().run_script("SAVEPOINT before_trial");
    auto claims = std::vector<Claim>{};
    auto failures = std::size_t{0};
    for (auto const& entry : entries_) {
        auto const is_known_bad = entry.condemned || entry.unreadable;
        failures += is_known_bad ? 1U : 0U;
        if (!is_known_bad && !entry.letter && !entry.is_foreign && !entry.is_committed &&
            window_->holds(entry.event_id)) {
            claims.push_back({entry.event_id, entry.topic, entry.record->partition, 0});
        }
    }
    auto fresh = claim(tx, options_.group, claims).get();
    for (std::size_t i = 0; i < entries_.size(); ++i) {
        auto const& entry = entries_[i];
        if (entry.letter || !entry.event || entry.condemned || fresh.erase(entry.event_id) == 0) {
            continue;
        }
        tx.connection().run_script("SAVEPOINT trial");
        try {
            auto const outcomes = call(tx, std::array{i});
            tx.connection().await_posted();
            failures += outcomes.front().verdict == Verdict::refused ? 1U : 0U;
        } catch (pg::Error const& error) {
            if (error.kind() != pg::FaultKind::item) {
                throw;
            }
            ++failures;
        }
        tx.connection().run_script("ROLLBACK TO SAVEPOINT trial");
    }
    tx.connection().run_script("ROLLBACK TO SAVEPOINT before_trial");
    return failures;
}

void Batch::store(pg::Transaction& tx, Pass const& pass) {
    record(tx, options_.group, pass.endings);
    deadletter::append(tx, pass.letters);
    deadletter::settle(tx, options_.group, pass.settlements);
    block(tx, options_.group, pass.made_dead);
    start_draining(tx, options_.group, pass.resolved);
}

std::vector<events::Event> Batch::committed(Tally& tally) {
    tally = last_.tally;
    auto applied = std::vector<events::Event>{};
    for (auto const i : last_.applied) {
        if (options_.after_commit) {
            applied.push_back(events_[*entries_[i].event]);
        }
    }
    for (auto const& letter : last_.letters) {
        log::write(letter.state == deadletter::State::open ? log::Level::warning : log::Level::info,
                   letter.state == deadletter::State::open ? "dead_letter" : "event_parked",
                   "A record was set aside: " + letter.detail,
                   {{"frontrow.dead_letter", letter.id.to_string()},
                    {"frontrow.reason", letter.reason},
                    {"frontrow.topic", letter.record.topic},
                    {"frontrow.partition", std::int64_t{letter.record.partition}},
                    {"frontrow.offset", letter.record.offset}});
    }
    for (auto i = last_slice_.begin; i < last_slice_.end; ++i) {
        entries_[i].is_committed = true;
    }
    return applied;
}

void Batch::condemn(std::size_t item, std::string detail) {
    condemn(item, Failure{"rejected_by_database", deadletter::printable(detail)});
}

void Batch::condemn(std::size_t item, Failure failure) {
    entries_[item].condemned = std::move(failure);
}

Failure killed_the_process(std::int32_t starts) {
    return {"killed_the_process",
            "started " + std::to_string(starts) + " times alone, and the process ended each time"};
}

lane::BatchPolicy policy_of(Batch& batch, std::function<void(lane::Slice)> committed) {
    return {.run = [&batch](pg::Transaction& tx, lane::Slice slice) { batch.run(tx, slice); },
            .committed = std::move(committed),
            .rejected =
                [&batch](std::size_t item, pg::Error const& error) {
                    batch.condemn(item, error.what());
                    return true;
                },
            .keep_trying = [](lane::Slice, pg::Error const&, bool) { return true; },
            .halve_on_lock_timeout = false};
}

std::string_view reason_of(events::Unreadable why) {
    switch (why) {
        case events::Unreadable::no_value:
            return "no_value";
        case events::Unreadable::missing_header:
            return "missing_header";
        case events::Unreadable::unknown_type:
            return "unknown_type";
        case events::Unreadable::not_json:
            return "not_json";
        case events::Unreadable::schema:
            return "schema";
        case events::Unreadable::key_mismatch:
            return "key_mismatch";
    }
    return "schema";
}

Uuid id_of_unreadable(kafka::Record const& record) {
    auto hash = std::uint64_t{14'695'981'039'346'656'037U};  // FNV-1a
    auto const mix = [&](std::string_view octets) {
        for (auto const octet : octets) {
            hash = (hash ^ static_cast<std::uint8_t>(octet)) * 1'099'511'628'211U;
        }
        hash = (hash ^ octets.size()) * 1'099'511'628'211U;
    };
    mix(record.topic);
    mix(std::to_string(record.partition));
    mix(std::to_string(record.offset));
    mix(record.key.value_or(""));
    mix(record.value.value_or(""));
    auto const high = hash;
    for (auto const& [name, value] : record.headers) {
        mix(name);
        mix(value.value_or(""));
    }
    auto seed = std::string(16, '\0');
    std::memcpy(seed.data(), &high, 8);
    std::memcpy(seed.data() + 8, &hash, 8);
    return Uuid::v7_from(std::max(record.timestamp, Instant{}), seed);
}

}  // namespace frontrow::inbox
