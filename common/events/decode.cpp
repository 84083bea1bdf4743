// From a record, whatever its octets are, to an event or to the reason why it is none.
#include <algorithm>
#include <limits>

#include "common/events/event.hpp"
#include "common/events/fields.hpp"
#include "common/json/value.hpp"

namespace frontrow::events {
namespace {

constexpr auto detail_octets_max = std::size_t{1024};
constexpr auto int32_max = std::int64_t{std::numeric_limits<std::int32_t>::max()};
constexpr auto int64_max = std::numeric_limits<std::int64_t>::max();
// A balance is the sum of many amounts, each of which is held to `minor_units_max`.
constexpr auto balance_max = 1000 * minor_units_max;

template <class Tag>
void read(json::ObjectReader& in, std::string_view name, Id<Tag>& id) {
    id = in.id<Id<Tag>>(name);
}
void read(json::ObjectReader& in, std::string_view name, Instant& instant) {
    instant = in.parsed(name, "must be an RFC 3339 instant", parse_rfc3339);
}
void read(json::ObjectReader& in, std::string_view name, Currency& currency) {
    currency = in.parsed(name, "must be a currency code", Currency::parse);
}
void read(json::ObjectReader& in, std::string_view name, std::int32_t& number) {
    number = static_cast<std::int32_t>(in.integer(name, 0, int32_max));
}
void read(json::ObjectReader& in, std::string_view name, std::int64_t& number) {
    number = in.integer(name, 0, int64_max);
}
void read(json::ObjectReader& in, std::string_view name, UserId& user) {
    user.name = in.text(name, 1, 128);
}
void read(json::ObjectReader& in, std::string_view name, std::string& text) {
    text = in.text(name, 0, 1024);
}

/// Reads each member of one object by its name, and remembers the first thing that was wrong.
class MemberReader {
  public:
    MemberReader(json::Value const& object, std::string path)
        : object_{object}, path_{path}, in_{object, std::move(path)} {}

    template <class Member>
    void operator()(std::string_view name, Member& member) {
        read(in_, name, member);
    }
    template <class Member>
    void operator()(std::string_view name, std::optional<Member>& member) {
        auto const* value = object_.find(name);
        if (value != nullptr && !value->is_null()) {
            read(in_, name, member.emplace());
        }
    }
    void operator()(std::string_view name, Money& money) {
        auto const value = in_.member(name);
        auto inside = MemberReader{value, path_ + "." + std::string{name}};
        money.minor_units = inside.in_.integer("amount", 0, balance_max);
        inside("currency", money.currency);
        adopt(inside);
    }
    void operator()(std::string_view name, std::vector<SeatFence>& seats) {
        for (auto const& value : in_.array(name, 0, 64)) {
            auto inside = MemberReader{value, path_ + "." + std::string{name}};
            auto& seat = seats.emplace_back();
            inside("seat", seat.seat);
            inside("fence", seat.fence);
            adopt(inside);
        }
    }
    [[nodiscard]] json::Refusal const* refusal() const { return inner_ ? &*inner_ : in_.refusal(); }

  private:
    void adopt(MemberReader const& inside) {
        if (refusal() == nullptr && inside.refusal() != nullptr) {
            inner_ = *inside.refusal();
        }
    }
    json::Value const& object_;
    std::string path_;
    json::ObjectReader in_;
    std::optional<json::Refusal> inner_;
};

/// The detail is stored as text, so foreign octets and control characters must not get into it.
DecodeRefusal refusal(Unreadable why, std::string detail) {
    detail.resize(std::min(detail.size(), detail_octets_max));
    std::ranges::replace_if(
        detail, [](char c) { return c < ' ' || c > '~'; }, '?');
    return {why, std::move(detail)};
}

template <std::size_t... Index>
Body body_at(std::size_t index, std::index_sequence<Index...>) {
    auto body = Body{};
    static_cast<void>(((Index == index ? (body.emplace<Index>(), true) : false) || ...));
    return body;
}

std::optional<Body> body_of(std::string_view type) {
    auto const& rows = catalogue();
    for (std::size_t i = 0; i < rows.size(); ++i) {
        if (rows[i].type == type) {
            return body_at(i, std::make_index_sequence<std::variant_size_v<Body>>{});
        }
    }
    return std::nullopt;
}

bool is_v7(Uuid const& id) {
    return id.octets[6] >> 4 == 7;
}

/// The value's own envelope; every member must be there, as sinks see nothing else.
Envelope read_envelope(json::ObjectReader& in, std::string& type) {
    auto envelope = Envelope{};
    envelope.id = in.parsed("id", "must be a UUID", Uuid::parse);
    type = in.text("type", 1, 256);
    envelope.time = in.parsed("time", "must be an RFC 3339 instant", parse_rfc3339);
    envelope.version = in.integer("version", 1, int64_max);
    envelope.correlation_id = in.text("correlationId", 0, 256);
    envelope.causation_id = in.text("causationId", 0, 256);
    return envelope;
}

TraceContext trace_of(kafka::Headers const& headers) {
    auto const parent = kafka::header(headers, "traceparent");
    auto const state = kafka::header(headers, "tracestate");
    auto trace = parent ? TraceContext::parse(*parent, state.value_or("")) : std::nullopt;
    return trace ? *trace : TraceContext::start();
}

Result<Event, DecodeRefusal> read_value(kafka::Record const& record, Body body,
                                        std::string_view header_type, Uuid const& header_id) {
    auto const value = json::parse(*record.value);
    if (!value) {
        return refusal(Unreadable::not_json, value.error().detail);
    }
    if (!value->is_object()) {
        return refusal(Unreadable::schema, "the value must be an object");
    }
    auto in = json::ObjectReader{*value};
    auto type = std::string{};
    auto envelope = read_envelope(in, type);
    auto const data = in.member("data");
    if (in.refusal() != nullptr) {
        return refusal(Unreadable::schema, in.refusal()->detail);
    }
    if (!data.is_object()) {
        return refusal(Unreadable::schema, "\"data\" must be an object");
    }
    auto members = MemberReader{data, "data"};
    std::visit([&](auto& event) { fields(members, event); }, body);
    if (members.refusal() != nullptr) {
        return refusal(Unreadable::schema, members.refusal()->detail);
    }
    if (!is_v7(envelope.id)) {
        return refusal(Unreadable::schema, "\"id\" must be a version 7 UUID");
    }
    if (envelope.id != header_id || type != header_type) {
        return refusal(Unreadable::key_mismatch, "ce_id or ce_type is not what the value says");
    }
    if (!record.key || *record.key != key_of(body)) {
        return refusal(Unreadable::key_mismatch, "the key is not the aggregate's id in the value");
    }
    envelope.trace = trace_of(record.headers);
    return Event{std::move(envelope), std::move(body)};
}

}  // namespace

Result<Event, DecodeRefusal> decode(kafka::Record const& record) {
    auto const type = kafka::header(record.headers, "ce_type");
    auto const id = kafka::header(record.headers, "ce_id");
    auto const specification = kafka::header(record.headers, "ce_specversion");
    if (!type || !id || !specification) {
        return refusal(Unreadable::missing_header, !type ? "ce_type"
                                                   : !id ? "ce_id"
                                                         : "ce_specversion");
    }
    if (*specification != "1.0") {
        return refusal(Unreadable::missing_header, "ce_specversion must be 1.0");
    }
    auto const parsed_id = Uuid::parse(*id);
    if (!parsed_id) {
        return refusal(Unreadable::missing_header, "ce_id must be a UUID");
    }
    auto body = body_of(*type);
    if (!body) {
        return refusal(Unreadable::unknown_type, std::string{*type});
    }
    if (!record.value || record.value->empty()) {
        return refusal(Unreadable::no_value, "the value is null or empty");
    }
    return read_value(record, *std::move(body), *type, *parsed_id);
}

}  // namespace frontrow::events
