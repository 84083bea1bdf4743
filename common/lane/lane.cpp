// The engine of every lane: takes all that waits, runs it as one batch, answers everyone once.
#include "common/lane/lane.hpp"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "common/core/ensure.hpp"
#include "common/lane/runner.hpp"
#include "common/log/log.hpp"
#include "common/metrics/metrics.hpp"

namespace frontrow::lane::detail {
namespace {

using Tickets = std::vector<std::unique_ptr<Ticket>>;
using Clock = std::chrono::steady_clock;

double seconds(Clock::duration duration) {
    return std::chrono::duration<double>{duration}.count();
}

/// What a lane shows of itself; nothing without a registry.
class Instruments {
  public:
    Instruments(metrics::Registry* registry, std::string const& lane) {
        if (registry == nullptr) {
            return;
        }
        auto const labels = metrics::Labels{{"lane", lane}};
        items_ = registry->histogram("frontrow_lane_batch_items", "Commands run as one batch.",
                                     labels, {1, 2, 4, 8, 16, 32, 64, 128, 256, 512});
        wait_ = registry->histogram("frontrow_lane_wait_seconds",
                                    "From the submission of a command to the start of its batch.",
                                    labels);
        run_ = registry->histogram("frontrow_lane_run_seconds",
                                   "From the start of a batch to its last answer.", labels);
        queue_ = registry->gauge("frontrow_lane_queue_items",
                                 "Commands that waited when the last batch was taken.", labels);
    }

    void taken(Tickets const& batch, std::size_t waiting) {
        if (!items_) {
            return;
        }
        auto const now = Clock::now();
        items_->observe(static_cast<double>(batch.size()));
        for (auto const& ticket : batch) {
            wait_->observe(seconds(now - ticket->submitted_at));
        }
        queue_->set(static_cast<double>(waiting));
    }

    void ran(Clock::duration duration) {
        if (run_) {
            run_->observe(seconds(duration));
        }
    }

  private:
    std::optional<metrics::Histogram> items_{};
    std::optional<metrics::Histogram> wait_{};
    std::optional<metrics::Histogram> run_{};
    std::optional<metrics::Gauge> queue_{};
};

/// A thread with a connection.
struct Session {
    explicit Session(RunnerOptions options) : runner{std::move(options)} {}
    Runner runner;
    bool is_at_work{false};                         ///< under the lane's mutex
    std::chrono::milliseconds pause_of_blocked{0};  ///< of the one being tried again, or zero
    std::thread thread;
};

/// A command that alone met a lock which was not let go. It waits aside, so that nobody waits for
/// it.
struct Blocked {
    std::unique_ptr<Ticket> ticket;
    Clock::time_point not_before;
    std::chrono::milliseconds pause;
};

constexpr auto blocked_pause_min = std::chrono::milliseconds{20};
constexpr auto blocked_pause_max = std::chrono::milliseconds{500};

void fail(std::unique_ptr<Ticket>& ticket, FaultKind kind, std::string detail) {
    auto const failed = std::move(ticket);
    failed->fail({.kind = kind, .detail = std::move(detail)});
}

}  // namespace

struct Engine::State {
    State(LaneOptions given, Batch typed_half)
        : options{std::move(given)},
          batch{std::move(typed_half)},
          instruments{options.metrics, options.name} {
        for (std::size_t n = 0; n < options.sessions; ++n) {
            sessions.push_back(std::make_unique<Session>(
                RunnerOptions{.database = options.database, .name = options.name}));
        }
    }

    // On the submitters' threads.
    void submit(std::unique_ptr<Ticket> ticket);
    void stop();

    // On the threads of the sessions.
    void serve(Session& session);
    Tickets take(Session& session);
    /// Whether a session that waits shall take what is in the queue. Under the mutex.
    [[nodiscard]] bool is_worth_a_batch() const;
    /// While anyone is blocked, all run under the short lock timeout: what blocks one may block
    /// more.
    void run(Session& session, Tickets tickets, std::chrono::milliseconds blocked_before);
    void retry_one_blocked(Session& session);
    std::span<std::unique_ptr<Ticket>> live_of(Tickets& tickets, Slice slice);
    bool keep_trying(Session& session, Tickets& tickets, Slice slice, pg::Error const& fault);
    void set_aside(Session& session, std::unique_ptr<Ticket> ticket);
    void fail_if_late(std::unique_ptr<Ticket>& ticket, FaultKind kind, std::string_view detail);
    void fail_late_in_queue();
    [[nodiscard]] bool is_anyone_blocked() const;
    [[nodiscard]] Clock::time_point wake_up_at() const;

    LaneOptions options;
    Batch batch;
    Instruments instruments;

    mutable std::mutex mutex;
    std::condition_variable changed;
    std::deque<std::unique_ptr<Ticket>> queue;
    std::deque<Blocked> blocked;
    std::size_t at_work{0};  ///< sessions that have taken something and not come back for more
    std::optional<Clock::time_point> stopping_since;
    std::vector<std::unique_ptr<Session>> sessions;
};

void Engine::State::submit(std::unique_ptr<Ticket> ticket) {
    ticket->submitted_at = Clock::now();
    auto refusal = FaultKind::stopping;
    {
        auto const lock = std::scoped_lock{mutex};
        if (!stopping_since && queue.size() < options.queue_items_max) {
            queue.push_back(std::move(ticket));
            if (is_worth_a_batch()) {
                changed.notify_one();
            }
            return;
        }
        refusal = stopping_since ? FaultKind::stopping : FaultKind::overloaded;
    }
    fail(ticket, refusal, options.name);
}

void Engine::State::stop() {
    {
        auto const lock = std::scoped_lock{mutex};
        stopping_since = stopping_since.value_or(Clock::now());
        changed.notify_all();
    }
    for (auto const& session : sessions) {
        ENSURE(std::this_thread::get_id() != session->thread.get_id());
        if (session->thread.joinable()) {
            session->thread.join();
        }
    }
}

Clock::time_point Engine::State::wake_up_at() const {
    auto wake_up = Clock::now() + options.idle_check_interval;
    return blocked.empty() ? wake_up : std::min(wake_up, blocked.front().not_before);
}

bool Engine::State::is_worth_a_batch() const {
    return queue.size() >= (at_work == 0 ? 1 : options.beside_items_min);
}

/// All that waits, up to a batch. Nothing: it is time for something else, or to stop.
Tickets Engine::State::take(Session& session) {
    auto lock = std::unique_lock{mutex};
    at_work -= std::exchange(session.is_at_work, false) ? 1 : 0;
    changed.wait_until(lock, wake_up_at(), [&] { return is_worth_a_batch() || stopping_since; });
    if (!is_worth_a_batch() && !stopping_since) {
        return {};
    }
    auto const waiting = queue.size();
    auto taken = Tickets{};
    while (!queue.empty() && taken.size() < options.batch_items_max) {
        taken.push_back(std::move(queue.front()));
        queue.pop_front();
    }
    session.is_at_work = !taken.empty();
    at_work += session.is_at_work ? 1 : 0;
    lock.unlock();
    if (!taken.empty()) {
        instruments.taken(taken, waiting);
    }
    return taken;
}

void Engine::State::serve(Session& session) {
    session.runner.check();
    for (;;) {
        auto tickets = take(session);
        auto const is_idle = tickets.empty();
        if (!is_idle) {
            run(session, std::move(tickets), std::chrono::milliseconds{0});
        }
        retry_one_blocked(session);
        auto lock = std::unique_lock{mutex};
        if (stopping_since && queue.empty() && blocked.empty()) {
            return;
        }
        auto const has_work = !queue.empty() || !blocked.empty();
        lock.unlock();
        // What waits may be too little for this session, and its connection needs mending as well.
        if (is_idle && (!has_work || !session.runner.is_ready())) {
            session.runner.check();
        }
    }
}

/// The tickets of the slice that nobody has answered yet, moved together in their order.
std::span<std::unique_ptr<Ticket>> Engine::State::live_of(Tickets& tickets, Slice slice) {
    auto const all = std::span{tickets}.subspan(slice.begin, slice.end - slice.begin);
    auto const answered = std::stable_partition(
        all.begin(), all.end(), [](auto const& ticket) { return ticket != nullptr; });
    return all.first(static_cast<std::size_t>(answered - all.begin()));
}

void Engine::State::run(Session& session, Tickets tickets,
                        std::chrono::milliseconds blocked_before) {
    auto const started = Clock::now();
    session.pause_of_blocked = blocked_before;
    for (auto& ticket : tickets) {
        fail_if_late(ticket, FaultKind::deadline_passed, "it waited too long for its turn");
    }
    std::erase(tickets, nullptr);
    auto const has_blocked = is_anyone_blocked();
    auto const policy =
        BatchPolicy{.run =
                        [&](pg::Transaction& tx, Slice slice) {
                            if (auto const live = live_of(tickets, slice); !live.empty()) {
                                batch.run(tx, live);
                            }
                        },
                    .committed =
                        [&](Slice slice) {
                            if (options.after_commit) {
                                options.after_commit();
                            }
                            auto const live = live_of(tickets, slice);
                            batch.answer(live);
                            std::ranges::fill(live, nullptr);
                        },
                    .rejected =
                        [&](std::size_t item, pg::Error const& fault) {
                            if (tickets[item] != nullptr) {
                                log::warning("command_rejected", fault.what(),
                                             {{"frontrow.lane", options.name}});
                                fail(tickets[item], FaultKind::item_rejected, fault.what());
                            }
                            return false;
                        },
                    .keep_trying =
                        [&](Slice slice, pg::Error const& fault, bool is_unknown) {
                            for (auto& ticket : live_of(tickets, slice)) {
                                ticket->is_maybe_done = ticket->is_maybe_done || is_unknown;
                            }
                            return keep_trying(session, tickets, slice, fault);
                        },
                    .halve_on_lock_timeout = true,
                    .impatient = blocked_before.count() > 0 || has_blocked};
    session.runner.run(tickets.size(), policy, {});
    instruments.ran(Clock::now() - started);
}

/// Answers the late, sets aside the one that alone is blocked, and says whether anyone is left.
bool Engine::State::keep_trying(Session& session, Tickets& tickets, Slice slice,
                                pg::Error const& fault) {
    auto const kind =
        fault.kind() == pg::FaultKind::outage ? FaultKind::unavailable : FaultKind::deadline_passed;
    fail_late_in_queue();
    for (auto& ticket : live_of(tickets, slice)) {
        fail_if_late(ticket, kind, fault.what());
    }
    auto const live = live_of(tickets, slice);
    if (live.size() == 1 && fault.is_lock_timeout()) {
        set_aside(session, std::move(live.front()));
        return false;
    }
    return !live.empty();
}

void Engine::State::fail_if_late(std::unique_ptr<Ticket>& ticket, FaultKind kind,
                                 std::string_view detail) {
    auto const now = Clock::now();
    auto is_drained = false;
    {
        auto const lock = std::scoped_lock{mutex};
        is_drained = stopping_since && now >= *stopping_since + options.drain_max;
    }
    if (now < ticket->deadline && !is_drained) {
        return;
    }
    if (ticket->is_maybe_done) {
        kind = FaultKind::unknown_outcome;
    } else if (now < ticket->deadline) {
        kind = FaultKind::stopping;
    }
    fail(ticket, kind, std::string{detail});
}

void Engine::State::set_aside(Session& session, std::unique_ptr<Ticket> ticket) {
    auto const pause =
        std::clamp(session.pause_of_blocked * 2, blocked_pause_min, blocked_pause_max);
    auto const lock = std::scoped_lock{mutex};
    blocked.push_back({std::move(ticket), Clock::now() + pause, pause});
}

/// Between two batches at most one blocked command is tried again, alone and under a short lock
/// timeout: that much its peers wait for it, and no more.
void Engine::State::retry_one_blocked(Session& session) {
    auto tickets = Tickets{};
    auto pause = std::chrono::milliseconds{0};
    {
        auto const lock = std::scoped_lock{mutex};
        if (blocked.empty() || (blocked.front().not_before > Clock::now() && !stopping_since)) {
            return;
        }
        tickets.push_back(std::move(blocked.front().ticket));
        pause = blocked.front().pause;
        blocked.pop_front();
    }
    run(session, std::move(tickets), pause);
}

bool Engine::State::is_anyone_blocked() const {
    auto const lock = std::scoped_lock{mutex};
    return !blocked.empty();
}

/// While a batch is tried again and again, those behind it must still hear at their deadlines.
void Engine::State::fail_late_in_queue() {
    auto late = Tickets{};
    {
        auto const lock = std::scoped_lock{mutex};
        auto const now = Clock::now();
        auto const first_late = std::stable_partition(
            queue.begin(), queue.end(), [&](auto const& ticket) { return now < ticket->deadline; });
        std::move(first_late, queue.end(), std::back_inserter(late));
        queue.erase(first_late, queue.end());
    }
    for (auto& ticket : late) {
        fail(ticket, FaultKind::deadline_passed, "it waited too long for its turn");
    }
}

Engine::Engine(LaneOptions options, Batch batch)
    : state_{std::make_unique<State>(std::move(options), std::move(batch))} {
    for (auto const& session : state_->sessions) {
        session->thread = std::thread{[state = state_.get(), session = session.get()] {
            state->serve(*session);
        }};
    }
}

Engine::~Engine() {
    stop();
}

void Engine::submit(std::unique_ptr<Ticket> ticket) {
    state_->submit(std::move(ticket));
}

void Engine::stop() {
    state_->stop();
}

bool Engine::is_ready() const {
    return std::ranges::all_of(state_->sessions,
                               [](auto const& session) { return session->runner.is_ready(); });
}

std::size_t Engine::waiting() const {
    auto const lock = std::scoped_lock{state_->mutex};
    return state_->queue.size() + state_->blocked.size();
}

}  // namespace frontrow::lane::detail
