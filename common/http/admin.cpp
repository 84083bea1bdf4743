// The routes of the admin port: health for orchestrators, metrics for Prometheus.
#include <memory>
#include <utility>
#include <vector>

#include "common/http/server.hpp"
#include "common/metrics/metrics.hpp"

namespace frontrow::http {
namespace {

using Checks = std::vector<std::pair<std::string, std::function<bool()>>>;

Response text_response(int status, std::string text) {
    return {.status = status,
            .headers = {{"Cache-Control", "no-store"}},
            .body = std::move(text),
            .content_type = "text/plain; charset=utf-8"};
}

/// 200 if all are well. Failing checks are always named, the others only if asked with `?verbose`.
Response health_response(Request const& request, Checks const& checks) {
    auto const is_verbose = request.query.contains("verbose");
    auto is_well = true;
    auto lines = std::string{};
    for (auto const& [name, check] : checks) {
        auto const passed = check();
        is_well = is_well && passed;
        if (is_verbose || !passed) {
            lines += (passed ? "[+] " : "[-] ") + name + (passed ? " ok\n" : " failed\n");
        }
    }
    return text_response(is_well ? 200 : 503, lines + (is_well ? "ok\n" : "not ok\n"));
}

}  // namespace

Router admin_router(HealthChecks checks, metrics::Registry& metrics) {
    auto router = Router{};
    auto const add_health = [&](std::string path, Checks of_path) {
        router.add(
            {.method = Method::get,
             .pattern = std::move(path),
             .access = Access::anyone,
             .handler = [of_path = std::move(of_path)](Request const& request, Responder respond) {
                 respond(health_response(request, of_path));
             }});
    };
    auto startup = Checks{};
    if (checks.started) {
        startup.emplace_back("started", checks.started);
    }
    auto ready = startup;
    ready.insert(ready.end(), checks.ready.begin(), checks.ready.end());
    add_health("/livez", {});
    add_health("/startupz", std::move(startup));
    add_health("/readyz", std::move(ready));
    router.add({.method = Method::get,
                .pattern = "/metrics",
                .access = Access::anyone,
                .handler = [&metrics](Request const&, Responder respond) {
                    auto response = text_response(200, metrics.text());
                    response.content_type = "text/plain; version=0.0.4; charset=utf-8";
                    respond(std::move(response));
                }});
    return router;
}

}  // namespace frontrow::http
