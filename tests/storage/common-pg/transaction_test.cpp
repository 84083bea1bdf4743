// What a transaction promises when it ends well, badly, and without an answer.
#include "common/pg/transaction.hpp"

#include <libpq-fe.h>

#include <future>

#include "tests/support/database.hpp"
#include "tests/support/tcp_proxy.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::pg {
namespace {

using support::ask;
using support::connect;
using support::connect_options;
using support::postgres;
using support::Protocol;
using support::TcpProxy;
using support::WireAction;
using support::WireStep;

constexpr auto insert = Statement{"insert", "INSERT INTO numbers (n) VALUES ($1)"};

class Transactions : public ::testing::Test {
  protected:
    Transactions() { connection_.run_script("CREATE TABLE numbers (n integer PRIMARY KEY)"); }
    std::string count() { return ask(observer_, "SELECT count(*) FROM numbers"); }
    /// The fault of committing one row through the proxy.
    Error fault_of_commit(TcpProxy& proxy) {
        auto connection = connect(support::through(url_, proxy.port()));
        auto tx = Transaction{connection};
        tx.query(insert, 1);
        try {
            tx.commit();
        } catch (Error const& fault) {
            EXPECT_FALSE(connection.is_healthy());
            return fault;
        }
        return Error{FaultKind::item, "", "it was committed"};
    }

    std::string url_ = postgres().fresh_database();
    Connection connection_ = connect(url_);
    Connection observer_ = connect(url_);
};

TEST_F(Transactions, AreSeenByOthersOnceCommittedAndNeverBefore) {
    auto tx = Transaction{connection_};
    EXPECT_EQ(tx.query(insert, 1).affected(), 1);
    EXPECT_EQ(count(), "0");
    tx.commit();
    EXPECT_EQ(count(), "1");
}

TEST_F(Transactions, LeaveNothingWhenTheyAreNotCommitted) {
    {
        auto tx = Transaction{connection_};
        tx.query(insert, 1);
    }
    {
        auto tx = Transaction{connection_};
        tx.query(insert, 2);
        tx.rollback();
    }
    EXPECT_EQ(count(), "0");
    EXPECT_TRUE(connection_.is_healthy());
}

TEST_F(Transactions, TellTheDatabasesClockAsItsOwnStatementsSeeIt) {
    constexpr auto now = Statement{"now", "SELECT now()"};
    auto tx = Transaction{connection_};
    EXPECT_EQ(tx.now(), tx.query(now)[0].instant(0));
}

TEST_F(Transactions, CommitNothingAfterAStatementOfThemFailed) {
    auto tx = Transaction{connection_};
    tx.query(insert, 1);
    EXPECT_THROW(tx.query(insert, 1), Error);
    try {
        tx.commit();
        FAIL() << "COMMIT of an aborted transaction was taken for success";
    } catch (Error const& fault) {
        EXPECT_EQ(fault.kind(), FaultKind::transient);
    }
    EXPECT_EQ(count(), "0");
    EXPECT_TRUE(connection_.is_healthy());
}

TEST_F(Transactions, GoOnAfterAFaultOnTheSameConnection) {
    EXPECT_THROW(
        {
            auto tx = Transaction{connection_};
            tx.query(insert, 1);
            tx.query(insert, 1);
        },
        Error);
    auto tx = Transaction{connection_};
    tx.query(insert, 2);
    tx.commit();
    EXPECT_EQ(count(), "1");
}

TEST_F(Transactions, WhoseCommitNeverArrivesAreOfUnknownOutcome) {
    auto proxy = TcpProxy{Protocol::postgres, support::port_of(url_)};
    proxy.on_step([](WireStep step) {
        return step == WireStep::commit_sent ? WireAction::cut : WireAction::pass;
    });
    EXPECT_EQ(fault_of_commit(proxy).kind(), FaultKind::unknown_outcome);
    EXPECT_EQ(count(), "0");
}

TEST_F(Transactions, WhoseCommitIsNotAnsweredAreOfUnknownOutcome) {
    auto proxy = TcpProxy{Protocol::postgres, support::port_of(url_)};
    proxy.on_step([](WireStep step) {
        return step == WireStep::commit_answered ? WireAction::cut : WireAction::pass;
    });
    EXPECT_EQ(fault_of_commit(proxy).kind(), FaultKind::unknown_outcome);
    EXPECT_EQ(count(), "1");
}

TEST_F(Transactions, ThatLoseTheirConnectionBeforeCommitHaveDoneNothing) {
    auto tx = Transaction{connection_};
    tx.query(insert, 1);
    observer_.run_script("SELECT pg_terminate_backend(" +
                         std::to_string(PQbackendPID(connection_.handle())) + ", 10000)");
    try {
        tx.query(insert, 2);
        FAIL() << "a session that was ended answered";
    } catch (Error const& fault) {
        EXPECT_EQ(fault.kind(), FaultKind::transient);
    }
    EXPECT_FALSE(connection_.is_healthy());
    EXPECT_THROW(tx.commit(), Error);
    EXPECT_EQ(count(), "0");
}

TEST_F(Transactions, DoNotWaitForEverForALock) {
    auto holder = Transaction{connection_};
    holder.query(insert, 1);
    auto options = connect_options(url_);
    options.lock_timeout = std::chrono::milliseconds{30};
    auto second = Connection{options};
    auto tx = Transaction{second};
    try {
        tx.query(insert, 1);
        FAIL() << "took a key that another transaction holds";
    } catch (Error const& fault) {
        EXPECT_TRUE(fault.is_lock_timeout());
        EXPECT_EQ(fault.kind(), FaultKind::transient);
    }
    EXPECT_TRUE(second.is_healthy());
}

TEST_F(Transactions, AreEndedByTheServerWhenTheirProcessStandsStill) {
    auto options = connect_options(url_);
    options.idle_in_transaction_timeout = std::chrono::milliseconds{30};
    auto frozen = Connection{options};
    auto tx = Transaction{frozen};
    tx.query(insert, 1);
    auto peer = Transaction{connection_};
    EXPECT_EQ(peer.query(insert, 1).affected(), 1);  // waits until the server has ended the other
    try {
        tx.query(insert, 2);
        FAIL() << "a session that was ended answered";
    } catch (Error const& fault) {
        EXPECT_EQ(fault.kind(), FaultKind::transient);
    }
}

TEST_F(Transactions, StopAStatementThatTakesTooLong) {
    auto options = connect_options(url_);
    options.statement_timeout = std::chrono::milliseconds{30};
    auto impatient = Connection{options};
    try {
        impatient.run_script("SELECT pg_sleep(60)");
        FAIL() << "nobody stopped it";
    } catch (Error const& fault) {
        EXPECT_EQ(fault.sqlstate(), "57014");
    }
    EXPECT_TRUE(impatient.is_healthy());
}

TEST_F(Transactions, CanBeCancelledFromAnotherThread) {
    auto asleep = std::async(std::launch::async, [&] {
        try {
            connection_.run_script("SELECT pg_sleep(60)");
        } catch (Error const& fault) {
            return fault.sqlstate();
        }
        return std::string{"it was not cancelled"};
    });
    EXPECT_TRUE(support::eventually([&] {
        return ask(observer_,
                   "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND "
                   "wait_event = 'PgSleep'") == "1";
    }));
    connection_.cancel();
    EXPECT_EQ(asleep.get(), "57014");
}

}  // namespace
}  // namespace frontrow::pg
