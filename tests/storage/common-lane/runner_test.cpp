// What becomes of a batch when the database refuses an item, is slow, locked, cut off or broken.
#include "common/lane/runner.hpp"

#include <barrier>
#include <future>
#include <numeric>

#include "tests/support/database.hpp"
#include "tests/support/tcp_proxy.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::lane {
namespace {

using namespace std::chrono_literals;
using support::ask;
using support::connect;
using support::postgres;
using support::TcpProxy;
using support::WireAction;
using support::WireStep;

constexpr auto insert = pg::Statement{"insert", R"sql(
    INSERT INTO numbers (n) SELECT n FROM unnest($1::integer[]) AS u (n) ON CONFLICT (n) DO NOTHING
)sql"};

constexpr auto touch = pg::Statement{"touch", R"sql(
    UPDATE numbers SET touched = touched + 1 WHERE n = ANY ($1::integer[])
)sql"};

/// A batch of numbers, and all that its runner told of it.
class Batch {
  public:
    explicit Batch(std::size_t items, pg::Statement statement = insert) : statement_{statement} {
        numbers_.resize(items);
        std::iota(numbers_.begin(), numbers_.end(), 1);
    }
    Batch& with(std::size_t item, std::int32_t number) {
        numbers_[item] = number;
        return *this;
    }
    BatchPolicy policy() {
        return {.run =
                    [this](pg::Transaction& tx, Slice slice) {
                        ++attempts;
                        tx.query(statement_, pg::column(std::span{numbers_}.subspan(
                                                 slice.begin, slice.end - slice.begin)));
                    },
                .committed =
                    [this](Slice slice) {
                        for (auto i = slice.begin; i < slice.end; ++i) {
                            committed.push_back(i);
                        }
                    },
                .rejected =
                    [this](std::size_t item, pg::Error const&) {
                        rejected.push_back(item);
                        return false;
                    },
                .keep_trying =
                    [this](Slice slice, pg::Error const& fault, bool is_unknown) {
                        faults.push_back(fault.kind());
                        unknown = unknown || is_unknown;
                        return before_again(slice, fault);
                    }};
    }

    int attempts{0};
    std::vector<std::size_t> committed;
    std::vector<std::size_t> rejected;
    std::vector<pg::FaultKind> faults;
    bool unknown{false};
    std::function<bool(Slice, pg::Error const&)> before_again = [](Slice, pg::Error const&) {
        return true;
    };

  private:
    pg::Statement statement_;
    std::vector<std::int32_t> numbers_;
};

class ARunner : public ::testing::Test {
  protected:
    ARunner() {
        owner_.run_script(
            "CREATE TABLE numbers (n integer PRIMARY KEY CHECK (n > 0), touched integer NOT NULL "
            "DEFAULT 0)");
    }
    RunnerOptions options() { return {.database = support::connect_options(url_), .name = "lane"}; }
    RunnerOptions options(TcpProxy const& proxy) {
        auto made = options();
        made.database.url = support::through(url_, proxy.port());
        return made;
    }
    std::string count() { return ask(owner_, "SELECT count(*) FROM numbers"); }
    void fill(int up_to) {
        owner_.run_script("INSERT INTO numbers SELECT generate_series(1, " + std::to_string(up_to) +
                          ")");
    }

    std::string url_ = postgres().fresh_database();
    pg::Connection owner_ = connect(url_);
};

std::vector<std::size_t> all_but(std::size_t items, std::vector<std::size_t> const& left_out) {
    auto kept = std::vector<std::size_t>{};
    for (std::size_t i = 0; i < items; ++i) {
        if (std::ranges::find(left_out, i) == left_out.end()) {
            kept.push_back(i);
        }
    }
    return kept;
}

TEST_F(ARunner, CommitsABatchAsOneTransaction) {
    auto batch = Batch{512};
    auto runner = Runner{options()};
    runner.run(512, batch.policy(), {});
    EXPECT_EQ(batch.attempts, 1);
    EXPECT_EQ(batch.committed, all_but(512, {}));
    EXPECT_EQ(count(), "512");
    EXPECT_TRUE(runner.is_ready());
}

TEST_F(ARunner, FindsTheOneCulpritAmong512AndCommitsTheOthersInOrder) {
    auto batch = Batch{512};
    batch.with(137, -1);
    Runner{options()}.run(512, batch.policy(), {});
    EXPECT_EQ(batch.rejected, (std::vector<std::size_t>{137}));
    EXPECT_EQ(batch.committed, all_but(512, {137}));
    EXPECT_EQ(count(), "511");
    EXPECT_LE(batch.attempts, 20);
    EXPECT_TRUE(batch.faults.empty());
}

TEST_F(ARunner, FindsEveryCulprit) {
    auto batch = Batch{9};
    batch.with(0, -1).with(4, -1).with(8, -1);
    Runner{options()}.run(9, batch.policy(), {});
    EXPECT_EQ(batch.rejected, (std::vector<std::size_t>{0, 4, 8}));
    EXPECT_EQ(batch.committed, all_but(9, {0, 4, 8}));
}

TEST_F(ARunner, RunsARejectedItemAgainWhenToldTo) {
    auto batch = Batch{3};
    batch.with(1, -1);
    auto policy = batch.policy();
    policy.rejected = [&](std::size_t item, pg::Error const& fault) {
        EXPECT_EQ(fault.kind(), pg::FaultKind::item);
        batch.rejected.push_back(item);
        batch.with(item, 77);  // as an event is told to become a dead letter
        return true;
    };
    Runner{options()}.run(3, policy, {});
    EXPECT_EQ(batch.rejected, (std::vector<std::size_t>{1}));
    EXPECT_EQ(batch.committed, all_but(3, {}));
    EXPECT_EQ(ask(owner_, "SELECT count(*) FROM numbers WHERE n = 77"), "1");
}

TEST_F(ARunner, LetsOnlyTheBlockedItemWaitForALock) {
    fill(64);
    auto holder = pg::Transaction{owner_};
    owner_.run_script("SELECT FROM numbers WHERE n = 42 FOR UPDATE");
    auto batch = Batch{64, touch};
    auto given_up = std::vector<std::size_t>{};
    batch.before_again = [&](Slice slice, pg::Error const& fault) {
        EXPECT_TRUE(fault.is_lock_timeout());
        EXPECT_EQ(slice.end - slice.begin, 1U);
        given_up.push_back(slice.begin);
        return false;
    };
    auto given = options();
    given.database.lock_timeout = 100ms;
    Runner{given}.run(64, batch.policy(), {});
    EXPECT_EQ(given_up, (std::vector<std::size_t>{41}));
    EXPECT_EQ(batch.committed, all_but(64, {41}));
}

TEST_F(ARunner, TriesEventsAgainWholeWhenOneMeetsALock) {
    fill(16);
    auto other = connect(url_);
    auto holder = pg::Transaction{other};
    other.run_script("SELECT FROM numbers WHERE n = 7 FOR UPDATE");
    auto batch = Batch{16, touch};
    batch.before_again = [&](Slice slice, pg::Error const&) {
        EXPECT_EQ(slice.end - slice.begin, 16U);
        holder.rollback();
        return true;
    };
    auto policy = batch.policy();
    policy.halve_on_lock_timeout = false;
    auto given = options();
    given.database.lock_timeout = 50ms;
    Runner{given}.run(16, policy, {});
    EXPECT_EQ(batch.attempts, 2);
    EXPECT_EQ(batch.committed, all_but(16, {}));
}

TEST_F(ARunner, RunsTheVictimOfADeadlockAgain) {
    fill(2);
    auto superuser = connect(postgres().superuser_url());
    superuser.run_script("ALTER DATABASE " + ask(owner_, "SELECT current_database()") +
                         " SET deadlock_timeout = '20ms'");
    auto both_hold_one = std::barrier{2};
    auto const run = [&](std::int32_t first, std::int32_t second) {
        auto attempts = 0;
        auto batch = Batch{1};
        auto policy = batch.policy();
        policy.run = [&, first, second](pg::Transaction& tx, Slice) {
            tx.query(touch, pg::column(std::vector{first}));
            if (++attempts == 1) {
                both_hold_one.arrive_and_wait();
            }
            tx.query(touch, pg::column(std::vector{second}));
        };
        Runner{options()}.run(1, policy, {});
        return attempts;
    };
    auto other = std::async(std::launch::async, run, 1, 2);
    auto const attempts = run(2, 1) + other.get();
    EXPECT_GE(attempts, 3);
    EXPECT_EQ(ask(owner_, "SELECT sum(touched) FROM numbers"), "4");
}

TEST_F(ARunner, HalvesABatchThatIsTooMuchForTheStatementTimeout) {
    auto batch = Batch{8};
    auto policy = batch.policy();
    constexpr auto slow = pg::Statement{"slow", "SELECT pg_sleep($1::integer * 0.05)::text"};
    policy.run = [&](pg::Transaction& tx, Slice slice) {
        tx.query(slow, static_cast<std::int32_t>(slice.end - slice.begin));
    };
    auto given = options();
    given.database.statement_timeout = 250ms;
    Runner{given}.run(8, policy, {});
    EXPECT_EQ(batch.committed, all_but(8, {}));
}

TEST_F(ARunner, RunsAgainAfterACommitThatWasLost) {
    auto proxy = TcpProxy{support::Protocol::postgres, support::port_of(url_)};
    proxy.on_step([&](WireStep step) {
        auto const is_first = step == WireStep::commit_sent && proxy.seen(step) <= 1;
        return is_first ? WireAction::cut : WireAction::pass;
    });
    auto batch = Batch{4};
    Runner{options(proxy)}.run(4, batch.policy(), {});
    EXPECT_TRUE(batch.unknown);
    EXPECT_EQ(batch.attempts, 2);
    EXPECT_EQ(batch.committed, all_but(4, {}));
    EXPECT_EQ(count(), "4");
}

TEST_F(ARunner, RunsAgainAfterACommitWhoseAnswerWasLost) {
    auto proxy = TcpProxy{support::Protocol::postgres, support::port_of(url_)};
    proxy.on_step([&](WireStep step) {
        auto const is_first = step == WireStep::commit_answered && proxy.seen(step) <= 1;
        return is_first ? WireAction::cut : WireAction::pass;
    });
    auto batch = Batch{4};
    batch.before_again = [&](Slice, pg::Error const&) {
        EXPECT_EQ(count(), "4");  // it was committed, only nobody told
        return true;
    };
    Runner{options(proxy)}.run(4, batch.policy(), {});
    EXPECT_TRUE(batch.unknown);
    EXPECT_EQ(batch.attempts, 2);
    EXPECT_EQ(batch.committed, all_but(4, {}));
    EXPECT_EQ(count(), "4");
}

TEST_F(ARunner, BlamesNobodyForAnOutageAndGoesOnWhenItIsMended) {
    owner_.run_script("ALTER TABLE numbers RENAME TO elsewhere");
    auto batch = Batch{4};
    auto runner = Runner{options()};
    batch.before_again = [&](Slice slice, pg::Error const& fault) {
        EXPECT_EQ(fault.kind(), pg::FaultKind::outage);
        EXPECT_EQ(slice.end - slice.begin, 4U);
        EXPECT_FALSE(runner.is_ready());
        if (batch.faults.size() == 3) {
            owner_.run_script("ALTER TABLE elsewhere RENAME TO numbers");
        }
        return true;
    };
    runner.run(4, batch.policy(), {});
    EXPECT_EQ(batch.faults.size(), 3U);
    EXPECT_TRUE(batch.rejected.empty());
    EXPECT_EQ(batch.committed, all_but(4, {}));
    EXPECT_TRUE(runner.is_ready());
}

TEST_F(ARunner, TakesAThrownBugForAnOutage) {
    auto batch = Batch{2};
    auto policy = batch.policy();
    policy.run = [&](pg::Transaction& tx, Slice) {
        tx.query(insert, pg::column(std::vector{1}));
        if (++batch.attempts == 1) {
            throw std::runtime_error{"a bug"};
        }
    };
    Runner{options()}.run(2, policy, {});
    EXPECT_EQ(batch.faults, (std::vector{pg::FaultKind::outage}));
    EXPECT_EQ(batch.committed, all_but(2, {}));
    EXPECT_EQ(count(), "1");
}

TEST_F(ARunner, StopsTryingWhenAskedTo) {
    owner_.run_script("DROP TABLE numbers");
    auto batch = Batch{4};
    auto stop = std::stop_source{};
    batch.before_again = [&](Slice, pg::Error const&) {
        if (batch.faults.size() == 2) {
            stop.request_stop();
        }
        return true;
    };
    Runner{options()}.run(4, batch.policy(), stop.get_token());
    EXPECT_EQ(batch.faults.size(), 2U);
    EXPECT_TRUE(batch.committed.empty());
}

TEST_F(ARunner, NoticesALostDatabaseWhileThereIsNothingToRun) {
    auto proxy = TcpProxy{support::Protocol::postgres, support::port_of(url_)};
    auto runner = Runner{options(proxy)};
    EXPECT_FALSE(runner.is_ready());
    EXPECT_TRUE(runner.check());
    proxy.refuse_connections(true);
    proxy.cut_all();
    EXPECT_FALSE(runner.check());
    EXPECT_FALSE(runner.is_ready());
    proxy.refuse_connections(false);
    EXPECT_TRUE(runner.check());
}

TEST(ARunnerOnAClusterOfItsOwn, HealsWhenTheServerIsKilledAndStartedAgain) {
    auto cluster = support::PrivatePostgres{};
    auto const url = cluster.database("booking");
    support::connect(url).run_script("CREATE TABLE numbers (n integer PRIMARY KEY)");
    auto runner = Runner{{.database = support::connect_options(url), .name = "lane"}};
    auto before = Batch{2};
    runner.run(2, before.policy(), {});
    EXPECT_EQ(before.committed, all_but(2, {}));
    cluster.kill();
    auto after = Batch{3};
    after.before_again = [&](Slice, pg::Error const& fault) {
        EXPECT_EQ(fault.kind(), pg::FaultKind::transient) << fault.what();
        if (after.faults.size() == 2) {
            cluster.start();
        }
        return true;
    };
    runner.run(3, after.policy(), {});
    EXPECT_GE(after.faults.size(), 2U);
    EXPECT_EQ(after.committed, all_but(3, {}));
    auto connection = support::connect(url);
    EXPECT_EQ(ask(connection, "SELECT count(*) FROM numbers"), "3");
}

}  // namespace
}  // namespace frontrow::lane
