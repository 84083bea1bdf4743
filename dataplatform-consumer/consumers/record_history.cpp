// Every event of every topic becomes one row, and a hole in an aggregate's versions an alarm.
#include "dataplatform-consumer/consumers/record_history.hpp"

#include "common/log/log.hpp"
#include "common/metrics/metrics.hpp"

namespace frontrow::dataplatform::consumers {
namespace {

namespace history = storage::history;

/// Whose story an event belongs to.
struct Story {
    std::optional<UserId> user;
    std::optional<ReservationId> reservation;
    std::optional<TokenId> token;
};

Story story_of(events::ReservationFacts const& event) {
    return {event.user, event.reservation, event.token};
}
Story story_of(events::PaymentFacts const& event) {
    return {event.user, event.reservation, {}};
}
Story story_of(events::TokenFacts const& event) {
    return {event.user, {}, event.token};
}
Story story_of(events::TokenCompleted const& event) {
    return {event.user, event.reservation, event.token};
}
Story story_of(events::WalletToppedUp const& event) {
    return {event.user, {}, {}};
}
Story story_of(events::ShowCreated const&) {
    return {};
}

void tell_gap(history::Entry const& entry, std::int64_t head, metrics::Registry* metrics) {
    log::warning("history_gap", "An event does not follow the version before it: one is missing",
                 {{"frontrow.topic", entry.topic},
                  {"frontrow.key", entry.key},
                  {"frontrow.version", entry.version},
                  {"frontrow.version_before", head},
                  {"frontrow.event", entry.event_id.to_string()}});
    if (metrics != nullptr) {
        metrics
            ->counter("frontrow_history_gaps_total",
                      "Events whose version does not follow the one before",
                      {{"topic", entry.topic}})
            .add();
    }
}

}  // namespace

history::Entry entry_of(events::Event const& event, kafka::Record const& record) {
    auto const& info = events::type_of(event.body);
    auto const story = std::visit([](auto const& body) { return story_of(body); }, event.body);
    return {.event_id = event.envelope.id,
            .type = std::string{info.type},
            .topic = std::string{info.topic},
            .partition = record.partition,
            .offset = record.offset,
            .key = events::key_of(event.body),
            .aggregate = std::string{info.aggregate},
            .version = event.envelope.version,
            .time = event.envelope.time,
            .correlation_id = event.envelope.correlation_id,
            .causation_id = event.envelope.causation_id,
            .trace_id = event.envelope.trace.trace_id_hex(),
            .user = story.user,
            .reservation = story.reservation,
            .token = story.token,
            .value = record.value.value_or("")};
}

std::vector<inbox::Outcome> record_history(pg::Transaction& tx,
                                           std::span<events::Event const> events,
                                           std::span<kafka::Record const* const> records,
                                           metrics::Registry* metrics) {
    auto entries = std::vector<history::Entry>{};
    for (std::size_t i = 0; i < events.size(); ++i) {
        entries.push_back(entry_of(events[i], *records[i]));
    }
    auto heads = history::heads(tx, entries);
    history::append(tx, entries);
    for (auto const& entry : entries) {
        auto& head = heads[{entry.topic, entry.key}];
        if (entry.version != head + 1) {
            tell_gap(entry, head, metrics);
        }
        head = std::max(head, entry.version);
    }
    return std::vector<inbox::Outcome>(events.size());
}

}  // namespace frontrow::dataplatform::consumers
