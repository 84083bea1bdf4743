// The PostgreSQL of a test stage: one cluster for all, a database of its own for each test.
#include "tests/support/postgres_cluster.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <map>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include "frontrowctl/local/ports.hpp"
#include "tests/support/test_folder.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::support {
namespace {

constexpr auto services = {"booking", "payment", "queue", "dataplatform", "relay"};

/// Drops what a test made when the test is over, so that a long run does not fill the disk.
class DropDatabases : public ::testing::EmptyTestEventListener {
  public:
    void add(std::string const& superuser_url, std::string const& database) {
        auto const lock = std::scoped_lock{mutex_};
        made_.emplace_back(superuser_url, database);
    }

  private:
    void OnTestEnd(::testing::TestInfo const&) override {
        auto const lock = std::scoped_lock{mutex_};
        for (auto const& [url, database] : made_) {
            local::run_sql(url, fmt::format("DROP DATABASE IF EXISTS {} WITH (FORCE)", database));
        }
        made_.clear();
    }

    std::mutex mutex_;
    std::vector<std::pair<std::string, std::string>> made_;
};

DropDatabases& drops() {
    static auto* const listener = [] {
        auto* const made = new DropDatabases;
        ::testing::UnitTest::GetInstance()->listeners().Append(made);  // which owns it from now on
        return made;
    }();
    return *listener;
}

local::PostgresOptions test_server(std::string const& name, std::uint16_t port) {
    auto const& folder = TestFolder::shared().path();
    return {.folder = folder / name,
            .log_file = folder / (name + ".log"),
            .pid_file = folder / (name + ".pid"),
            .port = port,
            .superuser_password = "test",
            .fsync = false,
            .connections_max = 300};
}

void prepare_roles(local::PostgresServer const& server) {
    auto roles = std::vector<local::PostgresRole>{};
    for (auto const* service : services) {
        roles.push_back({service, "test"});
    }
    local::prepare_databases(server.superuser_url("postgres"), {PostgresCluster::owner, "test"},
                             roles, {});
}

/// `postgresql://user:password@host:port/...`: what follows the '@' up to the next '/'.
std::string host_of(std::string const& url) {
    auto const start = url.find('@') + 1;
    return url.substr(start, url.find('/', start) - start);
}

std::string database_of(std::string const& url) {
    auto const start = url.find('/', url.find('@')) + 1;
    return url.substr(start, url.find('?', start) - start);
}

}  // namespace

PostgresCluster::PostgresCluster() : password_{"test"} {
    if (auto const* given = std::getenv("FRONTROW_TEST_POSTGRES")) {
        server_ = host_of(given);
        return;
    }
    auto const port = local::free_port();
    auto server = local::PostgresServer{test_server("postgres", port)};
    server.start();
    prepare_roles(server);
    server_ = fmt::format("127.0.0.1:{}", port);
}

std::string PostgresCluster::url_of(std::string const& role, std::string const& password,
                                    std::string const& database) const {
    return fmt::format("postgresql://{}:{}@{}/{}", role, password, server_, database);
}

std::string PostgresCluster::superuser_url(std::string const& database) const {
    return url_of(local::PostgresServer::superuser, password_, database);
}

std::string PostgresCluster::as_role(std::string const& role, std::string const& url) const {
    return url_of(role, password_, database_of(url));
}

std::string PostgresCluster::create(std::string const& name, std::string const& source) {
    local::run_sql(superuser_url(),
                   fmt::format("CREATE DATABASE {} OWNER {} TEMPLATE {}", name, owner, source));
    return url_of(owner, password_, name);
}

std::string PostgresCluster::fresh_database() {
    static auto counter = std::atomic<int>{0};
    auto const name = fmt::format("test_{}_{}", ::getpid(), ++counter);
    auto const url = create(name, "template0");
    if (::testing::UnitTest::GetInstance()->current_test_info() != nullptr) {
        drops().add(superuser_url(), name);
    }
    return url;
}

std::string PostgresCluster::fresh_database(std::string const& name, Migrate const& migrate) {
    static auto mutex = std::mutex{};
    static auto migrated = std::map<std::string, std::string>{};
    auto const lock = std::scoped_lock{mutex};
    auto& source = migrated[name];
    if (source.empty()) {
        auto made = fmt::format("template_{}_{}", migrated.size(), ::getpid());
        migrate(create(made, "template0"));
        source = std::move(made);
    }
    static auto counter = 0;
    auto const copy = fmt::format("test_{}_copy_{}", ::getpid(), ++counter);
    auto const url = create(copy, source);
    if (::testing::UnitTest::GetInstance()->current_test_info() != nullptr) {
        drops().add(superuser_url(), copy);
    }
    return url;
}

PostgresCluster& postgres() {
    static auto cluster = PostgresCluster{};
    return cluster;
}

PrivatePostgres::PrivatePostgres() : password_{"test"}, port_{local::free_port()} {
    static auto counter = std::atomic<int>{0};
    name_ = fmt::format("private-postgres-{}", ++counter);
    server_ = std::make_unique<local::PostgresServer>(test_server(name_, port_));
    start();
    prepare_roles(*server_);
}

PrivatePostgres::~PrivatePostgres() {
    thaw();
    server_->stop();
    local::PostgresServer::remove(TestFolder::shared().path() / name_);
}

std::string PrivatePostgres::database(std::string const& name) {
    local::prepare_databases(superuser_url(), {PostgresCluster::owner, password_}, {},
                             {{name, {"booking", "payment", "queue", "dataplatform", "relay"}}});
    return server_->url(PostgresCluster::owner, password_, name);
}

std::string PrivatePostgres::as_role(std::string const& role, std::string const& url) const {
    return server_->url(role, password_, database_of(url));
}

std::string PrivatePostgres::superuser_url(std::string const& database) const {
    return server_->superuser_url(database);
}

std::string PrivatePostgres::host_and_port() const {
    return fmt::format("127.0.0.1:{}", port_);
}

void PrivatePostgres::start() {
    server_->start();
}
void PrivatePostgres::stop() {
    server_->stop();
}

void PrivatePostgres::signal_all(int number) const {
    if (auto const server = local::Process::find(TestFolder::shared().path() / (name_ + ".pid"))) {
        // The backends are in groups of their own; /proc knows whose children they are.
        auto ids = std::vector<pid_t>{server->id()};
        auto const children = local::child_ids(server->id());
        ids.insert(ids.end(), children.begin(), children.end());
        for (auto const id : ids) {
            ::kill(id, number);
        }
    }
}

void PrivatePostgres::kill() {
    signal_all(SIGKILL);
    wait_until_gone();
}

void PrivatePostgres::stop_immediately() {
    if (auto server = local::Process::find(TestFolder::shared().path() / (name_ + ".pid"))) {
        server->signal(SIGQUIT);
    }
    wait_until_gone();
}

void PrivatePostgres::stop_wal_writer() const {
    auto const ids = local::run_sql(
        superuser_url(), "SELECT pid FROM pg_stat_activity WHERE backend_type = 'walwriter'");
    ::kill(std::stoi(ids.at(0)), SIGSTOP);
}

void PrivatePostgres::wait_until_gone() const {
    auto const pid_file = TestFolder::shared().path() / (name_ + ".pid");
    while (local::Process::find(pid_file)) {
        std::this_thread::sleep_for(std::chrono::milliseconds{5});
    }
}

void PrivatePostgres::freeze() {
    signal_all(SIGSTOP);
}
void PrivatePostgres::thaw() {
    signal_all(SIGCONT);
}

}  // namespace frontrow::support
