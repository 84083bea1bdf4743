// What the tests' own PostgreSQL promises to every other test.
#include "tests/support/postgres_cluster.hpp"

#include "tests/support/testing.hpp"

namespace frontrow::support {
namespace {

TEST(TestCluster, GivesEachCallADatabaseOfItsOwnFromATemplateThatIsMigratedOnce) {
    auto migrations = 0;
    auto const migrate = [&migrations](std::string const& url) {
        ++migrations;
        local::run_sql(url, "CREATE TABLE seats (number int)");
    };
    auto const first = postgres().fresh_database("seats", migrate);
    auto const second = postgres().fresh_database("seats", migrate);
    local::run_sql(first, "INSERT INTO seats VALUES (1)");
    EXPECT_EQ(migrations, 1);
    EXPECT_EQ(local::run_sql(first, "SELECT count(*) FROM seats").front(), "1");
    EXPECT_EQ(local::run_sql(second, "SELECT count(*) FROM seats").front(), "0");
}

TEST(TestCluster, KeepsRolesApart) {
    auto const url = postgres().fresh_database();
    EXPECT_EQ(local::run_sql(url, "SELECT current_user").front(), "frontrow_migration");
    auto const service = postgres().as_role("booking", url);
    EXPECT_EQ(local::run_sql(service, "SELECT current_user").front(), "booking");
    EXPECT_THROW(local::run_sql(service, "CREATE TABLE mine (a int)"), std::runtime_error);
}

TEST(PrivateCluster, LosesNothingCommittedWhenItIsKilled) {
    auto cluster = PrivatePostgres{};
    auto const url = cluster.database("booking");
    local::run_sql(url, "CREATE TABLE kept (a int); INSERT INTO kept VALUES (7)");
    cluster.kill();
    EXPECT_THROW(local::run_sql(url, "SELECT 1"), std::runtime_error);
    cluster.start();
    EXPECT_EQ(local::run_sql(url, "SELECT a FROM kept").front(), "7");
}

}  // namespace
}  // namespace frontrow::support
