// A reservation's story; that of the reservation or aggregate of an event; or all that one trace
// led to.
#include "dataplatform-consumer/use_cases/read_timeline.hpp"

namespace frontrow::dataplatform::use_cases {
namespace {

namespace history = storage::history;

Timeline read(pg::Transaction& tx, ReadTimeline const& query) {
    if (auto const* trace = std::get_if<TraceId>(&query.id)) {
        return history::of_trace(tx, trace->hex, query.viewer);
    }
    auto const& id = std::get<Uuid>(query.id);
    auto story = history::of_reservation(tx, ReservationId{id}, query.viewer);
    if (!story.empty()) {
        return story;
    }
    auto const event = history::find(tx, id, query.viewer);
    if (!event) {
        return {};
    }
    return event->reservation ? history::of_reservation(tx, *event->reservation, query.viewer)
                              : history::of_key(tx, event->topic, event->key, query.viewer);
}

}  // namespace

std::vector<Timeline> read_timelines(pg::Transaction& tx, std::span<ReadTimeline const> queries) {
    auto timelines = std::vector<Timeline>{};
    for (auto const& query : queries) {
        timelines.push_back(read(tx, query));
    }
    return timelines;
}

}  // namespace frontrow::dataplatform::use_cases
