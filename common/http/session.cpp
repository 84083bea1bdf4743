// The conversation as a machine of six states; `advance` moves it as far as the octets at hand
// allow.
#include "common/http/session.hpp"

#include <algorithm>

#include "common/http/serialize.hpp"
#include "common/log/log.hpp"

namespace frontrow::http {
namespace {

using Clock = std::chrono::steady_clock;
using namespace std::chrono_literals;

constexpr std::size_t input_octets_max = 64 * 1024;    // more is left to the socket meanwhile
constexpr std::size_t output_octets_max = 256 * 1024;  // no further request before it is written
constexpr std::size_t stream_octets_max = 256 * 1024;
constexpr std::uint64_t skipped_octets_max =
    64 * 1024;                        // a longer refused body costs the connection
constexpr auto answer_grace = 500ms;  // a lane that answers at its deadline comes first

std::string lower(std::string_view text) {
    auto out = std::string{text};
    for (auto& c : out) {
        c = 'A' <= c && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
    }
    return out;
}

bool takes_body(Method method) {
    return method == Method::post || method == Method::put || method == Method::patch;
}

bool is_json(Request const& request) {
    auto const coding = request.header("content-encoding");
    auto const type = lower(request.header("content-type").value_or(""));
    auto const name = std::string_view{type}.substr(0, type.find_first_of("; \t"));
    return name == "application/json" && (!coding || lower(*coding) == "identity");
}

TraceContext trace_of(Request const& request) {
    auto const parents =
        std::count_if(request.headers.begin(), request.headers.end(),
                      [](auto const& field) { return field.first == "traceparent"; });
    auto const parent = parents != 1
                            ? std::nullopt
                            : TraceContext::parse(*request.header("traceparent"),
                                                  request.header("tracestate").value_or(""));
    return parent ? parent->child() : TraceContext::start();
}

/// What the client sent if it can stand in logs, headers and columns; else the trace.
std::string correlation_id_of(Request const& request) {
    auto const sent = request.header("x-correlation-id");
    auto const is_printable = [](char c) {
        return ' ' < c && c <= '~';
    };
    if (!sent || sent->empty() || sent->size() > 128 ||
        !std::all_of(sent->begin(), sent->end(), is_printable)) {
        return request.trace.trace_id_hex();
    }
    return std::string{*sent};
}

}  // namespace

void RequestMetrics::observe(std::string const& route, std::string_view method, int status,
                             double seconds) {
    if (registry_ == nullptr) {
        return;
    }
    auto const status_text = std::to_string(status);
    auto key = std::string{};
    key.reserve(route.size() + method.size() + status_text.size() + 2);
    key += route;
    key += ' ';
    key += method;
    key += ' ';
    key += status_text;
    auto const lock = std::lock_guard{mutex_};
    auto found = histograms_.find(key);
    if (found == histograms_.end()) {
        auto const histogram = registry_->histogram(
            "http_server_request_duration_seconds", "From the request's head to its answer.",
            {{"route", route}, {"method", std::string{method}}, {"status", status_text}});
        found = histograms_.emplace(std::move(key), histogram).first;
    }
    found->second.observe(seconds);
}

bool SessionStream::send(std::string_view id, std::string_view event, std::string_view data) {
    if (!open_) {
        return false;
    }
    auto octets = serialized_event(id, event, data);
    if (waiting_octets_.fetch_add(octets.size()) + octets.size() > stream_octets_max) {
        open_ = false;
        post_([](Session& session) { session.cut_stream(); });
        return false;
    }
    post_([octets = std::move(octets)](Session& session) { session.write_event(octets); });
    return true;
}

void SessionStream::close() {
    if (open_.exchange(false)) {
        post_([](Session& session) { session.end_stream(); });
    }
}

void SessionStream::count_written(std::size_t octets) {
    // The head and heartbeats are written too, but were never counted as waiting.
    auto waiting = waiting_octets_.load();
    while (!waiting_octets_.compare_exchange_weak(waiting, waiting - std::min(waiting, octets))) {
    }
}

Session::Session(Site& site, Wire& wire, Posts posts)
    : site_{site}, wire_{wire}, posts_{std::move(posts)} {
    wire_.wake_at(Clock::now() + site_.options.idle_timeout);
}

Session::~Session() {
    if (stream_ != nullptr) {
        stream_->mark_closed();
    }
}

bool Session::wants_octets() const {
    return !input_ended_ && in_.size() - at_ < input_octets_max;
}

void Session::on_octets(std::string_view octets) {
    in_ += octets;
    advance();
}

void Session::on_end_of_input() {
    input_ended_ = true;
    advance();
}

void Session::on_written(std::size_t octets) {
    if (stream_ != nullptr) {
        stream_->count_written(octets);
    }
    advance();
}

void Session::advance() {
    while (step()) {
    }
    if (at_ > 0) {
        in_.erase(0, at_);
        at_ = 0;
        if (in_.empty()) {
            in_.shrink_to_fit();  // ten thousand idle connections must not keep their last request
        }
    }
}

bool Session::step() {
    switch (state_) {
        case State::reading_head:
            return wire_.unwritten() <= output_octets_max && read_head();
        case State::reading_body:
            return read_body();
        case State::skipping_body:
            return skip_body();
        case State::handling:
            return false;
        case State::streaming:
            at_ = in_.size();
            if (input_ended_) {
                cut_stream();
            }
            return false;
        case State::ended:
            at_ = in_.size();
            return false;
    }
    return false;
}

bool Session::read_head() {
    auto const input = rest();
    if (input.empty()) {
        if (input_ended_) {
            end();
        }
        return false;
    }
    if (!head_started_) {
        head_started_ = true;
        searched_ = 0;
        wire_.wake_at(Clock::now() + site_.options.header_timeout);
    }
    auto const limits =
        HeadLimits{site_.options.header_octets_max, site_.options.header_fields_max};
    auto const is_new_line = input.find('\n', searched_) != std::string_view::npos;
    searched_ = input.size();
    auto outcome = is_new_line || input.size() > limits.octets_max ? parse_head(input, limits)
                                                                   : HeadOutcome{NeedMore{}};
    if (std::holds_alternative<NeedMore>(outcome)) {
        if (input_ended_) {
            end();
        }
        return false;
    }
    head_started_ = false;
    if (auto const* const refused = std::get_if<Standard>(&outcome)) {
        refuse(*refused);
        return false;
    }
    at_ += std::get<Head>(outcome).octets;
    take(std::move(std::get<Head>(outcome)));
    return true;
}

void Session::refuse(Standard standard) {
    request_ = Request{};
    request_.trace = TraceContext::start();
    request_.correlation_id = request_.trace.trace_id_hex();
    route_ = nullptr;
    started_at_ = Clock::now();
    keep_alive_ = false;
    auto problem = problem_of(standard);
    problem.trace_id = request_.trace.trace_id_hex();
    send(response_of(problem));
}

void Session::take(Head head) {
    started_at_ = Clock::now();
    keep_alive_ = head.keep_alive;
    request_ = Request{};
    request_.method = head.method;
    request_.path = std::move(head.path);
    request_.query = std::move(head.query);
    request_.headers = std::move(head.fields);
    request_.trace = trace_of(request_);
    request_.correlation_id = correlation_id_of(request_);
    auto match = site_.router.find(request_.method, request_.path);
    route_ = match.route;
    if (route_ != nullptr) {
        request_.route = route_->pattern;
        request_.path_parameters = std::move(match.path_parameters);
    }
    if (auto problem = refusal_of(head, match)) {
        return refuse_before_body(head, *std::move(problem));
    }
    if (request_.method == Method::options) {
        return send({.status = 204, .headers = {{"Allow", match.allowed}}});
    }
    expect_body(head);
}

std::optional<Problem> Session::refusal_of(Head const& head, Router::Match const& match) {
    if (match.route == nullptr && match.allowed.empty()) {
        return problem_of(Standard::not_found);
    }
    auto const is_options = head.method == Method::options;
    if (match.route == nullptr && !is_options) {
        auto problem = problem_of(Standard::method_not_allowed);
        problem.headers.emplace_back("Allow", match.allowed);
        return problem;
    }
    if (!is_options) {
        if (auto problem = authorize(match.route->access)) {
            return problem;
        }
    }
    if (head.framing == Framing::none) {
        return std::nullopt;
    }
    if (!takes_body(head.method)) {
        return problem_of(Standard::unexpected_body);
    }
    if (!is_json(request_)) {
        return problem_of(Standard::unsupported_media_type);
    }
    if (head.content_length > match.route->body_octets_max) {
        return problem_of(Standard::body_too_large);
    }
    return std::nullopt;
}

std::optional<Problem> Session::authorize(Access access) {
    if (access == Access::anyone) {
        return std::nullopt;
    }
    auto principal = site_.authenticate(request_.header("authorization").value_or(""));
    if (!principal) {
        return principal.error();
    }
    if (access == Access::ops && !principal->is_ops) {
        return forbidden("This needs a token with the role `ops`.");
    }
    request_.principal = *std::move(principal);
    return std::nullopt;
}

void Session::refuse_before_body(Head const& head, Problem problem) {
    auto const can_skip = head.framing == Framing::length && !head.expects_continue &&
                          head.content_length <= skipped_octets_max;
    keep_alive_ = keep_alive_ && (head.framing == Framing::none || can_skip);
    body_left_ = can_skip ? head.content_length : 0;
    problem.trace_id = request_.trace.trace_id_hex();
    send(response_of(problem));
}

void Session::expect_body(Head const& head) {
    framing_ = head.framing;
    body_left_ = head.content_length;
    if (framing_ == Framing::none) {
        return handle();
    }
    if (framing_ == Framing::chunked) {
        chunks_.emplace(route_->body_octets_max);
    }
    if (head.expects_continue && rest().empty()) {
        wire_.write("HTTP/1.1 100 Continue\r\n\r\n");
    }
    state_ = State::reading_body;
    wire_.wake_at(Clock::now() + site_.options.body_timeout);
}

bool Session::read_body() {
    if (framing_ == Framing::length) {
        auto const piece = rest().substr(0, body_left_);
        request_.body += piece;
        at_ += piece.size();
        body_left_ -= piece.size();
        if (body_left_ == 0) {
            handle();
            return true;
        }
    } else {
        at_ += chunks_->feed(rest());
        switch (chunks_->state()) {
            case ChunkedDecoder::State::need_more:
                break;
            case ChunkedDecoder::State::done:
                request_.body = std::move(chunks_->body());
                chunks_.reset();
                handle();
                return true;
            case ChunkedDecoder::State::malformed:
                refuse(Standard::invalid_framing);
                return false;
            case ChunkedDecoder::State::too_large:
                refuse(Standard::body_too_large);
                return false;
        }
    }
    if (input_ended_) {
        end();
    }
    return false;
}

bool Session::skip_body() {
    auto const octets = std::min<std::uint64_t>(body_left_, rest().size());
    at_ += octets;
    body_left_ -= octets;
    if (body_left_ == 0) {
        state_ = State::reading_head;
        wire_.wake_at(Clock::now() + site_.options.idle_timeout);
        return true;
    }
    if (input_ended_) {
        end();
    }
    return false;
}

void Session::handle() {
    body_left_ = 0;
    state_ = State::handling;
    ++generation_;
    request_.deadline = Clock::now() + site_.options.request_timeout;
    wire_.wake_at(request_.deadline + answer_grace);
    auto const generation = generation_;
    auto send_answer = [post = posts_.answer, generation](Response response) {
        post([generation, response = std::move(response)](Session& session) mutable {
            session.answer(generation, std::move(response));
        });
    };
    auto open_stream = [post = posts_.later, generation](Response head) {
        auto stream = std::make_shared<SessionStream>(post);
        post([generation, head = std::move(head), stream](Session& session) {
            session.begin_stream(generation, head, stream);
        });
        return stream;
    };
    auto const respond = Responder{std::move(send_answer), std::move(open_stream)};
    try {
        route_->handler(request_, respond);
    } catch (std::exception const& fault) {
        log::write(log::Level::error, "request_failed", "a handler threw",
                   {{"error.message", std::string{fault.what()}}, {"url.path", request_.route}},
                   &request_.trace, request_.correlation_id);
        respond({.status = 500});
    }
}

void Session::answer(std::uint64_t generation, Response response) {
    if (state_ != State::handling || generation != generation_) {
        return;
    }
    send(std::move(response));
    advance();
}

void Session::send(Response response) {
    if (response.status == 500 && response.body.empty()) {
        auto problem = problem_of(Standard::internal_error);
        problem.trace_id = request_.trace.trace_id_hex();
        response = response_of(problem);
    }
    auto const close = !keep_alive_ || site_.draining;
    auto const sending = Sending{.is_head_request = request_.method == Method::head,
                                 .close = close,
                                 .is_stream = false,
                                 .correlation_id = request_.correlation_id};
    try {
        wire_.write(serialized(response, sending));
    } catch (std::invalid_argument const& bug) {
        log::write(log::Level::error, "response_failed", bug.what(), {}, &request_.trace,
                   request_.correlation_id);
        return send({.status = 500});
    }
    observe(response.status);
    if (close) {
        return end();
    }
    state_ = body_left_ > 0 ? State::skipping_body : State::reading_head;
    auto const& options = site_.options;
    wire_.wake_at(Clock::now() + (body_left_ > 0 ? options.body_timeout : options.idle_timeout));
}

void Session::observe(int status) {
    auto const took = std::chrono::duration<double>(Clock::now() - started_at_).count();
    static auto const no_route = std::string{"(none)"};
    site_.metrics.observe(route_ == nullptr ? no_route : route_->pattern, name_of(request_.method),
                          status, took);
}

void Session::begin_stream(std::uint64_t generation, Response head,
                           std::shared_ptr<SessionStream> const& stream) {
    if (state_ != State::handling || generation != generation_) {
        return stream->mark_closed();
    }
    head.content_type = "text/event-stream";
    head.headers.emplace_back("Cache-Control", "no-store");
    head.headers.emplace_back("X-Accel-Buffering", "no");
    auto const sending = Sending{.is_head_request = request_.method == Method::head,
                                 .close = true,
                                 .is_stream = true,
                                 .correlation_id = request_.correlation_id};
    wire_.write(serialized(head, sending));
    observe(head.status);
    state_ = State::streaming;
    stream_ = stream;
    if (sending.is_head_request) {
        return end_stream();
    }
    if (site_.draining) {
        posts_.later([](Session& session) {
            session.end_stream();
        });  // behind events that were sent already
    }
    wire_.wake_at(Clock::now() + site_.options.sse_heartbeat);
    advance();
}

void Session::write_event(std::string octets) {
    if (state_ == State::streaming) {
        wire_.write(std::move(octets));
    }
}

void Session::end_stream() {
    if (state_ == State::streaming) {
        stream_->mark_closed();
        end();
    }
}

void Session::cut_stream() {
    if (state_ == State::streaming) {
        stream_->mark_closed();
        state_ = State::ended;
        wire_.cut();
    }
}

void Session::end() {
    state_ = State::ended;
    wire_.end();
}

void Session::on_deadline() {
    switch (state_) {
        case State::reading_head:
            if (rest().empty()) {
                return end();
            }
            return refuse(Standard::request_timeout);
        case State::reading_body:
            body_left_ = 0;
            return refuse(Standard::request_timeout);
        case State::skipping_body:
            return end();  // it has its answer
        case State::handling: {
            keep_alive_ = false;
            auto problem = problem_of(Standard::outcome_unknown);
            problem.trace_id = request_.trace.trace_id_hex();
            return send(response_of(problem));
        }
        case State::streaming:
            wire_.write(":\n\n");
            return wire_.wake_at(Clock::now() + site_.options.sse_heartbeat);
        case State::ended:
            return;
    }
}

void Session::on_drain(bool has_input) {
    if (state_ == State::streaming) {
        return end_stream();
    }
    if (state_ == State::reading_head && rest().empty() && !has_input) {
        wire_.wake_at(Clock::now() + site_.options.drain_grace);
    }
}

}  // namespace frontrow::http
