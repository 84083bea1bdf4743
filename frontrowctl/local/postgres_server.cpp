// A private PostgreSQL cluster on loopback: made, started, given its roles and databases, stopped.
#include "frontrowctl/local/postgres_server.hpp"

#include <fmt/format.h>
#include <libpq-fe.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <memory>
#include <sstream>
#include <system_error>
#include <thread>

#include "frontrowctl/local/failure.hpp"
#include "frontrowctl/local/files.hpp"

namespace frontrow::local {
namespace {
using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr auto binaries = std::string_view{"/usr/lib/postgresql/15/bin/"};
constexpr auto patience = 60s;

/// PostgreSQL refuses to run as root.
std::optional<Account> server_account() {
    return ::geteuid() == 0 ? std::optional{account_of("postgres")} : std::nullopt;
}

struct CloseSession {
    void operator()(PGconn* session) const { PQfinish(session); }
};
struct FreeResult {
    void operator()(PGresult* result) const { PQclear(result); }
};

/// The postmaster that the cluster's own lock file names, if it is alive and works in that folder.
std::optional<pid_t> forgotten_postmaster(fs::path const& data) {
    auto lines = std::istringstream{read_file(data / "postmaster.pid").value_or("")};
    auto id = pid_t{0};
    auto failed = std::error_code{};
    if (!(lines >> id) ||
        fs::read_symlink("/proc/" + std::to_string(id) + "/cwd", failed) != data || failed) {
        return std::nullopt;
    }
    return id;
}

/// Whether a process that is alive works in this folder, as every backend of a cluster does.
bool is_in_use(fs::path const& folder) {
    return std::ranges::any_of(fs::directory_iterator{"/proc"}, [&](auto const& entry) {
        auto failed = std::error_code{};
        return fs::read_symlink(entry.path() / "cwd", failed) == folder && !failed;
    });
}

/// A postmaster that was killed and that nobody waited for is still a process to its successor,
/// which then refuses to start. Its lock files may go once none of its backends is left.
void forget_dead_postmaster(fs::path const& folder) {
    if (is_in_use(folder / "data")) {
        return;
    }
    fs::remove(folder / "data/postmaster.pid");
    for (auto const& entry : fs::directory_iterator{folder / "sockets"}) {
        if (entry.path().extension() == ".lock") {
            fs::remove(entry.path());
        }
    }
}

}  // namespace

std::vector<std::string> run_sql(std::string const& url, std::string const& sql) {
    auto const session = std::unique_ptr<PGconn, CloseSession>{PQconnectdb(url.c_str())};
    if (PQstatus(session.get()) != CONNECTION_OK) {
        throw std::runtime_error{PQerrorMessage(session.get())};
    }
    PQsetNoticeProcessor(
        session.get(), [](void*, char const*) {}, nullptr);
    auto const result = std::unique_ptr<PGresult, FreeResult>{PQexec(session.get(), sql.c_str())};
    auto const status = PQresultStatus(result.get());
    if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK) {
        throw std::runtime_error{PQerrorMessage(session.get())};
    }
    auto values = std::vector<std::string>{};
    for (auto row = 0; row < PQntuples(result.get()); ++row) {
        values.emplace_back(PQgetvalue(result.get(), row, 0));
    }
    return values;
}

std::string PostgresServer::url(std::string const& role, std::string const& password,
                                std::string const& database) const {
    return fmt::format("postgresql://{}:{}@127.0.0.1:{}/{}", role, password, options_.port,
                       database);
}

Program PostgresServer::program() const {
    auto const setting = [](std::string const& name, auto const& value) {
        return fmt::format("--{}={}", name, value);
    };
    auto const on_off = options_.fsync ? "on" : "off";
    return {
        .name = "postgresql",
        .arguments = {std::string{binaries} + "postgres", "-D", (options_.folder / "data").string(),
                      setting("port", options_.port), setting("listen_addresses", "127.0.0.1"),
                      setting("unix_socket_directories", (options_.folder / "sockets").string()),
                      setting("fsync", on_off), setting("full_page_writes", on_off),
                      setting("max_connections", options_.connections_max),
                      setting("shared_buffers", fmt::format("{}MB", options_.shared_buffers_mb)),
                      setting("max_wal_size", "2GB"), setting("wal_compression", "lz4"),
                      setting("log_min_messages", "warning"),
                      setting("log_line_prefix", "%m [%p] %q%u@%d %a: "),
                      setting("log_timezone", "UTC"), setting("timezone", "UTC")},
        // A session's memory grows and shrinks with every batch: it need not go back to the system.
        .environment = {{"LC_ALL", "C.UTF-8"},
                        {"MALLOC_TOP_PAD_", "4194304"},
                        {"MALLOC_TRIM_THRESHOLD_", "67108864"}},
        .log_file = options_.log_file,
        .pid_file = options_.pid_file,
        .account = server_account(),
        .death_signal = options_.death_signal,
    };
}

void PostgresServer::make_folder() const {
    auto const account = server_account();
    auto const owner = account ? account->user : ::geteuid();
    auto const group = account ? account->group : ::getegid();
    auto const make = [&](fs::path const& folder) {
        // The name can be guessed and /var/tmp is everybody's, so what is there may be a trap.
        struct stat found {};
        if (::mkdir(folder.c_str(), 0755) != 0 && errno != EEXIST) {
            throw std::system_error{errno, std::generic_category(), folder.string()};
        }
        ::lstat(folder.c_str(), &found);
        if (!S_ISDIR(found.st_mode) || (found.st_uid != owner && found.st_uid != ::geteuid())) {
            throw StepFailed{"postgresql",
                             folder.string() + " belongs to somebody else",
                             {},
                             "look at what it is, and remove it"};
        }
        if (::lchown(folder.c_str(), owner, group) != 0 || ::chmod(folder.c_str(), 0755) != 0) {
            throw std::system_error{errno, std::generic_category(), folder.string()};
        }
    };
    make(options_.folder);
    make(options_.folder / "sockets");
}

void PostgresServer::make_cluster() const {
    auto const data = options_.folder / "data";
    remove_unfinished(data);
    auto const temporary = unfinished(data);
    auto const password_file = unfinished(options_.folder / "password");
    write_file(password_file, options_.superuser_password, 0600);
    auto const account = server_account();
    if (account && ::lchown(password_file.c_str(), account->user, account->group) != 0) {
        throw std::system_error{errno, std::generic_category(), password_file.string()};
    }
    auto const status = run({
        .name = "initdb",
        .arguments = {std::string{binaries} + "initdb", "-D", temporary.string(), "-U", superuser,
                      "--pwfile=" + password_file.string(), "--auth=scram-sha-256",
                      "--encoding=UTF8", "--locale=C.UTF-8",
                      options_.fsync ? "--data-checksums" : "--no-sync"},
        .environment = {{"LC_ALL", "C.UTF-8"}},
        .log_file = options_.log_file,
        .account = account,
    });
    fs::remove(password_file);
    if (status != 0) {
        throw StepFailed{"postgresql", fmt::format("initdb ended with status {}", status),
                         options_.log_file, "mend what the log names, then run it again"};
    }
    fs::rename(temporary, data);
}

void PostgresServer::wait_until_ready(Process& server) const {
    auto const deadline = std::chrono::steady_clock::now() + patience;
    while (true) {
        check_interrupted();
        // Not the answer alone: another server may have taken the port.
        if (answers() && server.is_running()) {
            return;
        }
        if (!server.is_running() || std::chrono::steady_clock::now() >= deadline) {
            server.stop(SIGQUIT, 5s);
            throw StepFailed{"postgresql", "the server did not become ready", options_.log_file,
                             "mend what the log names, then run it again"};
        }
        std::this_thread::sleep_for(10ms);
    }
}

bool PostgresServer::start() {
    auto const wanted = program();
    if (auto running = Process::find(options_.pid_file)) {
        if (running->runs(wanted)) {
            wait_until_ready(*running);
            return false;
        }
        running->stop(SIGINT, 30s);
    }
    make_folder();
    if (!fs::exists(options_.folder / "data")) {
        make_cluster();
    }
    // Backends of a postmaster that was killed need a moment to notice; until then it cannot start.
    for (auto attempt = 0;; ++attempt) {
        auto server = Process::start(wanted);
        try {
            wait_until_ready(server);
            return true;
        } catch (StepFailed const&) {
            auto const lines = last_lines(options_.log_file, 5);
            auto const lingers = std::ranges::any_of(lines, [](std::string const& line) {
                return line.find("pre-existing shared memory") != std::string::npos ||
                       (line.find("lock file") != std::string::npos &&
                        line.find("already exists") != std::string::npos);
            });
            if (!lingers || attempt == 20) {
                throw;
            }
            std::this_thread::sleep_for(250ms);
            forget_dead_postmaster(options_.folder);
        }
    }
}

void PostgresServer::stop() {
    if (auto running = Process::find(options_.pid_file)) {
        running->stop(SIGINT, 30s);
    }
    fs::remove(options_.pid_file);
}

bool PostgresServer::is_running() const {
    return Process::find(options_.pid_file).has_value();
}

bool PostgresServer::answers() const {
    return PQping((superuser_url("postgres") + "?connect_timeout=2").c_str()) == PQPING_OK;
}

void prepare_databases(std::string const& superuser_url, PostgresRole const& owner,
                       std::vector<PostgresRole> const& roles,
                       std::map<std::string, std::vector<std::string>> const& access) {
    auto script = std::string{};
    auto all = roles;
    all.push_back(owner);
    for (auto const& role : all) {
        // Names and passwords are ours: letters, digits, '_' and '-' only.
        script += fmt::format(
            "DO $$ BEGIN CREATE ROLE {0} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
            "ALTER ROLE {0} PASSWORD '{1}';",
            role.name, role.password);
    }
    run_sql(superuser_url, script);
    auto const present = run_sql(superuser_url, "SELECT datname FROM pg_database");
    for (auto const& [database, allowed] : access) {
        if (std::ranges::find(present, database) == present.end()) {
            run_sql(superuser_url,
                    fmt::format("CREATE DATABASE {} OWNER {}", database, owner.name));
        }
        auto grants = fmt::format("REVOKE ALL ON DATABASE {} FROM PUBLIC;", database);
        for (auto const& role : allowed) {
            grants += fmt::format("GRANT CONNECT ON DATABASE {} TO {};", database, role);
        }
        run_sql(superuser_url, grants);
    }
}

void PostgresServer::remove(fs::path const& folder) {
    auto failed = std::error_code{};
    if (auto const id = forgotten_postmaster(fs::weakly_canonical(folder / "data", failed))) {
        ::kill(*id, SIGQUIT);
        for (auto waited = 0; waited < 500 && ::kill(*id, 0) == 0; ++waited) {
            std::this_thread::sleep_for(10ms);
        }
    }
    fs::remove_all(folder);
}

}  // namespace frontrow::local
