// The five programs of frontrow: how each is configured, started, watched and stopped.
#include "frontrowctl/local/services.hpp"

#include <fmt/format.h>

#include <thread>

#include "frontrowctl/local/failure.hpp"
#include "frontrowctl/local/files.hpp"
#include "frontrowctl/local/http_probe.hpp"

namespace frontrow::local {
namespace {
using namespace std::chrono_literals;
}

std::vector<ServiceName> const& all_services() {
    static auto const names = std::vector<ServiceName>{
        {"relay", "outbox-relay", "FRONTROW_RELAY__"},
        {"booking", "booking-service", "FRONTROW_BOOKING__"},
        {"payment", "payment-service", "FRONTROW_PAYMENT__"},
        {"queue", "queue-service", "FRONTROW_QUEUE__"},
        {"dataplatform", "dataplatform-consumer", "FRONTROW_DATAPLATFORM__"},
    };
    return names;
}

Program Service::program() const {
    auto environment = std::map<std::string, std::string>{};
    for (auto const& [key, value] : options_.settings) {
        environment[options_.name.prefix + key] = value;
    }
    return {.name = options_.name.program,
            .arguments = {options_.program.string()},
            .environment = environment,
            .log_file = options_.log_file,
            .pid_file = options_.pid_file,
            .death_signal = options_.death_signal};
}

std::string Service::admin_url() const {
    return fmt::format("http://127.0.0.1:{}", options_.admin_port);
}

bool Service::start() {
    auto const wanted = program();
    if (auto running = Process::find(options_.pid_file)) {
        if (running->runs(wanted)) {
            return false;
        }
        stop();
    }
    Process::start(wanted);
    return true;
}

void Service::wait_until_ready() {
    auto const deadline = std::chrono::steady_clock::now() + 60s;
    while (!is_ready()) {
        check_interrupted();
        if (!is_running()) {
            throw StepFailed{options_.name.program, "it ended while it was starting",
                             options_.log_file, "mend what the log names, then run it again"};
        }
        if (std::chrono::steady_clock::now() >= deadline) {
            throw StepFailed{options_.name.program, admin_url() + "/readyz did not say yes",
                             options_.log_file,
                             fmt::format("curl {}/readyz says what it waits for", admin_url())};
        }
        std::this_thread::sleep_for(20ms);
    }
}

void Service::stop() {
    if (auto running = Process::find(options_.pid_file)) {
        running->stop(SIGTERM, 20s);
    }
    std::filesystem::remove(options_.pid_file);
}

bool Service::is_running() const {
    return Process::find(options_.pid_file).has_value();
}

bool Service::is_ready() const {
    return http_status(admin_url() + "/readyz") == 200;
}

}  // namespace frontrow::local
