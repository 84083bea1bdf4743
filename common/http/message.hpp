// An HTTP request that passed every check, and the response to it. No Beast in sight.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "common/auth/principal.hpp"
#include "common/json/value.hpp"
#include "common/tracing/trace_context.hpp"

namespace frontrow::http {

enum class Method { get = 1, head, post, put, patch, del, options };
[[nodiscard]] std::string_view name_of(Method method);

struct Request {
    Method method{Method::get};
    std::string path;   ///< decoded, without the query
    std::string route;  ///< the pattern that matched: "/v1/shows/{id}"
    std::map<std::string, std::string> path_parameters;
    std::map<std::string, std::string> query;  ///< decoded; a repeated name is a 400 before
    std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
    std::string body;
    std::optional<auth::Principal> principal;        ///< always there on routes for `user` or `ops`
    TraceContext trace;                              ///< of this request's span
    std::string correlation_id;                      ///< `X-Correlation-Id`, or the trace id
    std::chrono::steady_clock::time_point deadline;  ///< when the client has its answer at last

    /// The value of that header (lower case), or nothing. A header that must be single was checked.
    [[nodiscard]] std::optional<std::string_view> header(std::string_view name) const;
    [[nodiscard]] std::string const& path_parameter(std::string const& name) const;
    /// The body as JSON, parsed when it is first asked for. Not by two threads at once.
    [[nodiscard]] Result<json::Value, json::Refusal> const& json() const;

    mutable std::optional<Result<json::Value, json::Refusal>> parsed_body{};
};

struct Response {
    int status{200};
    std::vector<std::pair<std::string, std::string>> headers{};
    std::string body{};
    std::string content_type{"application/json"};
};

/// A stream of server-sent events (text/event-stream). Safe for threads.
class EventStream {
  public:
    virtual ~EventStream() = default;
    /// Queues one event; false once the client is gone or too slow (more than 256 KiB waiting).
    virtual bool send(std::string_view id, std::string_view event, std::string_view data) = 0;
    virtual void close() = 0;
    [[nodiscard]] virtual bool is_open() const = 0;
};

/// Answers one request, exactly once, from any thread; a request whose responder is dropped
/// unanswered gets a 500. Copies share the one answer; later answers are ignored.
class Responder {
  public:
    using Send = std::function<void(Response)>;
    using OpenStream = std::function<std::shared_ptr<EventStream>(Response head)>;
    Responder(Send send, OpenStream open_stream);
    void operator()(Response response) const;
    /// Answers with an event stream instead; heartbeats are sent by the session.
    [[nodiscard]] std::shared_ptr<EventStream> stream(Response head = {}) const;

  private:
    struct Once;
    std::shared_ptr<Once> once_;
};

}  // namespace frontrow::http
