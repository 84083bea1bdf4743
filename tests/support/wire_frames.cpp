// The message layouts of PostgreSQL's protocol 3.0 and of Kafka's, as far as the steps need them.
#include "tests/support/wire_frames.hpp"

#include <algorithm>
#include <utility>

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
constexpr std::int16_t kafka_metadata = 3;
constexpr std::int16_t kafka_offset_commit = 8;
constexpr std::int16_t kafka_find_coordinator = 10;

/// Up to the next NUL.
std::string_view text_at(std::string_view message, std::size_t at) {
    auto const rest = message.substr(std::min(at, message.size()));
    return rest.substr(0, rest.find('\0'));
}

/// Of a Bind message: the name of the prepared statement, which follows that of the portal.
std::string_view bound_statement(std::string_view message) {
    auto const portal = text_at(message, 5);
    return text_at(message, 5 + portal.size() + 1);
}

/// Whether a statement, or the tag of what one did, is about changing rows.
bool writes(std::string_view text) {
    text.remove_prefix(std::min(text.find_first_not_of(" \t\n"), text.size()));
    return text.starts_with("INSERT") || text.starts_with("UPDATE") || text.starts_with("DELETE");
}

/// Parse, Bind, Describe, Execute, Close: run and answered as far as the next Sync.
bool shares_a_sync(char type) {
    return std::string_view{"PBDEC"}.find(type) != std::string_view::npos;
}

/// Of the first message, whose length is behind so many octets; 0 if it is not whole yet.
std::size_t first_length(std::string_view octets, std::size_t header) {
    if (octets.size() < header + 4) {
        return 0;
    }
    auto const length = header + big_endian(octets, header, 4);
    return octets.size() < length ? 0 : length;
}

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
    if (!to_server || !started_) {
        return first_length(octets, to_server ? 0 : 1);
    }
    auto const first = first_length(octets, 1);
    auto length = std::size_t{0};
    auto has_commit = false;
    for (auto is_open = true; is_open;) {
        auto const next = first_length(octets.substr(length), 1);
        if (next == 0) {
            return 0;
        }
        auto const message = octets.substr(length, next);
        has_commit =
            has_commit ||
            (message[0] == 'B' && commit_prepared_.contains(std::string{bound_statement(message)}));
        is_open = shares_a_sync(message[0]);
        length += next;
    }
    if (!has_commit) {
        return first;
    }
    return unanswered_ > 0 ? 0 : length;
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
    if (!to_server) {
        return postgres_answer(message);
    }
    auto step = std::optional<WireStep>{};
    while (!message.empty()) {
        auto const length = first_length(message, 1);
        auto const next = postgres_request(message.substr(0, length));
        step = step ? step : next;
        message.remove_prefix(length);
    }
    return step;
}

/// Outside of a block, what a statement wrote is committed by the Sync that follows it.
std::optional<WireStep> WireFrames::postgres_request(std::string_view message) {
    switch (message[0]) {
        case 'Q': {
            ++unanswered_;
            auto const sql = text_at(message, 5);
            block_asked_ =
                sql.starts_with("BEGIN") || (block_asked_ && sql != "COMMIT" && sql != "ROLLBACK");
            return changed_ && sql == "COMMIT" ? std::optional{WireStep::commit_sent}
                                               : std::nullopt;
        }
        case 'P': {
            auto const name = text_at(message, 5);
            auto const sql = text_at(message, 5 + name.size() + 1);
            if (writes(sql)) {
                writing_prepared_.emplace(name);
            } else if (sql.starts_with("BEGIN")) {
                begin_prepared_.emplace(name);
            } else if (sql == "COMMIT") {
                commit_prepared_.emplace(name);
            }
            return std::nullopt;
        }
        case 'B': {
            auto const name = std::string{bound_statement(message)};
            if (commit_prepared_.contains(name)) {
                block_asked_ = false;
                return std::exchange(will_change_, false) || changed_
                           ? std::optional{WireStep::commit_sent}
                           : std::nullopt;
            }
            block_asked_ = block_asked_ || begin_prepared_.contains(name);
            will_change_ = will_change_ || writing_prepared_.contains(name);
            return std::nullopt;
        }
        case 'S':
            ++unanswered_;
            return std::exchange(will_change_, false) && !in_block_ && !block_asked_
                       ? std::optional{WireStep::commit_sent}
                       : std::nullopt;
        default:
            return std::nullopt;
    }
}

std::optional<WireStep> WireFrames::postgres_answer(std::string_view message) {
    if (message[0] == 'Z') {
        unanswered_ = std::max(unanswered_ - 1, 0);  // the first one answers the start-up
        in_block_ = message.substr(5, 1) != "I";
        changed_ = changed_ && in_block_;
        return std::nullopt;
    }
    if (message[0] != 'C') {
        return std::nullopt;
    }
    auto const tag = text_at(message, 5);
    auto const wrote = writes(tag) && !tag.ends_with(" 0");
    in_block_ = in_block_ || tag == "BEGIN";
    if (tag == "COMMIT" ? changed_ : wrote && !in_block_) {
        return WireStep::commit_answered;
    }
    changed_ = changed_ || wrote;
    return std::nullopt;
}

std::optional<WireStep> WireFrames::kafka_step(std::string_view message, bool to_server) {
    told_of_brokers_ = false;
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
    told_of_brokers_ = api == kafka_metadata || api == kafka_find_coordinator;
    return api == kafka_produce         ? std::optional{WireStep::produce_acknowledged}
           : api == kafka_offset_commit ? std::optional{WireStep::offset_commit_answered}
                                        : std::nullopt;
}

}  // namespace frontrow::support
