// A server with one route of each kind, for tests that talk to it over a socket.
#pragma once

#include <atomic>
#include <condition_variable>
#include <latch>
#include <memory>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "common/http/server.hpp"
#include "common/metrics/metrics.hpp"
#include "tests/unit/common-http/raw_client.hpp"

namespace frontrow::http {

/// Requests that a handler keeps until the test answers them.
class Kept {
  public:
    void add(Responder responder) {
        auto const lock = std::lock_guard{mutex_};
        responders_.push_back(std::move(responder));
        last_thread_ = std::this_thread::get_id();
        changed_.notify_all();
    }
    /// The oldest; waits for one.
    Responder take() {
        auto lock = std::unique_lock{mutex_};
        changed_.wait(lock, [this] { return !responders_.empty(); });
        auto responder = responders_.front();
        responders_.erase(responders_.begin());
        return responder;
    }

    /// That of the last handler that kept one.
    std::thread::id last_thread() {
        auto const lock = std::lock_guard{mutex_};
        return last_thread_;
    }

  private:
    std::mutex mutex_;
    std::thread::id last_thread_;
    std::condition_variable changed_;
    std::vector<Responder> responders_;
};

struct TestServer {
    explicit TestServer(ServerOptions options = {}) {
        options.metrics = &registry;
        server = std::make_unique<Server>(options, router(), authenticate);
    }

    [[nodiscard]] RawClient connect() const { return RawClient{server->port()}; }
    /// One request on a connection of its own, and its response.
    RawResponse ask(std::string_view octets) const { return connect().exchange(octets); }

    static Result<auth::Principal, Problem> authenticate(std::string_view header) {
        if (header == "Bearer ann") {
            return auth::Principal{.user = {"ann"}, .is_ops = false};
        }
        if (header == "Bearer root") {
            return auth::Principal{.user = {"root"}, .is_ops = true};
        }
        return unauthorized("Send the header `Authorization: Bearer <token>`.");
    }

    Router router() {
        auto routes = Router{};
        auto const text = [](std::string body) {
            return Response{.status = 200, .headers = {}, .body = std::move(body)};
        };
        routes.add({Method::get, "/v1/things/{id}", Access::anyone,
                    [text](Request const& request, Responder respond) {
                        auto body = request.path_parameter("id");
                        for (auto const& [name, value] : request.query) {
                            body += " " + name + "=" + value;
                        }
                        respond(text(body));
                    }});
        routes.add({Method::post, "/v1/things", Access::user,
                    [text](Request const& request, Responder respond) {
                        respond(text(request.principal->user.name + ":" + request.body));
                    },
                    1000});
        routes.add(
            {Method::del, "/v1/things/{id}", Access::user, [](Request const&, Responder respond) {
                 respond(Response{.status = 204});
             }});
        routes.add(
            {Method::get, "/v1/admin", Access::ops, [text](Request const&, Responder respond) {
                 respond(text("secret"));
             }});
        routes.add(
            {Method::get, "/v1/kept", Access::anyone, [this](Request const&, Responder respond) {
                 kept.add(std::move(respond));
             }});
        routes.add(
            {Method::get, "/v1/events", Access::anyone, [this](Request const&, Responder respond) {
                 kept.add(std::move(respond));
             }});
        routes.add(
            {Method::get, "/v1/blocks", Access::anyone, [this](Request const&, Responder respond) {
                 blocked.count_down();
                 unblocked.wait();
                 respond({.status = 200});
             }});
        routes.add({Method::get, "/v1/throws", Access::anyone, [](Request const&, Responder) {
                        throw std::runtime_error{"the password is hunter2"};
                    }});
        routes.add({Method::get, "/v1/forgets", Access::anyone, [](Request const&, Responder) {
                    }});
        routes.add(
            {Method::get, "/v1/splits", Access::anyone, [](Request const&, Responder respond) {
                 respond({.status = 200, .headers = {{"X-A", "b\r\nSet-Cookie: c"}}});
             }});
        routes.add({Method::get, "/v1/trace", Access::anyone,
                    [text](Request const& request, Responder respond) {
                        respond(text(request.trace.traceparent() + " " + request.correlation_id));
                    }});
        return routes;
    }

    metrics::Registry registry;
    Kept kept;
    std::latch blocked{1};    ///< a handler has reached the point where it waits for the next one
    std::latch unblocked{1};  ///< to be counted down by the test
    std::unique_ptr<Server> server;
};

}  // namespace frontrow::http
