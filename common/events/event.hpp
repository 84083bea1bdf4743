// Every event of frontrow as one type, and its way to and from a Kafka record.
#pragma once

#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "common/core/result.hpp"
#include "common/events/envelope.hpp"
#include "common/events/payment_events.hpp"
#include "common/events/queue_events.hpp"
#include "common/events/reservation_events.hpp"
#include "common/events/show_events.hpp"
#include "common/kafka/record.hpp"
#include "common/outbox/message.hpp"

namespace frontrow::events {

using Body = std::variant<ReservationHeld, ReservationExtended, ReservationPaymentRequested,
                          ReservationReturned, ReservationConfirmed, ReservationExpired,
                          ReservationCancelled, ReservationPartlyCancelled, PaymentAuthorized,
                          PaymentDeclined, PaymentCaptured, PaymentVoided, PaymentRefunded,
                          WalletToppedUp, TokenJoined, TokenAdmitted, TokenCompleted, TokenExpired,
                          TokenLeft, TokenRevoked, TokenAbandoned, ShowCreated>;

struct Event {
    Envelope envelope;
    Body body;
};

/// A row of the catalogue: one for each alternative of Body, in its order.
struct TypeInfo {
    std::string_view type;       ///< `ce_type`: "frontrow.booking.reservation.held.v1"
    std::string_view topic;      ///< "booking.reservation.v1"
    std::string_view aggregate;  ///< "reservation"
    std::string_view producer;   ///< "booking-service"
};
[[nodiscard]] std::vector<TypeInfo> const& catalogue();
[[nodiscard]] TypeInfo const& type_of(Body const& body);
/// The key of the record and `ce_subject`: the aggregate's id as text.
[[nodiscard]] std::string key_of(Body const& body);

/// The outbox row of an event: CloudEvents binary mode, with id, time, type, version, correlationId
/// and causationId in the JSON value too (sinks drop headers).
[[nodiscard]] outbox::Message to_message(Event event);
/// `to_message` of each, in order.
[[nodiscard]] std::vector<outbox::Message> to_messages(std::vector<Event> events);

/// The CloudEvents headers of an ordinary outbox row, from its columns: what the relay sends.
[[nodiscard]] kafka::Headers headers_of(outbox::Message const& message);

enum class Unreadable {
    no_value = 1,    ///< null or empty
    missing_header,  ///< no ce_type, ce_id, ...
    unknown_type,    ///< a type or version that this program does not know
    not_json,        ///< or JSON that is not safe to read
    schema,          ///< a member is missing, of another type, or out of range
    key_mismatch,    ///< the key is not the id in the value, or ce_id is not the value's id
};
struct DecodeRefusal {
    Unreadable why{};
    std::string detail;  ///< which member, for the dead letter; at most 1 KiB
};
/// Reads a record in binary mode. Members that are unknown are ignored: within .v1 only additions.
[[nodiscard]] Result<Event, DecodeRefusal> decode(kafka::Record const& record);

}  // namespace frontrow::events
