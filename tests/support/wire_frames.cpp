// The message layouts of PostgreSQL's protocol 3.0 and of Kafka's, as far as the steps need them.
#include "tests/support/wire_frames.hpp"

namespace frontrow::support {
namespace {

std::uint32_t big_endian(std::string_view octets, std::size_t at, std::size_t count) {
    auto value = std::uint32_t{0};
    for (std::size_t i = 0; i < count; ++i) {
        value = value << 8U | static_cast<std::uint8_t>(octets[at + i]);
    }
    return value;
}

constexpr std::uint32_t ssl_request = 80877103;
constexpr std::uint32_t gss_request = 80877104;
constexpr std::int16_t kafka_produce = 0;
constexpr std::int16_t kafka_offset_commit = 8;

}  // namespace

std::size_t WireFrames::message_length(std::string_view octets, bool to_server) const {
    if (protocol_ == Protocol::postgres) {
        return postgres_length(octets, to_server);
    }
    if (octets.size() < 4) {
        return 0;
    }
    auto const length = 4 + std::size_t{big_endian(octets, 0, 4)};
    return octets.size() < length ? 0 : length;
}

std::size_t WireFrames::postgres_length(std::string_view octets, bool to_server) const {
    if (!to_server && tls_asked_ && !started_) {
        return octets.empty() ? 0 : 1;
    }
    auto const header = to_server && !started_ ? std::size_t{0} : std::size_t{1};
    if (octets.size() < header + 4) {
        return 0;
    }
    auto const length = header + big_endian(octets, header, 4);
    return octets.size() < length ? 0 : length;
}

std::optional<WireStep> WireFrames::step_of(std::string_view message, bool to_server) {
    return protocol_ == Protocol::postgres ? postgres_step(message, to_server)
                                           : kafka_step(message, to_server);
}

std::optional<WireStep> WireFrames::postgres_step(std::string_view message, bool to_server) {
    if (to_server && !started_) {
        auto const code = message.size() >= 8 ? big_endian(message, 4, 4) : 0;
        tls_asked_ = code == ssl_request || code == gss_request;
        started_ = !tls_asked_;
        return std::nullopt;
    }
    if (to_server && message[0] == 'Q' && message.substr(5, 6) == "COMMIT") {
        return WireStep::commit_sent;
    }
    if (!to_server && message[0] == 'C' && message.substr(5, 6) == "COMMIT") {
        return WireStep::commit_answered;
    }
    return std::nullopt;
}

std::optional<WireStep> WireFrames::kafka_step(std::string_view message, bool to_server) {
    if (message.size() < 8) {
        return std::nullopt;
    }
    if (to_server) {
        if (message.size() < 12) {
            return std::nullopt;
        }
        auto const api = static_cast<std::int16_t>(big_endian(message, 4, 2));
        kafka_requests_[static_cast<std::int32_t>(big_endian(message, 8, 4))] = api;
        return api == kafka_produce         ? std::optional{WireStep::produce_sent}
               : api == kafka_offset_commit ? std::optional{WireStep::offset_commit_sent}
                                            : std::nullopt;
    }
    auto const asked = kafka_requests_.find(static_cast<std::int32_t>(big_endian(message, 4, 4)));
    if (asked == kafka_requests_.end()) {
        return std::nullopt;
    }
    auto const api = asked->second;
    kafka_requests_.erase(asked);
    return api == kafka_produce         ? std::optional{WireStep::produce_acknowledged}
           : api == kafka_offset_commit ? std::optional{WireStep::offset_commit_answered}
                                        : std::nullopt;
}

}  // namespace frontrow::support
