// Lanes: what waits becomes one batch, everyone is answered exactly once, nobody waits for another.
#include "common/lane/lane.hpp"

#include <condition_variable>
#include <latch>
#include <map>
#include <mutex>
#include <thread>

#include "common/metrics/metrics.hpp"
#include "tests/support/database.hpp"
#include "tests/support/tcp_proxy.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::lane {
namespace {

using namespace std::chrono_literals;
using support::ask;
using support::connect;
using support::eventually;
using support::postgres;
using support::TcpProxy;
using support::WireAction;
using support::WireStep;

using Numbers = Lane<std::int32_t, std::string>;

constexpr auto insert = pg::Statement{"insert", R"sql(
    INSERT INTO numbers (n) SELECT n FROM unnest($1::integer[]) AS u (n) ON CONFLICT (n) DO NOTHING
)sql"};

constexpr auto touch = pg::Statement{"touch", R"sql(
    UPDATE numbers SET touched = touched + 1 WHERE n = ANY ($1::integer[])
)sql"};

Numbers::Work work(pg::Statement const& statement) {
    return [statement](pg::Transaction& tx, std::span<std::int32_t const> numbers) {
        tx.query(statement, pg::column(numbers));
        auto answers = std::vector<std::string>{};
        for (auto const number : numbers) {
            answers.push_back("done " + std::to_string(number));
        }
        return answers;
    };
}

/// Every answer that came, by its number; a number that is answered twice spoils it.
class Answers {
  public:
    Numbers::Done note(std::int32_t number) {
        return [this, number](Result<std::string, Fault> const& answer) {
            auto const lock = std::scoped_lock{mutex_};
            auto const text = answer ? *answer : "fault " + name(answer.error().kind);
            twice_ = twice_ || !answers_.emplace(number, text).second;
            changed_.notify_all();
        };
    }
    std::string of(std::int32_t number) {
        auto lock = std::unique_lock{mutex_};
        changed_.wait_for(lock, 30s, [&] { return answers_.contains(number); });
        return answers_.contains(number) ? answers_[number] : "no answer";
    }
    bool has(std::int32_t number) {
        auto const lock = std::scoped_lock{mutex_};
        return answers_.contains(number);
    }
    std::size_t count() {
        auto const lock = std::scoped_lock{mutex_};
        return twice_ ? 0 : answers_.size();
    }

  private:
    static std::string name(FaultKind kind) {
        switch (kind) {
            case FaultKind::overloaded:
                return "overloaded";
            case FaultKind::deadline_passed:
                return "deadline_passed";
            case FaultKind::unknown_outcome:
                return "unknown_outcome";
            case FaultKind::stopping:
                return "stopping";
            case FaultKind::item_rejected:
                return "item_rejected";
            case FaultKind::unavailable:
                return "unavailable";
        }
        return "unknown";
    }

    std::mutex mutex_;
    std::condition_variable changed_;
    std::map<std::int32_t, std::string> answers_;
    bool twice_{false};
};

/// Work that stands still at its first batch until it is let go, and counts its batches.
struct Gate {
    std::latch reached{1};
    std::latch open{1};
    std::atomic<int> batches{0};
    std::atomic<std::size_t> last_batch{0};

    Numbers::Work around(Numbers::Work inner) {
        return [this, inner](pg::Transaction& tx, std::span<std::int32_t const> numbers) {
            last_batch = numbers.size();
            if (++batches == 1) {
                reached.count_down();
                open.wait();
            }
            return inner(tx, numbers);
        };
    }
};

Deadline in(std::chrono::milliseconds time) {
    return std::chrono::steady_clock::now() + time;
}

class ALane : public ::testing::Test {
  protected:
    ALane() {
        owner_.run_script(
            "CREATE TABLE numbers (n integer PRIMARY KEY CHECK (n > 0), touched integer NOT NULL "
            "DEFAULT 0)");
    }
    LaneOptions options() { return {.name = "writes", .database = support::connect_options(url_)}; }
    LaneOptions options(TcpProxy const& proxy) {
        auto made = options();
        made.database.url = support::through(url_, proxy.port());
        return made;
    }
    void submit(Numbers& lane, std::int32_t number, std::chrono::milliseconds deadline = 30s) {
        lane.submit(number, in(deadline), answers_.note(number));
    }
    std::string count() { return ask(owner_, "SELECT count(*) FROM numbers"); }

    std::string url_ = postgres().fresh_database();
    pg::Connection owner_ = connect(url_);
    Answers answers_;
};

TEST_F(ALane, AnswersAfterTheCommit) {
    auto lane = Numbers{options(), work(insert)};
    lane.submit(1, in(30s), [&](Result<std::string, Fault> const& answer) {
        auto connection = connect(url_);
        EXPECT_EQ(ask(connection, "SELECT count(*) FROM numbers"), "1");
        answers_.note(1)(answer);
    });
    EXPECT_EQ(answers_.of(1), "done 1");
}

TEST_F(ALane, RunsABatchAgainWithItsCommandsAsTheyWere) {
    auto seen = std::vector<std::string>{};
    auto lane = Lane<std::string, std::string>{
        options(), [&](pg::Transaction& tx, std::span<std::string const> texts) {
            seen.insert(seen.end(), texts.begin(), texts.end());
            tx.query(insert, pg::column(std::vector{1}));
            if (seen.size() == 1) {
                throw pg::Error{pg::FaultKind::transient, "40001", "once more"};
            }
            return std::vector(texts.begin(), texts.end());
        }};
    auto const text = std::string{"too long to be kept inside of a string's own octets"};
    lane.submit(text, in(30s), [&](Result<std::string, Fault> const& answer) {
        EXPECT_EQ(answer ? *answer : "a fault", text);
        answers_.note(1)(std::string{"answered"});
    });
    EXPECT_EQ(answers_.of(1), "answered");
    lane.stop();
    EXPECT_EQ(seen, (std::vector{text, text}));
}

TEST_F(ALane, TakesAllThatWaitsAsOneBatch) {
    auto gate = Gate{};
    auto given = options();
    given.batch_items_max = 100;
    auto lane = Numbers{given, gate.around(work(insert))};
    submit(lane, 1);
    gate.reached.wait();
    for (auto number = 2; number <= 151; ++number) {
        submit(lane, number);
    }
    EXPECT_EQ(lane.waiting(), 150U);
    gate.open.count_down();
    lane.stop();
    EXPECT_EQ(gate.batches, 3);  // 1, 100, 50
    EXPECT_EQ(gate.last_batch, 50U);
    EXPECT_EQ(answers_.count(), 151U);
    EXPECT_EQ(answers_.of(151), "done 151");
}

TEST_F(ALane, OfTwoSessionsRunsMuchBesideABatchAndLeavesAFewToIt) {
    auto gate = Gate{};
    auto given = options();
    given.sessions = 2;
    given.beside_items_min = 4;
    given.idle_check_interval = 1h;  // nobody looks by chance: who is not woken sleeps on
    auto lane = Numbers{given, gate.around(work(insert))};
    submit(lane, 1);
    gate.reached.wait();
    for (auto number = 2; number <= 4; ++number) {
        submit(lane, number);
    }
    std::this_thread::sleep_for(200ms);
    EXPECT_EQ(lane.waiting(), 3U) << "three are too few";
    submit(lane, 5);
    EXPECT_EQ(answers_.of(2), "done 2");
    EXPECT_EQ(answers_.of(5), "done 5");
    EXPECT_FALSE(answers_.has(1));
    EXPECT_EQ(gate.last_batch, 4U);
    submit(lane, 6);
    EXPECT_EQ(lane.waiting(), 1U);
    gate.open.count_down();
    EXPECT_EQ(answers_.of(1), "done 1");
    EXPECT_EQ(answers_.of(6), "done 6") << "whoever has finished takes the few";
    EXPECT_EQ(gate.batches, 3);
}

TEST_F(ALane, OfTwoSessionsAnswersEachOnceAlsoWhenItStops) {
    auto given = options();
    given.sessions = 2;
    given.beside_items_min = 2;
    auto lane = Numbers{given, work(insert)};
    for (auto number = 1; number <= 2'000; ++number) {
        submit(lane, number);
    }
    lane.stop();
    EXPECT_EQ(answers_.count(), 2'000U);
    EXPECT_EQ(answers_.of(2'000), "done 2000");
    EXPECT_EQ(count(), "2000");
}

TEST_F(ALane, RefusesMoreThanItsQueueHolds) {
    auto gate = Gate{};
    auto given = options();
    given.queue_items_max = 2;
    auto lane = Numbers{given, gate.around(work(insert))};
    submit(lane, 1);
    gate.reached.wait();
    submit(lane, 2);
    submit(lane, 3);
    submit(lane, 4);
    EXPECT_TRUE(answers_.has(4));
    EXPECT_EQ(answers_.of(4), "fault overloaded");
    gate.open.count_down();
    EXPECT_EQ(answers_.of(2), "done 2");
    EXPECT_EQ(answers_.of(3), "done 3");
}

TEST_F(ALane, RejectsOnlyTheCommandThatTheDatabaseRefuses) {
    auto gate = Gate{};
    auto lane = Numbers{options(), gate.around(work(insert))};
    submit(lane, 1);
    gate.reached.wait();
    for (auto const number : {2, -3, 4, 5}) {
        submit(lane, number);
    }
    gate.open.count_down();
    EXPECT_EQ(answers_.of(-3), "fault item_rejected");
    for (auto const number : {1, 2, 4, 5}) {
        EXPECT_EQ(answers_.of(number), "done " + std::to_string(number));
    }
    EXPECT_EQ(count(), "4");
}

TEST_F(ALane, LetsOnlyTheBlockedCommandWait) {
    owner_.run_script("INSERT INTO numbers SELECT generate_series(1, 40)");
    auto holder = pg::Transaction{owner_};
    owner_.run_script("SELECT FROM numbers WHERE n = 7 FOR UPDATE");
    auto given = options();
    given.database.lock_timeout = 50ms;
    auto lane = Numbers{given, work(touch)};
    for (auto number = 1; number <= 20; ++number) {
        submit(lane, number);
    }
    EXPECT_EQ(answers_.of(20), "done 20");
    for (auto number = 21; number <= 40; ++number) {
        submit(lane, number);  // those that come while it waits are served as well
    }
    EXPECT_EQ(answers_.of(40), "done 40");
    EXPECT_FALSE(answers_.has(7));
    holder.rollback();
    EXPECT_EQ(answers_.of(7), "done 7");
    lane.stop();
    EXPECT_EQ(answers_.count(), 40U);
    EXPECT_EQ(ask(owner_, "SELECT count(*) FROM numbers WHERE touched = 1"), "40");
}

TEST_F(ALane, AnswersABlockedCommandAtItsDeadline) {
    owner_.run_script("INSERT INTO numbers VALUES (7)");
    auto holder = pg::Transaction{owner_};
    owner_.run_script("SELECT FROM numbers WHERE n = 7 FOR UPDATE");
    auto given = options();
    given.database.lock_timeout = 20ms;
    auto lane = Numbers{given, work(touch)};
    submit(lane, 7, 100ms);
    EXPECT_EQ(answers_.of(7), "fault deadline_passed");
    holder.rollback();
    lane.stop();
    EXPECT_EQ(ask(owner_, "SELECT touched FROM numbers"), "0");
}

TEST_F(ALane, AnswersAtTheDeadlineWhileTheDatabaseIsAwayAndDoesNothingLater) {
    auto proxy = TcpProxy{support::Protocol::postgres, support::port_of(url_)};
    proxy.refuse_connections(true);
    auto lane = Numbers{options(proxy), work(insert)};
    submit(lane, 1, 50ms);
    submit(lane, 2, 30s);
    EXPECT_EQ(answers_.of(1), "fault deadline_passed");
    EXPECT_FALSE(lane.is_ready());
    EXPECT_FALSE(answers_.has(2));
    proxy.refuse_connections(false);
    EXPECT_EQ(answers_.of(2), "done 2");
    EXPECT_TRUE(lane.is_ready());
    EXPECT_EQ(ask(owner_, "SELECT string_agg(n::text, ',') FROM numbers"), "2");
}

TEST_F(ALane, AnswersThoseWhoWaitBehindAFailingBatchAtTheirDeadlines) {
    auto gate = Gate{};
    auto proxy = TcpProxy{support::Protocol::postgres, support::port_of(url_)};
    auto lane = Numbers{options(proxy), gate.around(work(insert))};
    submit(lane, 1, 30s);
    gate.reached.wait();
    submit(lane, 2, 50ms);
    proxy.refuse_connections(true);
    proxy.cut_all();
    gate.open.count_down();
    EXPECT_EQ(answers_.of(2), "fault deadline_passed");
    EXPECT_FALSE(answers_.has(1));
    proxy.refuse_connections(false);
    EXPECT_EQ(answers_.of(1), "done 1");
}

TEST_F(ALane, SaysSoWhenItCannotKnowWhetherACommandWasDone) {
    auto proxy = TcpProxy{support::Protocol::postgres, support::port_of(url_)};
    auto lane = Numbers{options(proxy), work(insert)};
    ASSERT_TRUE(eventually([&] { return lane.is_ready(); }));
    proxy.on_step([&proxy](WireStep step) {
        if (step != WireStep::commit_answered) {
            return WireAction::pass;
        }
        proxy.refuse_connections(true);  // or the lane would ask again, and know
        return WireAction::cut;
    });
    submit(lane, 1, 100ms);
    EXPECT_EQ(answers_.of(1), "fault unknown_outcome");
    EXPECT_EQ(count(), "1");
}

TEST_F(ALane, CallsAnOutageUnavailable) {
    owner_.run_script("DROP TABLE numbers");
    auto lane = Numbers{options(), work(insert)};
    ASSERT_TRUE(eventually([&] { return lane.is_ready(); }));
    submit(lane, 1, 500ms);
    EXPECT_EQ(answers_.of(1), "fault unavailable");
    EXPECT_TRUE(owner_.is_healthy());
}

TEST_F(ALane, FinishesWhatWaitsWhenItStopsAndTakesNoMore) {
    auto gate = Gate{};
    auto lane = Numbers{options(), gate.around(work(insert))};
    submit(lane, 1);
    gate.reached.wait();
    for (auto number = 2; number <= 50; ++number) {
        submit(lane, number);
    }
    auto stopping = std::jthread{[&] {
        lane.stop();
    }};
    auto refused = 1000;
    // The stop is on its way: sooner or later a newcomer is turned away.
    EXPECT_TRUE(eventually([&] {
        submit(lane, ++refused);
        return answers_.has(refused);
    }));
    EXPECT_EQ(answers_.of(refused), "fault stopping");
    gate.open.count_down();
    stopping.join();
    for (auto number = 1; number <= 50; ++number) {
        EXPECT_EQ(answers_.of(number), "done " + std::to_string(number));
    }
    EXPECT_EQ(answers_.count(), static_cast<std::size_t>(50 + refused - 1000));
}

TEST_F(ALane, StopsInTimeAndAnswersEveryoneWhenTheDatabaseIsAway) {
    auto proxy = TcpProxy{support::Protocol::postgres, support::port_of(url_)};
    proxy.refuse_connections(true);
    auto given = options(proxy);
    given.drain_max = 50ms;
    auto lane = Numbers{given, work(insert)};
    for (auto number = 1; number <= 20; ++number) {
        submit(lane, number);
    }
    lane.stop();
    EXPECT_EQ(answers_.count(), 20U);
    EXPECT_EQ(answers_.of(1), "fault stopping");
    EXPECT_EQ(answers_.of(20), "fault stopping");
}

TEST_F(ALane, AnswersEachExactlyOnceWhoeverSubmitsWhileItStops) {
    auto lane = Numbers{options(), work(insert)};
    {
        auto threads = std::vector<std::jthread>{};
        for (auto i = 0; i < 8; ++i) {
            threads.emplace_back([&, i] {
                for (auto n = 1; n <= 200; ++n) {
                    submit(lane, i * 1000 + n);
                }
            });
        }
        ASSERT_TRUE(eventually([&] { return answers_.count() > 0; }));
        lane.stop();
    }
    EXPECT_EQ(answers_.count(), 1600U);
    auto done = 0;
    for (auto i = 0; i < 8; ++i) {
        for (auto n = 1; n <= 200; ++n) {
            done += answers_.of(i * 1000 + n).starts_with("done") ? 1 : 0;
        }
    }
    EXPECT_EQ(count(), std::to_string(done));
}

TEST_F(ALane, IsReadyWhenItsDatabaseIs) {
    auto proxy = TcpProxy{support::Protocol::postgres, support::port_of(url_)};
    auto given = options(proxy);
    given.idle_check_interval = 5ms;
    auto lane = Numbers{given, work(insert)};
    EXPECT_TRUE(eventually([&] { return lane.is_ready(); }));
    proxy.refuse_connections(true);
    proxy.cut_all();
    EXPECT_TRUE(eventually([&] { return !lane.is_ready(); }));
    proxy.refuse_connections(false);
    EXPECT_TRUE(eventually([&] { return lane.is_ready(); }));
}

TEST_F(ALane, HintsAfterEachCommitAndMeasuresItself) {
    auto hints = std::atomic<int>{0};
    auto registry = metrics::Registry{};
    auto given = options();
    given.after_commit = [&] {
        ++hints;
    };
    given.metrics = &registry;
    auto lane = Numbers{given, work(insert)};
    submit(lane, 1);
    EXPECT_EQ(answers_.of(1), "done 1");
    submit(lane, -1);
    EXPECT_EQ(answers_.of(-1), "fault item_rejected");
    lane.stop();
    EXPECT_EQ(hints, 1);
    auto const text = registry.text();
    EXPECT_THAT(text, ::testing::HasSubstr("frontrow_lane_batch_items_count{lane=\"writes\"} 2"));
    EXPECT_THAT(text, ::testing::HasSubstr("frontrow_lane_wait_seconds_count{lane=\"writes\"} 2"));
    EXPECT_THAT(text, ::testing::HasSubstr("frontrow_lane_run_seconds_count{lane=\"writes\"} 2"));
    EXPECT_THAT(text, ::testing::HasSubstr("frontrow_lane_queue_items{lane=\"writes\"} 1"));
}

}  // namespace
}  // namespace frontrow::lane
