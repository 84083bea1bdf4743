// What parked behind a dead letter goes on, in order, once its head is resolved.
#include "common/inbox/batch.hpp"
#include "common/outbox/outbox.hpp"

namespace frontrow::inbox {

Drain::Drain(ConsumerOptions const& options, RecordHandler const& handler)
    : options_{options}, handler_{handler} {}

void Drain::run(pg::Transaction& tx) {
    found_ = false;
    applied_.clear();
    auto const key = next_draining(tx, options_.group);
    if (!key) {
        return;
    }
    found_ = true;
    auto const letter = deadletter::first_parked(tx, options_.group, key->topic, key->key);
    if (!letter) {
        return unblock(tx, options_.group, *key);
    }
    auto const ids = std::vector{letter->event_id};
    if (!claim_again(tx, options_.group, ids, "parked").empty()) {
        settle(tx, *letter, *key);
    } else {
        auto const end = deadletter::Settlement{
            letter->id, deadletter::State::applied, {}, "was resolved before it was drained"};
        deadletter::settle(tx, options_.group, std::span{&end, 1});
    }
}

void Drain::settle(pg::Transaction& tx, deadletter::Letter const& letter, TopicKey const& key) {
    auto failure = condemned_;
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
