// GET /v1/timeline/{id}: one story, found by its reservation, one of its events, or its trace.
#include <algorithm>

#include "common/http/submit.hpp"
#include "common/json/writer.hpp"
#include "dataplatform-consumer/http/routes.hpp"

namespace frontrow::dataplatform::http {
namespace {

std::optional<std::variant<Uuid, use_cases::TraceId>> parse_id(std::string const& text) {
    if (auto const uuid = Uuid::parse(text)) {
        return *uuid;
    }
    auto const is_hex = [](char c) {
        return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f');
    };
    if (text.size() == 32 && std::ranges::all_of(text, is_hex)) {
        return use_cases::TraceId{text};
    }
    return std::nullopt;
}

std::string timeline_json(std::string const& id, use_cases::Timeline const& timeline) {
    auto out = json::Writer{};
    out.object().member("id", id).key("events").array();
    for (auto const& entry : timeline) {
        out.object()
            .member("id", entry.event_id)
            .member("type", entry.type)
            .member("time", entry.time)
            .member("topic", entry.topic)
            .member("key", entry.key)
            .member("version", entry.version)
            .member("correlationId", entry.correlation_id)
            .member("causationId", entry.causation_id)
            .member("traceId", entry.trace_id)
            .key("data")
            .raw(entry.value)
            .end();
    }
    return std::move(out.end().end()).text();
}

}  // namespace

void get_timeline(Request const& request, Responder respond, TimelineLane& lane) {
    auto const& text = request.path_parameter("id");
    auto const id = parse_id(text);
    if (!id) {
        return respond(
            frontrow::http::problem_response(request, frontrow::http::not_found("timeline")));
    }
    auto const& principal = *request.principal;
    auto const viewer = principal.is_ops ? std::nullopt : std::optional{principal.user};
    frontrow::http::submit(
        request, std::move(respond), use_cases::ReadTimeline{*id, viewer}, lane,
        [text](use_cases::Timeline const& timeline, std::string const& trace_id) {
            if (timeline.empty()) {
                auto problem = frontrow::http::not_found("timeline");
                problem.trace_id = trace_id;
                return frontrow::http::response_of(problem);
            }
            return frontrow::http::Response{.body = timeline_json(text, timeline)};
        });
}

}  // namespace frontrow::dataplatform::http
