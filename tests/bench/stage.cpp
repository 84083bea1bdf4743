// Starts servers, counts rows, makes seats.
#include "tests/bench/stage.hpp"

#include <fmt/format.h>

#include <csignal>
#include <cstdlib>
#include <filesystem>

#include "frontrowctl/local/ports.hpp"
#include "frontrowctl/local/postgres_server.hpp"
#include "tests/bench/figure.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/test_folder.hpp"

namespace frontrow::bench {
namespace {

/// What both sides write fits into it.
constexpr auto shared_buffers_mb = 1024;
constexpr auto postgres_variable = "FRONTROW_TEST_POSTGRES";
constexpr auto kafka_variable = "FRONTROW_TEST_KAFKA";
/// Where the servers are that another process of the bench started.
constexpr auto folder_variable = "FRONTROW_BENCH_FOLDER";

std::string text_of(Counts const& counts) {
    auto text = std::string{};
    for (auto const& [table, rows] : counts) {
        text += fmt::format(" {} {}", table, rows);
    }
    return text;
}

/// A server that has run for a while writes its log over the segments of the past. A new one makes
/// each of 16 MB on the way, which holds everybody up for as long as a hundred commits. Rounds of a
/// second are so few that a checkpoint, which PostgreSQL makes after a gigabyte of them, would hit
/// one and spare the others: behind it every page goes whole into the log once. There is none.
void make_segments_of_the_log(std::string const& superuser_url) {
    auto superuser = patient_session(superuser_url);
    superuser.run_script("ALTER SYSTEM SET min_wal_size = '1900MB'");
    superuser.run_script("ALTER SYSTEM SET max_wal_size = '4GB'");
    superuser.run_script("ALTER SYSTEM SET checkpoint_timeout = '1h'");
    superuser.run_script("SELECT pg_reload_conf()");
    superuser.run_script(
        "SELECT count(pg_logical_emit_message(false, 'bench', repeat('x', 1000000))) "
        "FROM generate_series(1, 1700)");
    for (auto n = 0; n < 2; ++n) {
        superuser.run_script("SELECT pg_switch_wal()");
        superuser.run_script("CHECKPOINT");
    }
}

/// A server that has run for a while has used each of its buffers, so that the memory behind them
/// is there. Of a new one each costs two page faults, when a table grows into it.
void use_all_buffers(std::string const& superuser_url) {
    auto superuser = patient_session(superuser_url);
    superuser.run_script("CREATE UNLOGGED TABLE a_page_each (octets text)");
    superuser.run_script("ALTER TABLE a_page_each ALTER octets SET STORAGE PLAIN");
    superuser.run_script(
        fmt::format("INSERT INTO a_page_each SELECT repeat('x', 8000) FROM generate_series(1, {})",
                    shared_buffers_mb * 1024 / 8));
    superuser.run_script("DROP TABLE a_page_each");
}

std::optional<local::Process> process_of_server(std::string const& name) {
    auto const* const folder = std::getenv(folder_variable);
    return folder == nullptr
               ? std::nullopt
               : local::Process::find(std::filesystem::path{folder} / (name + ".pid"));
}

void signal_broker(int number) {
    if (auto broker = process_of_server("kafka")) {
        broker->signal(number);
    }
}

}  // namespace

void start_servers() {
    if (std::getenv(postgres_variable) != nullptr) {
        signal_broker(SIGCONT);  // in case it stood still for somebody who was killed meanwhile
        return;
    }
    say("starting PostgreSQL (fsync on) and Kafka");
    auto const& folder = support::TestFolder::shared().path();
    auto server = local::PostgresServer{{.folder = folder / "durable",
                                         .log_file = folder / "durable.log",
                                         .pid_file = folder / "durable.pid",
                                         .port = local::free_port(),
                                         .superuser_password = "test",
                                         .fsync = true,
                                         .connections_max = 200,
                                         .shared_buffers_mb = shared_buffers_mb}};
    server.start();
    auto roles = std::vector<local::PostgresRole>{};
    for (auto const* const name : {"booking", "payment", "queue", "dataplatform", "relay"}) {
        roles.push_back({name, "test"});
    }
    local::prepare_databases(server.superuser_url("postgres"),
                             {support::PostgresCluster::owner, "test"}, roles, {});
    use_all_buffers(server.superuser_url("postgres"));
    make_segments_of_the_log(server.superuser_url("postgres"));
    ::setenv(postgres_variable, server.superuser_url("postgres").c_str(), 1);
    auto const broker = support::kafka().bootstrap_servers();
    ::setenv(kafka_variable, broker.c_str(), 1);
    ::setenv(folder_variable, folder.c_str(), 1);
}

std::optional<local::Process> postgres_process() {
    return process_of_server("durable");
}

Counts count(pg::Connection& connection, Countables const& countables) {
    auto counts = Counts{};
    for (auto const& [name, sql] : countables) {
        counts[name] = std::stoll(support::ask(connection, sql));
    }
    return counts;
}

Counts operator-(Counts const& after, Counts const& before) {
    auto grown = Counts{};
    for (auto const& [name, rows] : after) {
        grown[name] = rows - before.at(name);
    }
    return grown;
}

Counts operator+(Counts const& left, Counts const& right) {
    auto sum = left;
    for (auto const& [name, rows] : right) {
        sum[name] += rows;
    }
    return sum;
}

void require_same(Counts const& subject, Counts const& reference) {
    if (subject != reference) {
        throw NoRatio{"the two sides wrote different rows.\n  subject:  " + text_of(subject) +
                      "\n  reference:" + text_of(reference)};
    }
}

std::uint16_t http_port_of(support::WholeStack const& stack, std::string const& name) {
    auto const url = stack.url(name);
    return static_cast<std::uint16_t>(std::stoi(url.substr(url.rfind(':') + 1)));
}

void require_clean_audit(support::WholeStack& stack, std::chrono::seconds wait) {
    say("auditing");
    auto const audited = stack.audit(wait);
    auto const broken = audited.with_verdict("broken");
    if (!broken.empty() || audited.verdicts.empty()) {
        throw NoRatio{"the audit is not clean: " + broken + "\n" + audited.output};
    }
}

pg::Connection patient_session(std::string const& url) {
    auto options = support::connect_options(url);
    options.statement_timeout = std::chrono::minutes{30};
    options.idle_in_transaction_timeout = std::chrono::minutes{30};
    return pg::Connection{options};
}

void make_show(pg::Connection& booking, std::int64_t seats) {
    booking.run_script(fmt::format(
        R"sql(
        INSERT INTO concerts (id, title, artist, venue, currency)
        VALUES ('{0}', 'Night of Strings', 'The Quartet', 'Old Hall', 'EUR');
        INSERT INTO shows (id, concert_id, starts_at, sale_opens_at, sale_closes_at,
                           admission_capacity)
        VALUES ('{0}', '{0}', '2036-03-01T19:30:00Z', '2026-01-01T00:00:00Z',
                '2036-03-01T19:00:00Z', 0);
        INSERT INTO sections (show_id, first_seat, name, rows, seats_per_row, price)
        VALUES ('{0}', 1, 'Stalls', 1, {1}, 9000);
        INSERT INTO seats (show_id, seat_no) SELECT '{0}', generate_series(1, {1});
        )sql",
        made_show, seats));
}

void keep_autovacuum_out(pg::Connection& superuser) {
    superuser.run_script(R"sql(
        DO $$
        DECLARE one regclass;
        BEGIN
            FOR one IN SELECT oid FROM pg_class
                       WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
                EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', one);
            END LOOP;
        END
        $$
    )sql");
}

BrokerStandsStill::BrokerStandsStill() {
    signal_broker(SIGSTOP);
}

BrokerStandsStill::~BrokerStandsStill() {
    signal_broker(SIGCONT);
}

void settle(pg::Connection& superuser) {
    superuser.run_script("VACUUM (ANALYZE)");
    superuser.run_script("CHECKPOINT");
}

}  // namespace frontrow::bench
