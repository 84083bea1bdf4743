// Statements that are sent without waiting: in order, in the same transaction, and no fault is
// lost.
#include <functional>
#include <thread>
#include <utility>

#include "common/pg/transaction.hpp"
#include "tests/support/database.hpp"
#include "tests/support/tcp_proxy.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::pg {
namespace {

using support::ask;

constexpr auto post_number = Statement{"post_number", "INSERT INTO posted_numbers (n) VALUES ($1)"};
constexpr auto double_numbers = Statement{"double_numbers", "UPDATE posted_numbers SET n = n * $1"};
constexpr auto sum_numbers =
    Statement{"sum_numbers", "SELECT coalesce(sum(n), 0)::bigint FROM posted_numbers"};

constexpr auto read_transaction_clock = Statement{"read_transaction_clock", "SELECT now()"};

class Posted : public ::testing::Test {
  protected:
    Posted() { connection_.run_script("CREATE TABLE posted_numbers (n integer PRIMARY KEY)"); }
    std::string sum() { return ask(observer_, "SELECT sum(n) FROM posted_numbers"); }

    std::string url_ = support::postgres().fresh_database();
    Connection connection_ = support::connect(url_);
    Connection observer_ = support::connect(url_);
};

constexpr auto post_with_text = Statement{
    "post_with_text", "INSERT INTO posted_numbers (n) SELECT $1 WHERE length($2::text) > 0"};

TEST_F(Posted, StatementsAreDoneInTheirOrderOnceCommitted) {
    auto tx = Transaction{connection_};
    tx.post(post_number, 1);
    tx.post(post_number, 2);
    tx.post(double_numbers, 10);
    tx.commit();
    EXPECT_EQ(sum(), "30");
    EXPECT_TRUE(connection_.is_healthy());
}

// A server that waits for a Sync has no timeout for its client, so what is sent brings its own.
TEST_F(Posted, StatementsOfAProcessThatStandsStillHoldNobodyUp) {
    auto options = support::connect_options(url_);
    options.idle_in_transaction_timeout = std::chrono::milliseconds{30};
    auto frozen = Connection{options};
    auto tx = Transaction{frozen};
    tx.query(sum_numbers);
    tx.post(post_with_text, 1, std::string(100'000, 'x'));  // too much to be kept
    auto peer = Transaction{connection_};
    peer.query(post_number, 1);  // waits until the server has ended the other
    peer.commit();
    EXPECT_EQ(sum(), "1");
    EXPECT_THROW(tx.commit(), Error);
}

TEST_F(Posted, AQueryBehindThemSeesWhatTheyDid) {
    auto tx = Transaction{connection_};
    tx.post(post_number, 4);
    EXPECT_EQ(tx.query(sum_numbers)[0].int64(0), 4);
    tx.post(post_number, 5);
    EXPECT_EQ(tx.query(sum_numbers)[0].int64(0), 9);
}

TEST_F(Posted, AFaultComesOutAtCommitAndNothingIsCommitted) {
    {
        auto tx = Transaction{connection_};
        tx.post(post_number, 1);
        tx.post(post_number, 1);
        tx.post(post_number, 2);
        try {
            tx.commit();
            FAIL() << "it was committed";
        } catch (Error const& fault) {
            EXPECT_EQ(fault.kind(), FaultKind::item);
            EXPECT_EQ(fault.sqlstate(), "23505");
        }
    }
    EXPECT_EQ(ask(observer_, "SELECT count(*) FROM posted_numbers"), "0");
    auto tx = Transaction{connection_};
    tx.post(post_number, 3);
    tx.commit();
    EXPECT_EQ(sum(), "3");
}

TEST_F(Posted, AFaultComesOutAtTheNextQuery) {
    auto tx = Transaction{connection_};
    tx.post(post_number, 1);
    tx.post(post_number, 1);
    EXPECT_THROW(tx.query(sum_numbers), Error);
    tx.rollback();
    EXPECT_EQ(connection_.query(sum_numbers)[0].int64(0), 0);
}

TEST_F(Posted, StatementsThatAreNotCommittedLeaveNothing) {
    {
        auto tx = Transaction{connection_};
        tx.post(post_number, 1);
    }
    EXPECT_EQ(ask(observer_, "SELECT count(*) FROM posted_numbers"), "0");
    EXPECT_TRUE(connection_.is_healthy());
}

// Without its BEGIN each would be committed by itself.
TEST_F(Posted, StatementsOfATransactionThatCouldNotBeginLeaveNothing) {
    {
        auto tx = Transaction{connection_};
        tx.post(post_number, 1);
        tx.post(post_with_text, 1, std::string{"x"});
        EXPECT_THROW(tx.query(sum_numbers), Error);
    }
    connection_.run_script("DEALLOCATE begin");
    using Write = std::function<void(Transaction&)>;
    auto const post = Write{[](Transaction& tx) {
        tx.post(post_number, 2);
    }};
    auto const query = Write{[](Transaction& tx) {
        tx.query(post_number, 2);
    }};
    auto const post_much = Write{[](Transaction& tx) {
        tx.post(post_with_text, 2, std::string(100'000, 'x'));  // sent before the next one comes
    }};
    for (auto const& [first, second] : {std::pair{post, post},
                                        {post, query},
                                        {query, post},
                                        {post_much, post},
                                        {post_much, query}}) {
        EXPECT_THROW(
            {
                auto tx = Transaction{connection_};
                first(tx);
                second(tx);
                tx.commit();
            },
            Error);
    }
    auto tx = Transaction{connection_};
    EXPECT_THROW(tx.commit(), Error);
    EXPECT_EQ(ask(observer_, "SELECT count(*) FROM posted_numbers"), "0");
}

class Asked : public Posted {};

TEST_F(Asked, StatementsAreDoneInTheirOrderAndAnsweredTogether) {
    auto tx = Transaction{connection_};
    auto const before = tx.ask(sum_numbers);
    auto const posted = tx.ask(post_number, 5);
    auto const after = tx.ask(sum_numbers);
    EXPECT_EQ(tx.query(double_numbers, 2).affected(), 1);
    EXPECT_EQ(before.rows()[0].int64(0), 0);
    EXPECT_EQ(posted.rows().affected(), 1);
    EXPECT_EQ(after.rows()[0].int64(0), 5);
    EXPECT_EQ(tx.ask(sum_numbers).rows()[0].int64(0), 10);
    tx.commit();
    EXPECT_EQ(sum(), "10");
}

TEST_F(Asked, StatementThatIsRefusedKeepsTheNextFromBeingRun) {
    auto tx = Transaction{connection_};
    tx.query(post_number, 1);
    auto const refused = tx.ask(post_number, 1);
    try {
        tx.query(post_number, 2);
        FAIL() << "it was accepted";
    } catch (Error const& fault) {
        EXPECT_EQ(fault.sqlstate(), "23505");
    }
    EXPECT_THROW(tx.commit(), Error);
    EXPECT_EQ(ask(observer_, "SELECT count(*) FROM posted_numbers"), "0");
}

// One transaction: the answer of the second is believed only when both are committed.
TEST_F(Asked, OutsideATransactionBothAreOne) {
    auto const first = connection_.ask(post_number, 1);
    EXPECT_EQ(connection_.query(sum_numbers)[0].int64(0), 1);
    EXPECT_EQ(first.rows().affected(), 1);
    EXPECT_EQ(sum(), "1");
    auto const second = connection_.ask(post_number, 2);
    EXPECT_THROW(connection_.query(post_number, 1), Error);
    EXPECT_EQ(sum(), "1");
    EXPECT_TRUE(connection_.is_healthy());
}

// A server that has a statement and waits for its Sync has no timeout for its client: a short one
// is not sent before its Sync, a long one, which libpq would send, has its own.
TEST_F(Asked, StatementsOfAProcessThatStandsStillHoldNobodyUp) {
    auto options = support::connect_options(url_);
    options.idle_in_transaction_timeout = std::chrono::milliseconds{30};
    struct Asking {
        std::size_t octets;
        int times;
    };
    for (auto const& [octets, times] : {Asking{1, 1}, Asking{200'000, 1}, Asking{3'000, 4}}) {
        auto frozen = Connection{options};
        auto tx = Transaction{frozen};
        tx.query(post_with_text, -1, std::string{});
        for (auto n = 1; n <= times; ++n) {
            auto const asked = tx.ask(post_with_text, n, std::string(octets, 'x'));
        }
        auto peer = Transaction{connection_};
        peer.query(post_number, 1);  // waits at most until the server has ended the other
        peer.rollback();
        std::this_thread::sleep_for(std::chrono::milliseconds{60});
        EXPECT_THROW(tx.commit(), Error);
    }
}

TEST_F(Posted, StatementThatWasStartedIsDoneWhileNobodyWaitsForIt) {
    connection_.query(post_number, 1);
    auto started = connection_.start(post_number, 2);
    EXPECT_TRUE(support::eventually([&] { return sum() == "3"; }));
    EXPECT_EQ(connection_.query(sum_numbers)[0].int64(0), 3);
    EXPECT_EQ(started.rows().affected(), 1);
    EXPECT_EQ(connection_.start(sum_numbers).rows()[0].int64(0), 3);
}

TEST_F(Posted, StatementThatWasStartedIsOneByItselfAndItsFaultComesOutOfTheNext) {
    connection_.query(post_number, 1);
    auto const refused = connection_.start(post_number, 1);
    EXPECT_THROW(connection_.query(post_number, 2), Error);
    EXPECT_EQ(sum(), "3");  // the next had its own Sync: it was run
    EXPECT_TRUE(connection_.is_healthy());
    auto const another = connection_.start(post_number, 1);
    EXPECT_THROW(Transaction{connection_}, Error);
    EXPECT_EQ(connection_.query(sum_numbers)[0].int64(0), 3);
}

TEST_F(Posted, OutsideATransactionTheyAreDoneAtOnce) {
    connection_.post(post_number, 7);
    EXPECT_EQ(sum(), "7");
    EXPECT_THROW(connection_.post(post_number, 7), Error);
}

TEST_F(Posted, ManyLargeOnesNeitherBlockNorBreak) {
    connection_.run_script("CREATE TABLE posted_texts (t text)");
    constexpr auto post_text = Statement{"post_text", "INSERT INTO posted_texts (t) VALUES ($1)"};
    auto const text = std::string(1'000'000, 'x');
    auto tx = Transaction{connection_};
    for (auto n = 0; n < 20; ++n) {
        tx.post(post_text, text);
    }
    tx.commit();
    EXPECT_EQ(ask(observer_, "SELECT sum(length(t)) FROM posted_texts"), "20000000");
}

TEST_F(Posted, TheClockIsThatOfBeginWhateverWasPostedSince) {
    auto tx = Transaction{connection_};
    tx.post(post_number, 1);
    auto const now = tx.now();
    EXPECT_EQ(tx.query(read_transaction_clock)[0].instant(0), now);
    tx.commit();
    auto idle = Transaction{connection_};
    EXPECT_GT(idle.now(), now);
}

TEST_F(Posted, AConnectionLostMeanwhileIsATransientFaultBecauseTheServerSaidSoBeforeCommit) {
    auto tx = Transaction{connection_};
    tx.post(post_number, 1);
    EXPECT_EQ(tx.query(sum_numbers)[0].int64(0), 1);
    observer_.run_script(
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
        "WHERE datname = current_database() AND pid <> pg_backend_pid()");
    try {
        tx.post(post_number, 2);
        tx.commit();
        FAIL() << "it was committed";
    } catch (Error const& fault) {
        EXPECT_EQ(fault.kind(), FaultKind::transient) << fault.what();
    }
    EXPECT_FALSE(connection_.is_healthy());
}

}  // namespace
}  // namespace frontrow::pg
