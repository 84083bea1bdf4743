// The table of standard problems, and problems as JSON (RFC 9457).
#include "common/http/problem.hpp"

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

Problem lasting(int status, std::string code, std::string title, std::string detail) {
    return {.status = status,
            .code = std::move(code),
            .title = std::move(title),
            .detail = std::move(detail)};
}

Problem passing(int status, std::string code, std::string title, std::string detail) {
    auto problem = lasting(status, std::move(code), std::move(title), std::move(detail));
    problem.retryable = true;
    problem.headers.emplace_back("Retry-After", "1");
    return problem;
}

constexpr std::string_view problem_type = "application/problem+json";

}  // namespace

Problem problem_of(Standard standard) {
    using enum Standard;
    switch (standard) {
        case malformed_request:
            return lasting(400, "malformed-request", "Malformed request",
                           "Send a request line and header fields as RFC 9112 has them.");
        case invalid_target:
            return lasting(
                400, "invalid-target", "Invalid request target",
                "Send a path that starts with a slash, percent-encoded once, without dot "
                "segments, and name each query parameter once.");
        case invalid_host:
            return lasting(400, "invalid-host", "Invalid Host",
                           "Send exactly one Host header field with a host name and no more.");
        case invalid_framing:
            return lasting(400, "invalid-framing", "Invalid body framing",
                           "Give the body's length once, as a Content-Length of digits or as plain "
                           "chunks without extensions and trailers.");
        case repeated_header:
            return lasting(400, "repeated-header", "Repeated header field",
                           "Send this header field once.");
        case unexpected_body:
            return lasting(400, "unexpected-body", "Body where none belongs",
                           "Send this method without a body.");
        case invalid_request:
            return lasting(400, "invalid-request", "Invalid request", "Mend the request.");
        case idempotency_key_required:
            return lasting(400, "idempotency-key-required", "Idempotency-Key is missing",
                           "Send a header field Idempotency-Key with a new random value, such as a "
                           "UUID, and the same value again when you repeat the request.");
        case idempotency_key_invalid:
            return lasting(400, "idempotency-key-invalid", "Idempotency-Key is malformed",
                           "Send 1 to 255 printable ASCII characters, bare or as a quoted string.");
        case command_rejected:
            return lasting(400, "command-rejected", "The command cannot be stored",
                           "A value of this request cannot be stored as it is; mend the request.");
        case unauthorized:
            return lasting(401, "unauthorized", "Authentication is needed",
                           "Send the header `Authorization: Bearer <token>`.");
        case forbidden:
            return lasting(403, "forbidden", "Not allowed", "Use a token whose roles allow this.");
        case not_found:
            return lasting(404, "not-found", "Not found",
                           "Nothing is here; check the path and the ids in it.");
        case method_not_allowed:
            return lasting(405, "method-not-allowed", "Method not allowed",
                           "Use one of the methods that the header Allow lists.");
        case request_timeout:
            return passing(408, "request-timeout", "The request took too long to arrive",
                           "Send the whole request without pauses.");
        case body_too_large:
            return lasting(413, "body-too-large", "Body too large", "Send a smaller body.");
        case target_too_long:
            return lasting(414, "target-too-long", "Request target too long",
                           "Send a shorter path and query.");
        case unsupported_media_type:
            return lasting(415, "unsupported-media-type", "Unsupported media type",
                           "Send the body as application/json, in UTF-8 and not compressed.");
        case expectation_failed:
            return lasting(417, "expectation-failed", "Unknown expectation",
                           "Send `Expect: 100-continue` or no Expect at all.");
        case header_too_large:
            return lasting(431, "header-too-large", "Header too large",
                           "Send fewer and shorter header fields.");
        case internal_error:
            return lasting(500, "internal-error", "Internal error",
                           "Repeat the request with the same Idempotency-Key; if it fails again, "
                           "report the traceId.");
        case method_not_implemented:
            return lasting(501, "method-not-implemented", "Method not implemented",
                           "Use GET, HEAD, POST, PUT, PATCH, DELETE or OPTIONS.");
        case transfer_coding_not_implemented:
            return lasting(501, "transfer-coding-not-implemented",
                           "Transfer coding not implemented",
                           "Use no transfer coding other than chunked.");
        case overloaded:
            return passing(503, "overloaded", "Too many requests wait",
                           "Repeat the request after the time in Retry-After.");
        case too_many_connections:
            return passing(503, "too-many-connections", "Too many connections",
                           "Connect again after the time in Retry-After, and reuse connections.");
        case stopping:
            return passing(503, "stopping", "This process is stopping",
                           "Repeat the request; another process answers it.");
        case unavailable:
            return passing(503, "unavailable", "Temporarily unavailable",
                           "Repeat the request after the time in Retry-After.");
        case deadline_passed:
            return passing(503, "deadline-passed", "No answer in time",
                           "Nothing was done; repeat the request with the same Idempotency-Key.");
        case outcome_unknown:
            return passing(503, "outcome-unknown", "The outcome is not known yet",
                           "Repeat the request with the same Idempotency-Key to learn it; it is "
                           "never done twice.");
        case version_not_supported:
            return lasting(505, "version-not-supported", "HTTP version not supported",
                           "Use HTTP/1.1.");
    }
    return lasting(500, "internal-error", "Internal error", "Report the traceId.");
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

Response response_of(idempotency::Answer const& answer) {
    auto response = Response{.status = answer.status,
                             .headers = {},
                             .body = answer.body,
                             .content_type = answer.content_type};
    if (!answer.location.empty()) {
        response.headers.emplace_back("Location", answer.location);
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
