// The operators' side of dead letters over HTTP, the same in every service.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "common/http/router.hpp"
#include "common/pg/connection.hpp"

namespace frontrow::metrics {
class Registry;
}

namespace frontrow::deadletter {

struct AdminOptions {
    std::string service;  ///< as in the path: "payment"
    pg::ConnectOptions database;
    /// Types that can only be replayed, never discarded.
    std::function<bool(std::string_view type)> keep{};
    std::function<void()> after_commit{};  ///< a hint to the relay
    metrics::Registry* metrics{nullptr};
};

/// Two lanes of its own, so that an operator's question never waits behind the service's work.
///
///     GET  /v1/admin/{service}/dead-letters[?state&reason&topic&limit&cursor]
///     GET  /v1/admin/{service}/dead-letters/{id}
///     POST /v1/admin/{service}/dead-letters/{id}/replay    202
///     POST /v1/admin/{service}/dead-letters/{id}/discard   200, {"note": "why"}
class Admin {
  public:
    explicit Admin(AdminOptions options);
    ~Admin();
    /// For role ops. The router must not outlive this object.
    void add_routes(http::Router& router);
    [[nodiscard]] bool is_ready() const;
    void stop();

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace frontrow::deadletter
