// A lane: a session or two, each a thread and a connection, that run all that waits as one batch.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "common/core/result.hpp"
#include "common/lane/answer_fault.hpp"
#include "common/pg/transaction.hpp"

namespace frontrow::metrics {
class Registry;
}

namespace frontrow::lane {

using Deadline = std::chrono::steady_clock::time_point;

struct LaneOptions {
    std::string name;
    pg::ConnectOptions database;
    std::size_t batch_items_max{512};
    std::size_t queue_items_max{8192};
    /// Threads with a connection each. More than one: commands are no longer run in the order of
    /// their submission, as if they had come to several replicas.
    std::size_t sessions{1};
    /// A session takes fewer than so many only while no other is at work: a batch costs as much as
    /// some ten of its rows, so what is split up too far costs more than it gains.
    std::size_t beside_items_min{16};
    /// How long `stop` lets transient failures be tried again.
    std::chrono::milliseconds drain_max{5000};
    /// How often an idle lane asks its connection for a sign of life.
    std::chrono::milliseconds idle_check_interval{1000};
    /// Runs after each commit, on a thread of the lane: hints to the relay. Must not block or
    /// throw.
    std::function<void()> after_commit{};
    metrics::Registry* metrics{nullptr};
};

namespace detail {

/// One waiting command, without its type.
class Ticket {
  public:
    virtual ~Ticket() = default;
    Deadline deadline{};
    Deadline submitted_at{};
    /// A COMMIT of it was sent and never answered.
    bool is_maybe_done{false};
    virtual void fail(Fault fault) = 0;
};

/// The engine behind every Lane, compiled once (lane.cpp).
class Engine {
  public:
    struct Batch {  ///< the typed lane's half: runs tickets, keeps their outcomes, answers them
        std::function<void(pg::Transaction&, std::span<std::unique_ptr<Ticket>>)> run;
        std::function<void(std::span<std::unique_ptr<Ticket>>)> answer;
    };
    Engine(LaneOptions options, Batch batch);
    ~Engine();
    void submit(std::unique_ptr<Ticket> ticket);
    void stop();
    [[nodiscard]] bool is_ready() const;
    [[nodiscard]] std::size_t waiting() const;

  private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace detail

/// Runs `Work` once for all commands that wait, in one transaction, and answers each after the
/// commit. No timer: an idle lane runs a batch of one at once. Submit from any thread; answers come
/// on the lane's threads (faults of a full queue or a stopping lane on the submitter's). With more
/// than one session `Work` is called by several threads at once.
template <class Command, class Answer>
class Lane {
  public:
    /// Answer i belongs to command i. May throw pg::Error; nothing is answered before the commit.
    using Work = std::function<std::vector<Answer>(pg::Transaction&, std::span<Command const>)>;
    using Done = std::function<void(Result<Answer, Fault>)>;

    Lane(LaneOptions options, Work work);

    /// `done` is called exactly once, whatever happens. Transient failures are tried again until
    /// `deadline`, then `done` gets `deadline_passed` or `unknown_outcome`.
    void submit(Command command, Deadline deadline, Done done);
    /// Takes no more (they get `stopping`), finishes what waits, answers everyone, joins.
    void stop() { engine_.stop(); }
    /// False while a connection is broken or an outage lasts.
    [[nodiscard]] bool is_ready() const { return engine_.is_ready(); }
    [[nodiscard]] std::size_t waiting() const { return engine_.waiting(); }

  private:
    struct Typed final : detail::Ticket {
        Typed(Command c, Done d) : command{std::move(c)}, done{std::move(d)} {}
        Command command;
        Done done;
        std::optional<Answer> answer;
        void fail(Fault fault) override { done(std::move(fault)); }
    };
    static Typed& typed(std::unique_ptr<detail::Ticket>& ticket) {
        return static_cast<Typed&>(*ticket);
    }
    /// The commands of the tickets side by side. They go back, for the batch may have to run again.
    struct Gathered {
        explicit Gathered(std::span<std::unique_ptr<detail::Ticket>> from) : tickets{from} {
            all.reserve(tickets.size());
            for (auto& ticket : tickets) {
                all.push_back(std::move(typed(ticket).command));
            }
        }
        ~Gathered() {
            for (std::size_t i = 0; i < tickets.size(); ++i) {
                typed(tickets[i]).command = std::move(all[i]);
            }
        }
        Gathered(Gathered const&) = delete;
        Gathered& operator=(Gathered const&) = delete;
        std::span<std::unique_ptr<detail::Ticket>> tickets;
        std::vector<Command> all;
    };
    void run(pg::Transaction& tx, std::span<std::unique_ptr<detail::Ticket>> tickets);
    static void answer(std::span<std::unique_ptr<detail::Ticket>> tickets);

    Work work_;
    detail::Engine engine_;
};

template <class Command, class Answer>
Lane<Command, Answer>::Lane(LaneOptions options, Work work)
    : work_{std::move(work)},
      engine_{std::move(options),
              {[this](pg::Transaction& tx, std::span<std::unique_ptr<detail::Ticket>> tickets) {
                   run(tx, tickets);
               },
               [](std::span<std::unique_ptr<detail::Ticket>> tickets) {
                   answer(tickets);
               }}} {}

template <class Command, class Answer>
void Lane<Command, Answer>::submit(Command command, Deadline deadline, Done done) {
    auto ticket = std::make_unique<Typed>(std::move(command), std::move(done));
    ticket->deadline = deadline;
    engine_.submit(std::move(ticket));
}

template <class Command, class Answer>
void Lane<Command, Answer>::run(pg::Transaction& tx,
                                std::span<std::unique_ptr<detail::Ticket>> tickets) {
    auto commands = Gathered{tickets};
    auto answers = work_(tx, commands.all);
    for (std::size_t i = 0; i < tickets.size(); ++i) {
        typed(tickets[i]).answer = std::move(answers.at(i));
    }
}

template <class Command, class Answer>
void Lane<Command, Answer>::answer(std::span<std::unique_ptr<detail::Ticket>> tickets) {
    for (auto& ticket : tickets) {
        typed(ticket).done(*std::move(typed(ticket).answer));
    }
}

}  // namespace frontrow::lane
