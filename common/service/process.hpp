// A process from its first line to its last: log, metrics, admin port, threads, signals, drain.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <stop_token>
#include <string>

#include "common/http/server.hpp"
#include "common/metrics/metrics.hpp"
#include "common/service/config.hpp"

namespace frontrow::service {

/// Make it first in main: it starts the log and blocks SIGTERM and SIGINT in all threads that come
/// after it. Then build lanes, servers and consumers, telling it of each; then
/// `run_until_signalled`.
///
/// A stop (a signal, or a thread that failed): not ready; after `drain.delay` the steps in the
/// order in which they were told, each a thread that is stopped and joined or a function; exit. A
/// second signal ends the process at once, and so does the end of `drain.patience`.
class Process {
  public:
    Process(std::string program, ProcessConfig const& config);
    /// Stops and joins the threads that `run_until_signalled` has not.
    ~Process();
    Process(Process const&) = delete;
    Process& operator=(Process const&) = delete;

    [[nodiscard]] metrics::Registry& metrics();
    /// A line of `/readyz`. Asked on the admin server's thread.
    void ready_when(std::string name, std::function<bool()> check);
    /// A thread, from `run_until_signalled` on: until then main may still fail, and destroy what
    /// the thread uses. Stopping it is a step of the drain. If `loop` throws, the process stops
    /// with exit code 1; if it returns before the stop, with 0.
    void run(std::string name, std::function<void(std::stop_token)> loop);
    /// A thread, from then on too, that calls `work` at once and again `period` after each return,
    /// until the stop. What it throws is logged, and it is called again.
    void every(std::string name, std::chrono::milliseconds period, std::function<void()> work);
    /// A step of the drain: "stop accepting", "drain lanes", "flush".
    void on_stop(std::string name, std::function<void()> step);

    /// Serves `/livez`, `/readyz`, `/startupz` and `/metrics`, starts the threads, says that it is
    /// up, waits for a signal and drains. Answers the exit code. Throws if the admin port is taken.
    [[nodiscard]] int run_until_signalled();
    /// Stops as a signal would, with this exit code. Safe for threads.
    void stop(int exit_code);
    /// Of the admin server; 0 until it listens.
    [[nodiscard]] std::uint16_t admin_port() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

/// Runs the body of main; what it throws becomes a line of the log and exit code 1.
[[nodiscard]] int guard(std::function<int()> const& body);

}  // namespace frontrow::service
