// From an event to its outbox row, and from the row to the headers of its record.
#include "common/events/event.hpp"
#include "common/events/fields.hpp"
#include "common/events/record_headers.hpp"
#include "common/json/writer.hpp"

namespace frontrow::events {
namespace {

/// Writes each member under its name.
class MemberWriter {
  public:
    explicit MemberWriter(json::Writer& out) : out_{out} {}

    template <class Member>
    void operator()(std::string_view name, Member const& member) {
        out_.member(name, member);
    }
    void operator()(std::string_view name, Currency const& currency) {
        out_.member(name, currency.to_string());
    }
    void operator()(std::string_view name, std::vector<SeatFence> const& seats) {
        out_.key(name).array();
        for (auto const& [seat, fence] : seats) {
            out_.object().member("seat", seat).member("fence", fence).end();
        }
        out_.end();
    }

  private:
    json::Writer& out_;
};

std::string value_of(Event const& event, TypeInfo const& info) {
    auto const& envelope = event.envelope;
    auto out = json::Writer{};
    out.object()
        .member("id", envelope.id)
        .member("type", info.type)
        .member("time", envelope.time)
        .member("version", envelope.version)
        .member("correlationId", envelope.correlation_id)
        .member("causationId", envelope.causation_id)
        .key("data")
        .object();
    auto members = MemberWriter{out};
    std::visit([&](auto const& body) { fields(members, body); }, event.body);
    out.end().end();
    return std::move(out).text();
}

}  // namespace

outbox::Message to_message(Event event) {
    auto const& info = type_of(event.body);
    auto payload = value_of(event, info);
    auto& envelope = event.envelope;
    auto key = key_of(event.body);
    return {.event_id = envelope.id,
            .aggregate_type = std::string{info.aggregate},
            .aggregate_id = key,
            .version = envelope.version,
            .type = std::string{info.type},
            .topic = std::string{info.topic},
            .key = Bytes{std::move(key)},
            .payload = Bytes{std::move(payload)},
            .time = envelope.time,
            .traceparent = envelope.trace.traceparent(),
            .correlation_id = std::move(envelope.correlation_id),
            .causation_id = std::move(envelope.causation_id),
            .headers = {},
            .partition = {}};
}

std::vector<outbox::Message> to_messages(std::vector<Event> events) {
    auto messages = std::vector<outbox::Message>{};
    messages.reserve(events.size());
    for (auto& event : events) {
        messages.push_back(to_message(std::move(event)));
    }
    return messages;
}

kafka::Headers headers_of(outbox::Message const& message) {
    auto maker = RecordHeaders{};
    auto headers = kafka::Headers{};
    for (auto const& [name, value] :
         maker.of({.event_id = message.event_id,
         .aggregate_id = message.aggregate_id,
         .type = message.type,
         .key = message.key ? std::optional<std::string_view>{message.key->octets} : std::nullopt,
         .version = message.version,
         .time = message.time,
         .traceparent = message.traceparent})) {
        headers.emplace_back(std::string{name}, std::string{value.value_or("")});
    }
    return headers;
}

}  // namespace frontrow::events
