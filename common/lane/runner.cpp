// Runs slices of a batch until each is committed or given up, and finds the item that is to blame.
#include "common/lane/runner.hpp"

#include <algorithm>
#include <atomic>
#include <bit>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <random>

#include "common/log/log.hpp"

namespace frontrow::lane {
namespace {

/// A slice that still has to run.
struct Pending {
    Slice slice;
    bool impatient{false};  ///< runs under the short lock timeout
    int rejections{0};
};

std::size_t size_of(Pending const& pending) {
    return pending.slice.end - pending.slice.begin;
}

/// What to do with a slice that failed.
enum class Next { halve = 1, run_again, back_off, give_up };

/// Faults that fewer items may not meet: a lock that one of them wants, or too much for one
/// statement.
bool may_be_cured_by_halving(pg::Error const& fault, BatchPolicy const& policy) {
    if (fault.kind() != pg::FaultKind::transient) {
        return false;
    }
    return fault.is_lock_timeout() ? policy.halve_on_lock_timeout : fault.sqlstate() == "57014";
}

Next decide(Pending& pending, BatchPolicy const& policy, pg::Error const& fault) {
    auto const is_alone = size_of(pending) == 1;
    if (fault.kind() == pg::FaultKind::item) {
        if (!is_alone) {
            return Next::halve;
        }
        if (!policy.rejected(pending.slice.begin, fault)) {
            return Next::give_up;
        }
        // Rejected once more after it was told to be refused: what refuses it is broken.
        return pending.rejections++ == 0 ? Next::run_again : Next::back_off;
    }
    if (!is_alone && may_be_cured_by_halving(fault, policy)) {
        return Next::halve;
    }
    auto const is_unknown = fault.kind() == pg::FaultKind::unknown_outcome;
    return policy.keep_trying(pending.slice, fault, is_unknown) ? Next::back_off : Next::give_up;
}

/// The halves of a slice, the first one first.
void push_halves(std::deque<Pending>& queue, Pending const& pending, bool impatient) {
    auto const middle = pending.slice.begin + size_of(pending) / 2;
    queue.push_front({{middle, pending.slice.end}, impatient});
    queue.push_front({{pending.slice.begin, middle}, impatient});
}

}  // namespace

struct Runner::State {
    explicit State(RunnerOptions given) : options{std::move(given)} {
        options.database.application_name = options.name;
    }

    std::optional<pg::Error> attempt(Pending const& pending, BatchPolicy const& policy);
    void connect_if_needed();
    void failed(pg::Error const& fault, Slice slice);
    void succeeded();
    void back_off(std::stop_token const& stop);

    RunnerOptions options;
    std::optional<pg::Connection> connection{};
    std::atomic<bool> ready{false};
    unsigned failures_in_a_row{0};
    std::minstd_rand random{std::random_device{}()};
};

void Runner::State::connect_if_needed() {
    if (!connection || !connection->is_healthy()) {
        connection.reset();
        connection.emplace(options.database);
    }
}

/// One transaction; what went wrong, or nothing.
std::optional<pg::Error> Runner::State::attempt(Pending const& pending, BatchPolicy const& policy) {
    try {
        connect_if_needed();
        auto tx = pg::Transaction{*connection};
        if (pending.impatient) {
            connection->run_script("SET LOCAL lock_timeout = " +
                                   std::to_string(options.lock_timeout_impatient.count()));
        }
        policy.run(tx, pending.slice);
        tx.commit();
        return std::nullopt;
    } catch (pg::Error const& fault) {
        return fault;
    } catch (std::exception const& bug) {
        return pg::Error{pg::FaultKind::outage, "", bug.what()};
    }
}

/// Counts, logs, and drops a connection that cannot be trusted: after an outage as well, because
/// another session may see a mended role, schema or server.
void Runner::State::failed(pg::Error const& fault, Slice slice) {
    ++failures_in_a_row;
    auto const is_unknown = fault.kind() == pg::FaultKind::unknown_outcome;
    auto const is_outage = fault.kind() == pg::FaultKind::outage;
    if (is_outage || is_unknown || (connection && !connection->is_healthy())) {
        connection.reset();
    }
    if (is_outage || !connection) {
        ready = false;
    }
    // Each doubling once: an outage of an hour must not fill the disk.
    if (std::has_single_bit(failures_in_a_row)) {
        auto const level = is_outage ? log::Level::error : log::Level::warning;
        log::write(level, "batch_failed", fault.what(),
                   {{"frontrow.lane", options.name},
                    {"frontrow.sqlstate", fault.sqlstate()},
                    {"frontrow.items", static_cast<std::int64_t>(slice.end - slice.begin)},
                    {"frontrow.failures_in_a_row", std::int64_t{failures_in_a_row}}});
    }
}

void Runner::State::succeeded() {
    failures_in_a_row = 0;
    ready = true;
}

/// Full jitter: any time up to a limit that doubles, so that lanes that failed together do not come
/// back together.
void Runner::State::back_off(std::stop_token const& stop) {
    auto const doublings = std::min(failures_in_a_row, 16U);
    auto const limit = std::min(options.backoff_min * (std::int64_t{1} << doublings) / 2,
                                std::chrono::milliseconds{options.backoff_max});
    auto const sleep = std::chrono::microseconds{std::uniform_int_distribution<std::int64_t>{
        0, std::chrono::microseconds{limit}.count()}(random)};
    auto mutex = std::mutex{};
    auto never = std::condition_variable_any{};
    auto lock = std::unique_lock{mutex};
    never.wait_for(lock, stop, sleep, [] { return false; });
}

Runner::Runner(RunnerOptions options) : state_{std::make_unique<State>(std::move(options))} {}

Runner::~Runner() = default;

bool Runner::check() {
    try {
        state_->connect_if_needed();
        state_->connection->run_script("");
        state_->succeeded();
    } catch (pg::Error const& fault) {
        state_->failed(fault, {0, 0});
    }
    return is_ready();
}

bool Runner::is_ready() const {
    return state_->ready;
}

void Runner::run(std::size_t items, BatchPolicy const& policy, std::stop_token stop) {
    auto queue = std::deque<Pending>{};
    if (items > 0) {
        queue.push_back({{0, items}, policy.impatient});
    }
    while (!queue.empty() && !stop.stop_requested()) {
        auto pending = queue.front();
        queue.pop_front();
        auto const fault = state_->attempt(pending, policy);
        if (!fault) {
            state_->succeeded();
            policy.committed(pending.slice);
            continue;
        }
        auto const is_item = fault->kind() == pg::FaultKind::item;
        if (!is_item) {
            state_->failed(*fault, pending.slice);
        }
        switch (decide(pending, policy, *fault)) {
            case Next::halve:
                push_halves(queue, pending, pending.impatient || fault->is_lock_timeout());
                break;
            case Next::run_again:
                queue.push_front(pending);
                break;
            case Next::back_off:
                queue.push_front(pending);
                state_->back_off(stop);
                break;
            case Next::give_up:
                break;
        }
    }
}

}  // namespace frontrow::lane
