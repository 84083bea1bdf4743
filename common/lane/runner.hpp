// Runs one batch in one transaction on its own connection, and knows what to do when it fails.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <stop_token>
#include <string>
#include <vector>

#include "common/lane/answer_fault.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::lane {

/// The first and the last (excluded) item of a batch that still has to run.
struct Slice {
    std::size_t begin;
    std::size_t end;
};

struct RunnerOptions {
    pg::ConnectOptions database;
    std::string name;  ///< of the lane, in logs, metrics and application_name
    std::chrono::milliseconds backoff_min{5};
    std::chrono::milliseconds backoff_max{1000};
    /// Instead of the session's lock_timeout once a batch has met a lock that is not let go:
    /// finding the blocked item among 512 asks nine times.
    std::chrono::milliseconds lock_timeout_impatient{20};
};

/// How items are treated one by one when a batch fails as a whole.
struct BatchPolicy {
    /// Runs the slice in the transaction; outcomes are kept by the caller and count only once
    /// `committed` is called for the slice. Called again for a slice that failed.
    std::function<void(pg::Transaction&, Slice)> run;
    /// The slice's transaction is durable: answer, or store offsets.
    std::function<void(Slice)> committed;
    /// One item alone failed with class 22 or 23. Commands: answer a refusal. Events: the caller
    /// remembers it as refused, and `run` is called once more for it and must dead-letter it.
    /// Returns true if the item shall be run again.
    std::function<bool(std::size_t item, pg::Error const&)> rejected;
    /// Asked after each transient failure, before the back-off: whether to go on trying this slice.
    /// Commands: false once every deadline in it has passed (the callee answers those that passed).
    std::function<bool(Slice, pg::Error const&, bool commit_was_unknown)> keep_trying;
    /// Commands: true, so that on 55P03 only the blocked item waits. Events: false, whole again.
    bool halve_on_lock_timeout{true};
    /// Begin with the short lock timeout: for items that were blocked a moment ago.
    bool impatient{false};
};

/// Owns one connection, made when first needed and again after it broke. Used by one thread.
class Runner {
  public:
    explicit Runner(RunnerOptions options);
    ~Runner();
    /// Connects if there is no connection, else asks the server for a sign of life; true if all is
    /// well. For when there is nothing to run: a lost database is noticed, and found again.
    bool check();
    /// Runs all items; slices commit in order. Returns when each slice committed or was given up,
    /// or at a stop request (then what has not run is not run). Outages (class 42, 28, ...) are
    /// tried again with back-off as well, blame no item, and make `is_ready` false meanwhile.
    void run(std::size_t items, BatchPolicy const& policy, std::stop_token stop);
    [[nodiscard]] bool is_ready() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace frontrow::lane
