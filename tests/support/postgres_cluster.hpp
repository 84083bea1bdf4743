// The PostgreSQL of a test stage: one cluster for all, a database of its own for each test.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "frontrowctl/local/postgres_server.hpp"

namespace frontrow::support {

class PostgresCluster {
  public:
    /// The roles exist in every test cluster: `frontrow_migration` owns, the others as in
    /// production.
    static constexpr auto owner = "frontrow_migration";
    using Migrate = std::function<void(std::string const& url)>;

    /// That of FRONTROW_TEST_POSTGRES (a superuser's URL of any database), else one of our own.
    PostgresCluster();

    /// A new database without tables, owned by `owner`; the URL is the owner's. It is dropped when
    /// the running test ends (outside a test: with the process).
    std::string fresh_database();
    /// A new database, copied from a template which `migrate` filled once in this process, as the
    /// owner, when `name` was asked for first.
    std::string fresh_database(std::string const& name, Migrate const& migrate);
    /// The same database as another role: booking, payment, queue, dataplatform, relay, postgres.
    [[nodiscard]] std::string as_role(std::string const& role, std::string const& url) const;
    [[nodiscard]] std::string superuser_url(std::string const& database = "postgres") const;

  private:
    std::string create(std::string const& name, std::string const& source);
    [[nodiscard]] std::string url_of(std::string const& role, std::string const& password,
                                     std::string const& database) const;

    std::string server_;    ///< host:port
    std::string password_;  ///< the superuser's, and that of all roles
};

/// The cluster of this process, started at the first call.
PostgresCluster& postgres();

/// A cluster of a test's own, to be stopped, frozen, killed and started again.
class PrivatePostgres {
  public:
    PrivatePostgres();
    ~PrivatePostgres();
    /// Makes the roles and one empty database of that name, owned by frontrow_migration.
    std::string database(std::string const& name);
    /// The same database as another role.
    [[nodiscard]] std::string as_role(std::string const& role, std::string const& url) const;
    [[nodiscard]] std::string superuser_url(std::string const& database = "postgres") const;
    void start();
    void stop();              ///< a fast shutdown
    void kill();              ///< kill -9: committed transactions survive, nothing else does
    void stop_immediately();  ///< an immediate shutdown: no session is finished, nothing flushed
    /// Stops the WAL writer until the next start: only a commit brings the log to the disk.
    void stop_wal_writer() const;
    void freeze();  ///< SIGSTOP of every one of its processes
    void thaw();
    [[nodiscard]] std::string host_and_port() const;

  private:
    void signal_all(int number) const;
    void wait_until_gone() const;
    std::string password_;
    std::uint16_t port_;
    std::string name_;
    std::unique_ptr<local::PostgresServer> server_;
};

}  // namespace frontrow::support
