// Connecting, being refused, and a server that stands still.
#include "common/pg/connection.hpp"

#include "tests/support/database.hpp"
#include "tests/support/tcp_proxy.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::pg {
namespace {

using support::ask;
using support::connect_options;
using support::postgres;

Error refusal_of(ConnectOptions const& options) {
    try {
        auto const connection = Connection{options};
    } catch (Error const& fault) {
        return fault;
    }
    return Error{FaultKind::item, "", "it connected"};
}

TEST(AConnection, HasItsSettingsFromTheStart) {
    auto options = ConnectOptions{};
    options.url = support::bare_database();
    options.application_name = "booking: writes";
    auto connection = Connection{options};
    EXPECT_EQ(ask(connection, "SHOW statement_timeout"), "5s");
    EXPECT_EQ(ask(connection, "SHOW lock_timeout"), "1s");
    EXPECT_EQ(ask(connection, "SHOW idle_in_transaction_session_timeout"), "5s");
    EXPECT_EQ(ask(connection, "SHOW plan_cache_mode"), "force_custom_plan");
    EXPECT_EQ(ask(connection, "SHOW application_name"), "booking: writes");
    EXPECT_EQ(ask(connection, "SHOW TimeZone"), "UTC");
    EXPECT_EQ(ask(connection, "SHOW tcp_user_timeout"), "10000");
}

TEST(AConnection, ThatPlansByIndexUsesTheKeyOfAnEmptyTableAndKeepsThePlan) {
    auto const url = support::postgres().fresh_database();
    support::connect(url).run_script("CREATE TABLE numbers (n integer PRIMARY KEY, m integer)");
    auto options = connect_options(url);
    options.plan_by_index = true;
    auto connection = Connection{options};
    EXPECT_EQ(ask(connection, "SHOW plan_cache_mode"), "force_generic_plan");
    connection.run_script(
        "PREPARE changed AS UPDATE numbers AS a SET m = b.m "
        "FROM unnest($1::int[], $2::int[]) AS b (n, m) WHERE a.n = b.n");
    auto const rows = connection.run_script("EXPLAIN (VERBOSE) EXECUTE changed ('{1}', '{2}')");
    auto plan = std::string{};
    for (auto row = 0; row < rows.size(); ++row) {
        plan += rows[row].string(0) + "\n";
    }
    EXPECT_NE(plan.find("Nested Loop"), std::string::npos) << plan;
    EXPECT_NE(plan.find("Index Scan using numbers_pkey"), std::string::npos) << plan;
    EXPECT_NE(plan.find("$1"), std::string::npos) << plan;  // not planned for these values
}

TEST(AConnection, KeepsTheOptionsThatTheUrlGives) {
    auto options = connect_options(support::bare_database() + "?options=-c%20work_mem%3D8MB");
    auto connection = Connection{options};
    EXPECT_EQ(ask(connection, "SHOW work_mem"), "8MB");
    EXPECT_EQ(ask(connection, "SHOW statement_timeout"), "20s");
}

TEST(AConnection, ThatOnlyReadsCannotWrite) {
    auto options = connect_options(support::bare_database());
    options.read_only = true;
    auto connection = Connection{options};
    EXPECT_EQ(ask(connection, "SELECT 1"), "1");
    EXPECT_THROW(connection.run_script("CREATE TABLE mine (a integer)"), Error);
}

// So with several hosts in the URL nothing is decided from a standby, which lags behind.
TEST(AConnection, ThatWritesTakesNoServerThatRefusesWrites) {
    auto const standby_like =
        support::bare_database() + "?options=-c%20default_transaction_read_only%3Don";
    auto options = connect_options(standby_like);
    EXPECT_NE(refusal_of(options).kind(), FaultKind::item);
    options.read_only = true;
    EXPECT_EQ(refusal_of(options).kind(), FaultKind::item) << "whoever only reads may be served";
}

TEST(AConnection, ThatIsRefusedIsAnOutage) {
    auto options = connect_options(support::bare_database());
    auto const at = options.url.find(":test@");
    options.url.replace(at, 6, ":wrong@");
    auto const wrong_password = refusal_of(options);
    EXPECT_EQ(wrong_password.kind(), FaultKind::outage);
    EXPECT_EQ(wrong_password.sqlstate(), "28P01");
    EXPECT_EQ(std::string{wrong_password.what()}.find("wrong@"), std::string::npos);
    auto const no_database = refusal_of(connect_options(postgres().superuser_url("nowhere")));
    EXPECT_EQ(no_database.kind(), FaultKind::outage);
    EXPECT_EQ(no_database.sqlstate(), "3D000");
}

TEST(AConnection, WhoseUrlIsNoneIsAnOutageThatDoesNotRepeatIt) {
    auto options = ConnectOptions{};
    options.url = "postgresql://ann:secret@[broken/db";
    auto const fault = refusal_of(options);
    EXPECT_EQ(fault.kind(), FaultKind::outage);
    EXPECT_EQ(std::string{fault.what()}.find("secret"), std::string::npos);
}

TEST(AConnection, ToNobodyIsTriedAgain) {
    auto const url = support::bare_database();
    auto proxy = support::TcpProxy{support::Protocol::postgres, support::port_of(url)};
    auto options = connect_options(support::through(url, proxy.port()));
    proxy.refuse_connections(true);
    EXPECT_EQ(refusal_of(options).kind(), FaultKind::transient);
    proxy.refuse_connections(false);
    proxy.freeze(true);
    options.connect_timeout = std::chrono::milliseconds{50};
    EXPECT_EQ(refusal_of(options).kind(), FaultKind::transient);
    proxy.freeze(false);
    options.connect_timeout = std::chrono::seconds{10};
    EXPECT_TRUE(Connection{options}.is_healthy());
}

TEST(AConnection, GivesUpAServerThatStandsStill) {
    auto const url = support::bare_database();
    auto proxy = support::TcpProxy{support::Protocol::postgres, support::port_of(url)};
    auto connection = support::connect(support::through(url, proxy.port()));
    EXPECT_EQ(ask(connection, "SELECT 1"), "1");
    proxy.freeze(true);
    connection.set_answer_timeout(std::chrono::milliseconds{50});
    try {
        connection.run_script("SELECT 2");
        FAIL() << "a frozen server answered";
    } catch (Error const& fault) {
        EXPECT_EQ(fault.kind(), FaultKind::transient);
        EXPECT_EQ(fault.sqlstate(), "");
    }
    EXPECT_FALSE(connection.is_healthy());
    proxy.freeze(false);
    EXPECT_THROW(connection.run_script("SELECT 3"), Error);  // it could be the answer to SELECT 2
}

TEST(AConnection, SendsMoreThanASocketHolds) {
    constexpr auto length = Statement{"length", "SELECT length($1::bytea)"};
    auto connection = support::connect(support::bare_database());
    EXPECT_EQ(connection.query(length, Bytes{std::string(20'000'000, 'x')})[0].int32(0),
              20'000'000);
}

TEST(AConnection, PreparesAStatementOnceAndTakesNoOtherByItsName) {
    constexpr auto one = Statement{"number", "SELECT $1::integer"};
    constexpr auto other = Statement{"number", "SELECT $1::integer + 1"};
    auto connection = support::connect(support::bare_database());
    EXPECT_EQ(connection.query(one, 1)[0].int32(0), 1);
    EXPECT_EQ(connection.query(one, 2)[0].int32(0), 2);
    EXPECT_EQ(ask(connection, "SELECT count(*) FROM pg_prepared_statements"), "1");
    EXPECT_DEATH(connection.query(other, 1), "BUG");
    EXPECT_DEATH(connection.query(one, std::int64_t{1}), "BUG");
}

TEST(AConnection, ChecksAStatementAgainstTheSchemaWithoutRunningIt) {
    constexpr auto good = Statement{"good", "CREATE TABLE never_made (a integer)"};
    constexpr auto bad = Statement{"bad", "SELECT a FROM nowhere WHERE a = $1"};
    auto connection = support::connect(support::bare_database());
    EXPECT_NO_THROW(connection.prepare(good));
    EXPECT_EQ(ask(connection, "SELECT to_regclass('never_made') IS NULL"), "t");
    EXPECT_THROW(connection.prepare(bad), Error);
}

}  // namespace
}  // namespace frontrow::pg
