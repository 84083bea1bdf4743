// Short words for tests that talk to PostgreSQL.
#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <thread>

#include "common/pg/migrations.hpp"
#include "common/pg/transaction.hpp"
#include "tests/support/postgres_cluster.hpp"

namespace frontrow::support {

/// As a service connects, but with patience for a slow machine only where a test does not wait for
/// it.
inline pg::ConnectOptions connect_options(std::string const& url) {
    auto options = pg::ConnectOptions{};
    options.url = url;
    options.application_name = "test";
    options.connect_timeout = std::chrono::seconds{10};
    options.statement_timeout = std::chrono::seconds{20};
    options.lock_timeout = std::chrono::seconds{10};
    options.idle_in_transaction_timeout = std::chrono::seconds{30};
    return options;
}

inline pg::Connection connect(std::string const& url) {
    return pg::Connection{connect_options(url)};
}

/// A database that has nothing of ours, for tests that make nothing: a new one costs a second.
inline std::string bare_database() {
    return postgres().as_role("booking", postgres().superuser_url());
}

/// The first value, as text; empty if there is none yet, as in the sum of no rows.
inline std::string ask(pg::Connection& connection, std::string const& sql) {
    auto const rows = connection.run_script(sql);
    return rows.empty() || rows[0].is_null(0) ? std::string{} : rows[0].string(0);
}

/// A database of the running test with these migrations, copied from a template; the owner's URL.
inline std::string migrated_database(std::string const& name,
                                     std::span<pg::Migration const> migrations,
                                     std::string const& service_role = "booking") {
    return postgres().fresh_database(name, [&](std::string const& url) {
        auto connection = connect(url);
        pg::migrate(connection, migrations, service_role, "relay");
    });
}

/// Waits until the condition holds; the test fails by its own expectations if it never does.
inline bool eventually(std::function<bool()> const& holds) {
    auto const give_up = std::chrono::steady_clock::now() + std::chrono::seconds{30};
    while (!holds()) {
        if (std::chrono::steady_clock::now() > give_up) {
            return false;
        }
        std::this_thread::sleep_for(std::chrono::milliseconds{2});
    }
    return true;
}

/// Waits until that many sessions of the database wait for a lock.
inline bool until_blocked(pg::Connection& connection, int sessions = 1) {
    return eventually([&] {
        return ask(connection,
                   "SELECT count(DISTINCT pid) FROM pg_locks JOIN pg_stat_activity USING (pid) "
                   "WHERE datname = current_database() AND NOT granted") ==
               std::to_string(sessions);
    });
}

/// The URL with another host and port: through a proxy, for example.
inline std::string through(std::string const& url, std::uint16_t port) {
    auto const start = url.find('@') + 1;
    return url.substr(0, start) + "127.0.0.1:" + std::to_string(port) +
           url.substr(url.find('/', start));
}

inline std::uint16_t port_of(std::string const& url) {
    auto const start = url.find(':', url.find('@')) + 1;
    return static_cast<std::uint16_t>(std::stoi(url.substr(start)));
}

}  // namespace frontrow::support
