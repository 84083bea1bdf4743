// The HTTP server: listener, sessions, limits, graceful drain. Beast stays inside server.cpp.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "common/core/result.hpp"
#include "common/http/problem.hpp"
#include "common/http/router.hpp"

namespace frontrow::metrics {
class Registry;
}

namespace frontrow::http {

struct ServerOptions {
    std::string address{"127.0.0.1"};
    std::uint16_t port{0};  ///< 0: any free one, see `port()`
    std::chrono::milliseconds header_timeout{5000};
    std::chrono::milliseconds body_timeout{10'000};
    std::chrono::milliseconds idle_timeout{60'000};
    std::chrono::milliseconds request_timeout{15'000};  ///< Request::deadline
    std::chrono::milliseconds write_timeout{10'000};
    std::chrono::milliseconds sse_heartbeat{15'000};
    /// How long a drain waits for the next request of an idle connection, to answer it with
    /// `Connection: close`: a request that met a closing connection would look lost.
    std::chrono::milliseconds drain_grace{200};
    std::size_t header_octets_max{8192};
    std::size_t header_fields_max{64};
    std::size_t connections_max{10'000};
    std::size_t threads{1};  ///< event loops: a connection stays with one of them
    metrics::Registry* metrics{nullptr};
};

/// Who sends this Authorization header, or the 401 problem. Called after the headers, before the
/// body.
using Authenticate =
    std::function<Result<auth::Principal, Problem>(std::string_view authorization)>;

class Server {
  public:
    /// Listens at once; throws std::system_error if the address is taken.
    Server(ServerOptions options, Router router, Authenticate authenticate);
    ~Server();
    [[nodiscard]] std::uint16_t port() const;
    /// Stops accepting, answers what runs with `Connection: close`, ends idle connections and
    /// streams, and returns when all are done or `patience` is over (then it cuts them).
    void drain(std::chrono::milliseconds patience);

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Checks for the admin port: a name and whether it is well.
struct HealthChecks {
    std::function<bool()> started;
    /// Each failing one is a line of `/readyz`; a draining process is not ready.
    std::vector<std::pair<std::string, std::function<bool()>>> ready;
};
/// `/livez`, `/readyz`, `/startupz` (each with `?verbose`) and `/metrics`.
[[nodiscard]] Router admin_router(HealthChecks checks, metrics::Registry& metrics);

}  // namespace frontrow::http
