// Appends a batch of messages with one statement.
#include "common/outbox/outbox.hpp"

#include "common/core/ensure.hpp"

namespace frontrow::outbox {
namespace {

// The identity is drawn after the sort, so ids rise in the order given.
constexpr auto append_messages = pg::Statement{"outbox_append", R"sql(
    INSERT INTO public.outbox (event_id, aggregatetype, aggregateid, version, type, topic, key,
                               payload, time, traceparent, correlation_id, causation_id, headers,
                               partition)
    SELECT event_id, aggregatetype, aggregateid, version, type, topic, key, payload,
           time, traceparent, correlation_id, causation_id, headers, partition
    FROM (SELECT unnest($1::uuid[]), unnest($2::text[]), unnest($3::text[]), unnest($4::bigint[]),
                 unnest($5::text[]), unnest($6::text[]), unnest($7::bytea[]), unnest($8::bytea[]),
                 unnest($9::timestamptz[]), unnest($10::text[]), unnest($11::text[]),
                 unnest($12::text[]), unnest($13::bytea[]), unnest($14::int[]),
                 generate_subscripts($1::uuid[], 1))
         AS message (event_id, aggregatetype, aggregateid, version, type, topic, key, payload,
                     time, traceparent, correlation_id, causation_id, headers, partition, position)
    ORDER BY position
)sql"};

}  // namespace

void append(pg::Transaction& tx, std::span<Message const> messages) {
    if (messages.empty()) {
        return;
    }
    for (auto const& message : messages) {
        ENSURE(!message.payload || message.payload->octets.size() <= payload_octets_max);
    }
    tx.post(append_messages, pg::column(messages, &Message::event_id),
            pg::column(messages, &Message::aggregate_type),
            pg::column(messages, &Message::aggregate_id), pg::column(messages, &Message::version),
            pg::column(messages, &Message::type), pg::column(messages, &Message::topic),
            pg::column(messages, &Message::key), pg::column(messages, &Message::payload),
            pg::column(messages, &Message::time), pg::column(messages, &Message::traceparent),
            pg::column(messages, &Message::correlation_id),
            pg::column(messages, &Message::causation_id), pg::column(messages, &Message::headers),
            pg::column(messages, &Message::partition));
}

}  // namespace frontrow::outbox
