// Writes what operators see of a dead letter.
#include "common/deadletter/http/answers.hpp"

#include "common/core/bytes.hpp"
#include "common/json/utf8.hpp"
#include "common/json/writer.hpp"

namespace frontrow::deadletter {
namespace {

void add_summary(json::Writer& out, Letter const& letter) {
    out.member("id", letter.id)
        .member("group", letter.consumer)
        .member("topic", letter.record.topic)
        .member("partition", letter.record.partition)
        .member("offset", letter.record.offset)
        .member("eventId", letter.event_id)
        .member("type", letter.type)
        .member("reason", letter.reason)
        .member("class", class_of(letter.reason))
        .member("detail", letter.detail)
        .member("state", to_text(letter.state))
        .member("failedAt", letter.failed_at)
        .member("replayCount", letter.replay_count);
}

/// As text if it is text, and octet by octet in any case.
void add_octets(json::Writer& out, std::string const& name,
                std::optional<std::string> const& octets) {
    out.key(name);
    if (octets && json::is_utf8(*octets)) {
        out.value(*octets);
    } else {
        out.null();
    }
    out.key(name + "Base64url");
    if (octets) {
        out.value(to_base64url(*octets));
    } else {
        out.null();
    }
}

http::Problem conflict(std::string code, std::string title, std::string detail) {
    return {.status = 409,
            .code = std::move(code),
            .title = std::move(title),
            .detail = std::move(detail)};
}

http::Problem problem_of(OperationRefusal refusal) {
    switch (refusal) {
        case OperationRefusal::unknown_letter:
            return http::not_found("dead letter");
        case OperationRefusal::already_resolved:
            return conflict("dead-letter-resolved", "The dead letter is resolved already",
                            "Look at its state; there is nothing left to do.");
        case OperationRefusal::parked:
            return conflict("dead-letter-parked", "The event waits behind a dead letter of its key",
                            "Replay or discard the open dead letter of the same key; this one "
                            "follows by itself.");
        case OperationRefusal::out_of_reach:
            return conflict("dead-letter-too-old", "The inbox does not reach back to this event",
                            "It could not be told from a duplicate. Read the current state of what "
                            "it is about, mend that by hand if need be, and discard it.");
        case OperationRefusal::too_large:
            return conflict("dead-letter-too-large", "No topic takes a record of this size",
                            "Ask its producer to send it again in smaller parts, and discard it.");
        case OperationRefusal::must_be_replayed:
            return conflict("dead-letter-must-be-replayed", "This type cannot be discarded here",
                            "Mend the cause and replay it: money or seats depend on it.");
    }
    return http::not_found("dead letter");
}

}  // namespace

std::string summary_json(Letter const& letter) {
    auto out = json::Writer{};
    out.object();
    add_summary(out, letter);
    return std::move(out.end()).text();
}

std::string letter_json(Letter const& letter) {
    auto out = json::Writer{};
    out.object();
    add_summary(out, letter);
    add_octets(out, "key", letter.record.key);
    add_octets(out, "value", letter.record.value);
    out.key("headers").array();
    for (auto const& [name, value] : letter.record.headers) {
        out.object().member("name", name);
        add_octets(out, "value", value);
        out.end();
    }
    out.end().end();
    return std::move(out).text();
}

std::string page_json(std::vector<Letter> const& letters, std::size_t limit) {
    auto out = json::Writer{};
    out.object().key("items").array();
    for (std::size_t i = 0; i < std::min(limit, letters.size()); ++i) {
        out.raw(summary_json(letters[i]));
    }
    out.end().key("nextCursor");
    if (letters.size() > limit) {
        out.value(letters[limit - 1].id);
    } else {
        out.null();
    }
    return std::move(out.end()).text();
}

idempotency::Answer answer_of(OperationOutcome const& outcome, std::string const& path) {
    if (!outcome) {
        return http::answer_of(problem_of(outcome.error()));
    }
    auto const is_replay = outcome->letter.state == State::replaying;
    auto out = json::Writer{};
    out.object();
    add_summary(out, outcome->letter);
    if (is_replay) {
        out.member("replayId", outcome->replay_id);
    }
    auto answer = idempotency::Answer{};
    answer.status = is_replay ? 202 : 200;
    answer.location = is_replay ? path + "/" + outcome->letter.id.to_string() : std::string{};
    answer.body = std::move(out.end()).text();
    return answer;
}

}  // namespace frontrow::deadletter
