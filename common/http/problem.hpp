// Errors as RFC 9457 problems, all of them from one table.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/http/message.hpp"
#include "common/idempotency/idempotency.hpp"
#include "common/lane/answer_fault.hpp"

namespace frontrow::http {

/// A problem document. `type` is "https://frontrow.example/problems/<code>"; `detail` is a sentence
/// that says what to do next. Members beyond the standard ones: `code`, `retryable`, `traceId`,
/// extra.
struct Problem {
    int status{500};
    std::string code;  ///< "seat-unavailable": stable, clients switch on it
    std::string title;
    std::string detail;
    bool retryable{false};
    std::string trace_id{};
    /// Further members; the value is JSON already (`json::quote`, or a number, or an array).
    std::vector<std::pair<std::string, std::string>> extra{};
    /// Further headers: Retry-After, Allow, WWW-Authenticate.
    std::vector<std::pair<std::string, std::string>> headers{};
};

/// What can be wrong with any request at any service, before or around its handler.
enum class Standard {
    malformed_request = 1,
    invalid_target,
    invalid_host,
    invalid_framing,
    repeated_header,
    unexpected_body,
    invalid_request,
    idempotency_key_required,
    idempotency_key_invalid,
    command_rejected,
    unauthorized,
    forbidden,
    not_found,
    method_not_allowed,
    request_timeout,
    body_too_large,
    target_too_long,
    unsupported_media_type,
    expectation_failed,
    header_too_large,
    internal_error,
    method_not_implemented,
    transfer_coding_not_implemented,
    overloaded,
    too_many_connections,
    stopping,
    unavailable,
    deadline_passed,
    outcome_unknown,
    version_not_supported,
};
/// The whole table: status, code, title, what to do next, and whether repeating can help.
[[nodiscard]] Problem problem_of(Standard standard);

[[nodiscard]] Response response_of(Problem const& problem);
/// For answers that are stored under an idempotency key.
[[nodiscard]] idempotency::Answer answer_of(Problem const& problem);
[[nodiscard]] Response response_of(idempotency::Answer answer);
/// overloaded, stopping, unavailable, deadline_passed: 503 with Retry-After; unknown_outcome: 503
/// that says to repeat with the same key; item_rejected: 400.
[[nodiscard]] Problem problem_of(lane::Fault const& fault);

// The problems that every service needs; each service adds its own in its one exhaustive switch.
[[nodiscard]] Problem bad_request(std::string detail);   ///< 400 invalid-request
[[nodiscard]] Problem not_found(std::string_view what);  ///< 404 not-found
[[nodiscard]] Problem idempotency_key_required();        ///< 400
[[nodiscard]] Problem unauthorized(std::string detail);  ///< 401 with WWW-Authenticate
[[nodiscard]] Problem forbidden(std::string detail);     ///< 403

}  // namespace frontrow::http
