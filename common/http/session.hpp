// One connection's conversation: octets in, octets out, no socket in sight.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <tuple>
#include <unordered_map>

#include "common/http/chunked.hpp"
#include "common/http/head.hpp"
#include "common/http/router.hpp"
#include "common/http/server.hpp"
#include "common/metrics/metrics.hpp"

namespace frontrow::http {

/// What a session needs of its connection. No two calls come at once.
class Wire {
  public:
    virtual ~Wire() = default;
    /// Queues octets behind those that wait already.
    virtual void write(std::string octets) = 0;
    /// Writes what waits, then closes so that the client can still read it.
    virtual void end() = 0;
    /// Closes at once.
    virtual void cut() = 0;
    /// Calls `Session::on_deadline` at that time; a later call replaces an earlier one.
    virtual void wake_at(std::chrono::steady_clock::time_point time) = 0;
    [[nodiscard]] virtual std::size_t unwritten() const = 0;
};

class Session;
/// Runs work on a session. From any thread; work for a session that is gone is dropped.
using Post = std::function<void(std::function<void(Session&)>)>;
struct Posts {
    Post later;   ///< in the order of the calls, never while the caller waits
    Post answer;  ///< at once if nobody else is at the session, else later; must not post
};

/// Durations of requests by route, method and status. Safe for threads.
class RequestMetrics {
  public:
    explicit RequestMetrics(metrics::Registry* registry) : registry_{registry} {}
    void observe(std::string const& route, std::string_view method, int status, double seconds);

  private:
    metrics::Registry* registry_;
    std::mutex mutex_;
    std::unordered_map<std::string, metrics::Histogram> histograms_;
};

/// What all sessions of a server share.
struct Site {
    ServerOptions options;
    Router router;
    Authenticate authenticate;
    RequestMetrics metrics;
    std::atomic<bool> draining{false};
};

/// The queue of one event stream between its threads and its session.
class SessionStream final : public EventStream {
  public:
    explicit SessionStream(Post post) : post_{std::move(post)} {}
    bool send(std::string_view id, std::string_view event, std::string_view data) override;
    void close() override;
    [[nodiscard]] bool is_open() const override { return open_; }

    void mark_closed() { open_ = false; }
    void count_written(std::size_t octets);

  private:
    Post post_;
    std::atomic<bool> open_{true};
    std::atomic<std::size_t> waiting_octets_{0};
};

/// Reads requests one after the other, hands each to its handler, and writes the answers in order.
class Session {
  public:
    Session(Site& site, Wire& wire, Posts posts);
    ~Session();

    void on_octets(std::string_view octets);
    void on_end_of_input();
    void on_written(std::size_t octets);
    void on_deadline();
    /// The server stops: streams end, what runs is answered, and so is a request that comes
    /// within the grace. `has_input`: octets wait to be read, so a request is on its way.
    void on_drain(bool has_input);
    /// Answers with this instead of listening.
    void refuse(Standard standard);
    [[nodiscard]] bool wants_octets() const;
    /// Whether octets wait that were not looked at yet.
    [[nodiscard]] bool has_input() const { return at_ < in_.size(); }

    // For responders and streams, through Post.
    void answer(std::uint64_t generation, Response response);
    void begin_stream(std::uint64_t generation, Response head,
                      std::shared_ptr<SessionStream> const& stream);
    void write_event(std::string octets);
    void end_stream();
    void cut_stream();

  private:
    enum class State { reading_head = 1, reading_body, skipping_body, handling, streaming, ended };

    void advance();
    bool step();
    bool read_head();
    bool read_body();
    bool skip_body();
    void take(Head head);
    [[nodiscard]] std::optional<Problem> refusal_of(Head const& head, Router::Match const& match);
    [[nodiscard]] std::optional<Problem> authorize(Access access);
    void refuse_before_body(Head const& head, Problem problem);
    void expect_body(Head const& head);
    void handle();
    void send(Response response);
    void observe(int status);
    void end();
    [[nodiscard]] std::string_view rest() const { return std::string_view{in_}.substr(at_); }

    Site& site_;
    Wire& wire_;
    Posts posts_;
    State state_{State::reading_head};
    std::string in_;
    std::size_t at_{0};        ///< of `in_`: what was read already
    std::size_t searched_{0};  ///< of the rest: holds no whole line that was not looked at
    bool head_started_{false};
    bool input_ended_{false};
    bool keep_alive_{true};
    std::uint64_t generation_{0};  ///< of the request that may be answered now
    Request request_;
    Route const* route_{nullptr};
    std::chrono::steady_clock::time_point started_at_{};
    Framing framing_{Framing::none};
    std::uint64_t body_left_{0};
    std::optional<ChunkedDecoder> chunks_;
    std::shared_ptr<SessionStream> stream_;
};

}  // namespace frontrow::http
