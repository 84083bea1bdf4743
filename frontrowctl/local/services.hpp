// The five programs of frontrow: how each is configured, started, watched and stopped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "frontrowctl/local/process.hpp"

namespace frontrow::local {

/// What the programs are called: in the API and in variables, as a program, and its prefix.
struct ServiceName {
    std::string name;     ///< "booking": also its database and its role
    std::string program;  ///< "booking-service"
    std::string prefix;   ///< "FRONTROW_BOOKING__"
};
/// In the order in which they are started.
[[nodiscard]] std::vector<ServiceName> const& all_services();

struct ServiceOptions {
    ServiceName name;
    std::filesystem::path program;
    std::map<std::string, std::string>
        settings;  ///< without prefix: HTTP__PORT, DATABASE__URL, ...
    std::filesystem::path log_file;
    std::filesystem::path pid_file;
    std::uint16_t admin_port;
    int death_signal{0};
};

class Service {
  public:
    explicit Service(ServiceOptions options) : options_{std::move(options)} {}

    /// Starts it if it does not run, and anew if it was built or configured anew. Does not wait.
    bool start();
    /// Waits until `/readyz` says yes. Throws StepFailed.
    void wait_until_ready();
    /// SIGTERM lets it answer what it has accepted.
    void stop();
    [[nodiscard]] bool is_running() const;
    [[nodiscard]] bool is_ready() const;
    [[nodiscard]] std::string const& name() const { return options_.name.program; }
    [[nodiscard]] std::string admin_url() const;

  private:
    [[nodiscard]] Program program() const;
    ServiceOptions options_;
};

}  // namespace frontrow::local
