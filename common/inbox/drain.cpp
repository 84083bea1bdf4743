// What parked behind a dead letter goes on, in order, once its head is resolved.
#include "common/inbox/batch.hpp"
#include "common/inbox/starts.hpp"
#include "common/outbox/outbox.hpp"

namespace frontrow::inbox {

Drain::Drain(ConsumerOptions const& options, RecordHandler const& handler)
    : options_{options}, handler_{handler} {}

void Drain::note_start(pg::Transaction& tx) {
    auto const key = next_draining(tx, options_.group);
    found_ = key.has_value();
    noted_.reset();
    killer_.reset();
    if (!key) {
        return;
    }
    if (auto const letter = deadletter::first_parked(tx, options_.group, key->topic, key->key)) {
        noted_ = letter->id;
        auto const starts = note_drain_start(tx, letter->id);
        if (starts > options_.starts_alone_max) {
            killer_ = killed_the_process(starts - 1);
        }
    }
}

void Drain::take_back_start(pg::Transaction& tx) {
    if (noted_) {
        take_back_drain_start(tx, *noted_);
    }
}

void Drain::run(pg::Transaction& tx) {
    applied_.clear();
    auto const key = found_ ? next_draining(tx, options_.group) : std::nullopt;
    if (!key) {
        return;
    }
    auto const letter = deadletter::first_parked(tx, options_.group, key->topic, key->key);
    if (!letter) {
        return unblock(tx, options_.group, *key);
    }
    if (letter->id != noted_) {
        return;  // another instance was faster
    }
    auto const ids = std::vector{letter->event_id};
    if (!claim_again(tx, options_.group, ids, "parked").get().empty()) {
        settle(tx, *letter, *key);
    } else {
        auto const end = deadletter::Settlement{
            letter->id, deadletter::State::applied, {}, "was resolved before it was drained"};
        deadletter::settle(tx, options_.group, std::span{&end, 1});
    }
}

void Drain::settle(pg::Transaction& tx, deadletter::Letter const& letter, TopicKey const& key) {
    auto failure = killer_ ? killer_ : condemned_;
    auto end = deadletter::Settlement{letter.id, deadletter::State::applied, {}, {}};
    auto event = events::decode(letter.record);
    if (!event) {
        failure = Failure{std::string{reason_of(event.error().why)}, event.error().detail};
    } else if (!failure) {
        auto const* record = &letter.record;
        auto const outcome = handler_(tx, std::span{&*event, 1}, std::span{&record, 1}).at(0);
        if (outcome.verdict == Verdict::refused) {
            failure = Failure{"refused", deadletter::printable(outcome.reason)};
        } else if (outcome.verdict == Verdict::ignored) {
            auto const reason = deadletter::printable(outcome.reason);
            auto const ending = Ending{letter.event_id, "ignored", reason};
            record_one(tx, ending);
            end.detail = "ignored: " + reason;
        } else {
            applied_.push_back(*std::move(event));
        }
    }
    if (failure) {  // it is the key's new head
        record_one(tx, {letter.event_id, "dead", failure->reason});
        end = {letter.id, deadletter::State::open, failure->reason, failure->detail};
        auto dead = letter;
        dead.reason = failure->reason;
        dead.detail = failure->detail;
        dead.failed_at = tx.now();
        outbox::append(tx, std::vector{deadletter::dlq_message(dead)});
        block(tx, options_.group, {key});
    }
    deadletter::settle(tx, options_.group, std::span{&end, 1});
}

void Drain::record_one(pg::Transaction& tx, Ending const& ending) {
    record(tx, options_.group, std::span{&ending, 1});
}

}  // namespace frontrow::inbox
