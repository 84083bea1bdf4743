// The table of standard problems, and problems as JSON (RFC 9457).
#include "common/http/problem.hpp"

#include <array>

#include "common/json/writer.hpp"

namespace frontrow::http {
namespace {

std::string body_of(Problem const& problem) {
    auto writer = json::Writer{};
    writer.object();
    writer.member("type", "https://frontrow.example/problems/" + problem.code);
    writer.member("title", problem.title).member("status", std::int64_t{problem.status});
    writer.member("detail", problem.detail).member("code", problem.code);
    writer.member("retryable", problem.retryable);
    if (!problem.trace_id.empty()) {
        writer.member("traceId", problem.trace_id);
    }
    for (auto const& [name, value] : problem.extra) {
        writer.key(name).raw(value);
    }
    return std::move(writer.end()).text();
}

struct Row {
    Standard standard;
    bool is_retryable;
    int status;
    char const* code;
    char const* title;
    char const* detail;  ///< what to do next
};

using enum Standard;
constexpr auto table = std::array{
    Row{malformed_request, false, 400, "malformed-request", "Malformed request",
        "Send a request line and header fields as RFC 9112 has them."},
    Row{invalid_target, false, 400, "invalid-target", "Invalid request target",
        "Send a path that starts with a slash, percent-encoded once, without dot segments, and "
        "name each query parameter once."},
    Row{invalid_host, false, 400, "invalid-host", "Invalid Host",
        "Send exactly one Host header field with a host name and no more."},
    Row{invalid_framing, false, 400, "invalid-framing", "Invalid body framing",
        "Give the body's length once, as a Content-Length of digits or as plain chunks without "
        "extensions and trailers."},
    Row{repeated_header, false, 400, "repeated-header", "Repeated header field",
        "Send this header field once."},
    Row{unexpected_body, false, 400, "unexpected-body", "Body where none belongs",
        "Send this method without a body."},
    Row{invalid_request, false, 400, "invalid-request", "Invalid request", "Mend the request."},
    Row{idempotency_key_required, false, 400, "idempotency-key-required",
        "Idempotency-Key is missing",
        "Send a header field Idempotency-Key with a new random value, such as a UUID, and the same "
        "value again when you repeat the request."},
    Row{idempotency_key_invalid, false, 400, "idempotency-key-invalid",
        "Idempotency-Key is malformed",
        "Send 1 to 255 printable ASCII characters, bare or as a quoted string."},
    Row{command_rejected, false, 400, "command-rejected", "The command cannot be stored",
        "A value of this request cannot be stored as it is; mend the request."},
    Row{unauthorized, false, 401, "unauthorized", "Authentication is needed",
        "Send the header `Authorization: Bearer <token>`."},
    Row{forbidden, false, 403, "forbidden", "Not allowed", "Use a token whose roles allow this."},
    Row{not_found, false, 404, "not-found", "Not found",
        "Nothing is here; check the path and the ids in it."},
    Row{method_not_allowed, false, 405, "method-not-allowed", "Method not allowed",
        "Use one of the methods that the header Allow lists."},
    Row{request_timeout, true, 408, "request-timeout", "The request took too long to arrive",
        "Send the whole request without pauses."},
    Row{body_too_large, false, 413, "body-too-large", "Body too large", "Send a smaller body."},
    Row{target_too_long, false, 414, "target-too-long", "Request target too long",
        "Send a shorter path and query."},
    Row{unsupported_media_type, false, 415, "unsupported-media-type", "Unsupported media type",
        "Send the body as application/json, in UTF-8 and not compressed."},
    Row{expectation_failed, false, 417, "expectation-failed", "Unknown expectation",
        "Send `Expect: 100-continue` or no Expect at all."},
    Row{header_too_large, false, 431, "header-too-large", "Header too large",
        "Send fewer and shorter header fields."},
    Row{internal_error, false, 500, "internal-error", "Internal error",
        "Repeat the request with the same Idempotency-Key; if it fails again, report the traceId."},
    Row{method_not_implemented, false, 501, "method-not-implemented", "Method not implemented",
        "Use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS."},
    Row{transfer_coding_not_implemented, false, 501, "transfer-coding-not-implemented",
        "Transfer coding not implemented", "Use no transfer coding other than chunked."},
    Row{overloaded, true, 503, "overloaded", "Too many requests wait",
        "Repeat the request after the time in Retry-After."},
    Row{too_many_connections, true, 503, "too-many-connections", "Too many connections",
        "Connect again after the time in Retry-After, and reuse connections."},
    Row{stopping, true, 503, "stopping", "This process is stopping",
        "Repeat the request; another process answers it."},
    Row{unavailable, true, 503, "unavailable", "Temporarily unavailable",
        "Repeat the request after the time in Retry-After."},
    Row{deadline_passed, true, 503, "deadline-passed", "No answer in time",
        "Nothing was done; repeat the request with the same Idempotency-Key."},
    Row{outcome_unknown, true, 503, "outcome-unknown", "The outcome is not known yet",
        "Repeat the request with the same Idempotency-Key to learn it; it is never done twice."},
    Row{version_not_supported, false, 505, "version-not-supported", "HTTP version not supported",
        "Use HTTP/1.1."},
};

/// Every enumerator has its row, at its place: a new one without a row does not compile.
constexpr bool is_complete() {
    for (std::size_t n = 0; n < table.size(); ++n) {
        if (static_cast<std::size_t>(table[n].standard) != n + 1) {
            return false;
        }
    }
    return table.back().standard == version_not_supported;
}
static_assert(is_complete());

constexpr std::string_view problem_type = "application/problem+json";

}  // namespace

Problem problem_of(Standard standard) {
    auto const& row = table.at(static_cast<std::size_t>(standard) - 1);
    auto problem = Problem{.status = row.status,
                           .code = row.code,
                           .title = row.title,
                           .detail = row.detail,
                           .retryable = row.is_retryable};
    if (row.is_retryable) {
        problem.headers.emplace_back("Retry-After", "1");
    }
    return problem;
}

Response response_of(Problem const& problem) {
    return {.status = problem.status,
            .headers = problem.headers,
            .body = body_of(problem),
            .content_type = std::string{problem_type}};
}

idempotency::Answer answer_of(Problem const& problem) {
    return {.status = problem.status,
            .content_type = std::string{problem_type},
            .location = {},
            .body = body_of(problem)};
}

Response response_of(idempotency::Answer answer) {
    auto response = Response{.status = answer.status,
                             .headers = {},
                             .body = std::move(answer.body),
                             .content_type = std::move(answer.content_type)};
    if (!answer.location.empty()) {
        response.headers.emplace_back("Location", std::move(answer.location));
    }
    if (answer.replayed) {
        response.headers.emplace_back("Idempotent-Replayed", "true");
    }
    return response;
}

Problem problem_of(lane::Fault const& fault) {
    auto const standard = [&] {
        switch (fault.kind) {
            case lane::FaultKind::overloaded:
                return Standard::overloaded;
            case lane::FaultKind::deadline_passed:
                return Standard::deadline_passed;
            case lane::FaultKind::unknown_outcome:
                return Standard::outcome_unknown;
            case lane::FaultKind::stopping:
                return Standard::stopping;
            case lane::FaultKind::item_rejected:
                return Standard::command_rejected;
            case lane::FaultKind::unavailable:
                return Standard::unavailable;
        }
        return Standard::internal_error;
    }();
    auto problem = problem_of(standard);
    for (auto& [name, value] : problem.headers) {
        if (name == "Retry-After") {
            value = std::to_string(fault.retry_after.count());
        }
    }
    return problem;
}

Problem bad_request(std::string detail) {
    auto problem = problem_of(Standard::invalid_request);
    problem.detail = std::move(detail);
    return problem;
}

Problem not_found(std::string_view what) {
    auto problem = problem_of(Standard::not_found);
    problem.detail = "There is no such " + std::string{what} + "; check its id.";
    return problem;
}

Problem idempotency_key_required() {
    return problem_of(Standard::idempotency_key_required);
}

Problem unauthorized(std::string detail) {
    auto problem = problem_of(Standard::unauthorized);
    problem.detail = std::move(detail);
    problem.headers.emplace_back("WWW-Authenticate", "Bearer realm=\"frontrow\"");
    return problem;
}

Problem forbidden(std::string detail) {
    auto problem = problem_of(Standard::forbidden);
    problem.detail = std::move(detail);
    return problem;
}

}  // namespace frontrow::http
