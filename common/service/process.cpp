// Signals, threads and the order of a stop.
#include "common/service/process.hpp"

#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstring>
#include <exception>
#include <initializer_list>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <utility>
#include <vector>

#include "common/log/log.hpp"
#include "common/service/process_metrics.hpp"

/// jemalloc reads this before `main`. Eight arenas are its usual number on two processors: more
/// keep more memory and make nothing quicker, with two the relay's threads wait.
char const* malloc_conf = "narenas:8";

namespace frontrow::service {
namespace {

constexpr auto exit_code_of_a_fault = 1;

constexpr auto stop_from_within = SIGUSR2;  // sent by `Process::stop`

sigset_t set_of(std::initializer_list<int> signals) {
    auto set = sigset_t{};
    ::sigemptyset(&set);
    for (auto const signal : signals) {
        ::sigaddset(&set, signal);
    }
    return set;
}

/// Only what is safe in a signal's handler: a line on stderr, and out.
[[noreturn]] void end_at_once(int signal) {
    constexpr auto again = std::string_view{"a second signal ends the process at once\n"};
    constexpr auto late = std::string_view{"drain.patience is over: the process ends at once\n"};
    auto const& why = signal == SIGALRM ? late : again;
    [[maybe_unused]] auto const written = ::write(STDERR_FILENO, why.data(), why.size());
    ::_exit(128 + signal);
}

void handle_with(void (*handler)(int), int signal) {
    struct sigaction action {};
    action.sa_handler = handler;
    ::sigaction(signal, &action, nullptr);
}

std::string text_of(std::exception_ptr const& fault) {
    try {
        std::rethrow_exception(fault);
    } catch (std::exception const& known) {
        return known.what();
    } catch (...) {
        return "not a std::exception";
    }
}

}  // namespace

struct Process::State {
    struct Step {
        std::string name;
        std::function<void()> stop;
    };

    std::string program;
    ProcessConfig config;
    metrics::Registry registry;
    http::HealthChecks checks;
    std::vector<Step> steps;
    std::vector<std::shared_ptr<std::jthread>> threads;
    std::vector<std::function<void()>> not_started;  ///< what makes them run
    std::unique_ptr<http::Server> admin;
    std::atomic<std::uint16_t> admin_port{0};
    std::atomic<bool> started{false};
    std::atomic<bool> stopping{false};
    std::atomic<bool> stop_asked{false};
    std::atomic<int> exit_code{0};
    pthread_t main_thread{::pthread_self()};

    void serve_admin();
    [[nodiscard]] int wait_for_signal() const;
    void drain();
};

void Process::State::serve_admin() {
    checks.started = [this] {
        return started.load();
    };
    checks.ready.emplace_back("not stopping", [this] { return !stopping; });
    auto options = http::ServerOptions{};
    options.address = config.admin_host;
    options.port = config.admin_port;
    options.threads = 1;
    auto const nobody = [](std::string_view) -> Result<auth::Principal, http::Problem> {
        return http::unauthorized("The admin port knows no users.");
    };
    admin = std::make_unique<http::Server>(options, http::admin_router(checks, registry), nobody);
    admin_port = admin->port();
}

int Process::State::wait_for_signal() const {
    auto const signals = set_of({SIGTERM, SIGINT, stop_from_within});
    auto signal = 0;
    while (!stop_asked) {
        if (::sigwait(&signals, &signal) == 0 && signal != stop_from_within) {
            return signal;
        }
    }
    return 0;
}

void Process::State::drain() {
    stopping = true;
    if (config.drain_delay.count() > 0) {
        std::this_thread::sleep_for(config.drain_delay);
    }
    for (auto& step : std::exchange(steps, {})) {
        log::write(log::Level::debug, "stop_step", "stopping a part",
                   {{"frontrow.part", step.name}});
        try {
            step.stop();
        } catch (...) {
            exit_code = exit_code_of_a_fault;
            log::error("stop_failed", "a part did not stop well",
                       {{"frontrow.part", step.name},
                        {"error.message", text_of(std::current_exception())}});
        }
    }
    threads.clear();
}

Process::Process(std::string program, ProcessConfig const& config)
    : state_{std::make_unique<State>()} {
    state_->program = std::move(program);
    state_->config = config;
    log::start(
        {.service = state_->program, .level = config.log_level, .format = config.log_format});
    auto const signals = set_of({SIGTERM, SIGINT, stop_from_within});
    ::pthread_sigmask(SIG_BLOCK, &signals, nullptr);
    std::signal(SIGPIPE, SIG_IGN);  // a peer that went away is an answer of write, not an end
    state_->registry
        .gauge("frontrow_build_info", "Which program this is; always 1.",
               {{"service", state_->program}, {"version", FRONTROW_VERSION}})
        .set(1);
    register_process_metrics(state_->registry);
}

// The steps are not run here: what they stop may be gone already.
Process::~Process() {
    for (auto const& thread : state_->threads) {
        thread->request_stop();
    }
    for (auto const& thread : state_->threads) {
        if (thread->joinable()) {
            thread->join();
        }
    }
}

metrics::Registry& Process::metrics() {
    return state_->registry;
}

void Process::ready_when(std::string name, std::function<bool()> check) {
    state_->checks.ready.emplace_back(std::move(name), std::move(check));
}

void Process::run(std::string name, std::function<void(std::stop_token)> loop) {
    auto body = [this, name, loop = std::move(loop)](std::stop_token const& stopped) {
        try {
            loop(stopped);
            if (!stopped.stop_requested()) {
                stop(0);
            }
        } catch (...) {
            log::error(
                "thread_failed", "a thread ended by a fault, and the process with it",
                {{"frontrow.part", name}, {"error.message", text_of(std::current_exception())}});
            stop(exit_code_of_a_fault);
        }
    };
    auto thread = std::make_shared<std::jthread>();
    state_->threads.push_back(thread);
    state_->not_started.emplace_back(
        [thread, body = std::move(body)] { *thread = std::jthread{body}; });
    on_stop(std::move(name), [thread] {
        thread->request_stop();
        if (thread->joinable()) {  // else the start failed before it ran
            thread->join();
        }
    });
}

void Process::every(std::string name, std::chrono::milliseconds period,
                    std::function<void()> work) {
    auto loop = [name, period, work = std::move(work)](std::stop_token const& stopped) {
        auto mutex = std::mutex{};
        auto wake = std::condition_variable_any{};
        auto lock = std::unique_lock{mutex};
        while (!stopped.stop_requested()) {
            try {
                work();
            } catch (...) {
                log::warning("work_failed", "will be tried again",
                             {{"frontrow.part", name},
                              {"error.message", text_of(std::current_exception())}});
            }
            wake.wait_for(lock, stopped, period, [] { return false; });
        }
    };
    run(std::move(name), std::move(loop));
}

void Process::on_stop(std::string name, std::function<void()> step) {
    state_->steps.push_back({std::move(name), std::move(step)});
}

int Process::run_until_signalled() {
    try {
        state_->serve_admin();
    } catch (...) {  // the admin port is taken
        state_->drain();
        throw;
    }
    for (auto const& start : std::exchange(state_->not_started, {})) {
        start();
    }
    state_->started = true;
    log::info("started", "the process is up",
              {{"server.port", std::int64_t{state_->admin_port.load()}},
               {"service.version", FRONTROW_VERSION}});
    auto const signal = state_->wait_for_signal();
    log::info("stopping", "the process finishes what runs",
              {{"frontrow.signal", signal == 0 ? std::string{"none"} : ::strsignal(signal)}});
    handle_with(end_at_once, SIGTERM);
    handle_with(end_at_once, SIGINT);
    handle_with(end_at_once, SIGALRM);
    auto const signals = set_of({SIGTERM, SIGINT});
    ::pthread_sigmask(SIG_UNBLOCK, &signals, nullptr);
    auto const longest = state_->config.drain_delay + state_->config.drain_patience;
    ::alarm(static_cast<unsigned>(std::chrono::ceil<std::chrono::seconds>(longest).count()));
    state_->drain();
    state_->admin->drain(std::chrono::milliseconds{100});
    state_->admin.reset();  // its checks look at what main is about to destroy
    ::alarm(0);
    log::info("stopped", "the process ends",
              {{"process.exit_code", std::int64_t{state_->exit_code}}});
    return state_->exit_code;
}

void Process::stop(int exit_code) {
    auto clean = 0;
    state_->exit_code.compare_exchange_strong(clean, exit_code);  // the first fault counts
    if (!state_->stop_asked.exchange(true)) {
        ::pthread_kill(state_->main_thread, stop_from_within);
    }
}

std::uint16_t Process::admin_port() const {
    return state_->admin_port;
}

int guard(std::function<int()> const& body) {
    try {
        return body();
    } catch (...) {
        log::error("failed", text_of(std::current_exception()));
        return exit_code_of_a_fault;
    }
}

}  // namespace frontrow::service
