// The gateway: nginx on one loopback port in front of the services.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>

#include "frontrowctl/local/process.hpp"

namespace frontrow::local {

struct GatewayOptions {
    std::filesystem::path configuration;  ///< docker/gateway/nginx.conf.template
    std::filesystem::path folder;         ///< its pid and temporary files
    std::filesystem::path log_file;
    std::filesystem::path pid_file;
    std::uint16_t port;
    std::map<std::string, std::uint16_t> services;  ///< booking, payment, queue, dataplatform
    int death_signal{0};
};

class Gateway {
  public:
    explicit Gateway(GatewayOptions options) : options_{std::move(options)} {}
    /// False if it ran already with the same configuration. Throws StepFailed.
    bool start();
    void stop();
    [[nodiscard]] bool is_running() const;
    [[nodiscard]] std::string url() const;

  private:
    [[nodiscard]] std::string configuration() const;
    GatewayOptions options_;
};

}  // namespace frontrow::local
