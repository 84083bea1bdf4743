// A private PostgreSQL cluster on loopback: made, started, given its roles and databases, stopped.
#pragma once

#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "frontrowctl/local/process.hpp"

namespace frontrow::local {

struct PostgresOptions {
    /// Data and sockets. Not below a folder of mode 0700 and not long: as root the server runs as
    /// `postgres`, and the path of a socket has 107 bytes at most.
    std::filesystem::path folder;
    std::filesystem::path log_file;
    std::filesystem::path pid_file;
    std::uint16_t port;
    std::string superuser_password;
    /// Whether a commit survives a loss of power. A cluster that only tests use need not.
    bool fsync{true};
    int connections_max{200};
    int shared_buffers_mb{256};
    int death_signal{0};
};

/// A role, and what it may connect to.
struct PostgresRole {
    std::string name;
    std::string password;
};

class PostgresServer {
  public:
    static constexpr auto superuser = "postgres";

    explicit PostgresServer(PostgresOptions options) : options_{std::move(options)} {}

    /// Makes the cluster if there is none, starts it if it does not run, and waits until it
    /// answers. False if it ran already. Throws StepFailed.
    bool start();
    /// A fast shutdown: sessions are cut, nothing is lost.
    void stop();
    [[nodiscard]] bool is_running() const;
    [[nodiscard]] std::string url(std::string const& role, std::string const& password,
                                  std::string const& database) const;
    [[nodiscard]] std::string superuser_url(std::string const& database) const {
        return url(superuser, options_.superuser_password, database);
    }

    /// Whether it takes connections now.
    [[nodiscard]] bool answers() const;

    /// Stops whatever runs on that folder, known or forgotten, and removes it.
    static void remove(std::filesystem::path const& folder);

  private:
    [[nodiscard]] Program program() const;
    void make_folder() const;
    void make_cluster() const;
    void wait_until_ready(Process& server) const;

    PostgresOptions options_;
};

/// Makes the roles and the databases that are missing, each database owned by `owner` and open to
/// the roles that `access` names for it. Passwords are set to those given.
void prepare_databases(std::string const& superuser_url, PostgresRole const& owner,
                       std::vector<PostgresRole> const& roles,
                       std::map<std::string, std::vector<std::string>> const& access);

/// Runs one SQL script as that user; the values of the last result's first column.
std::vector<std::string> run_sql(std::string const& url, std::string const& sql);

}  // namespace frontrow::local
