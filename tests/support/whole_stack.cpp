// Starting all programs in order, and talking to them.
#include "tests/support/whole_stack.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <sstream>
#include <stdexcept>

#include "booking-migrations.hpp"
#include "common/core/uuid.hpp"
#include "common/kafka/admin.hpp"
#include "dataplatform-migrations.hpp"
#include "frontrowctl/commands/topic_plan.hpp"
#include "frontrowctl/local/ports.hpp"
#include "payment-migrations.hpp"
#include "queue-migrations.hpp"
#include "tests/support/consumer_group.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/test_folder.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::support {
namespace {

using namespace std::chrono_literals;

constexpr auto stack_issuer = "https://frontrow.test";
constexpr auto stack_audience = "frontrow-test";

std::filesystem::path new_folder() {
    static auto number = std::atomic{0};
    auto folder = TestFolder::shared().path() / ("stack-" + std::to_string(++number));
    std::filesystem::create_directory(folder);
    return folder;
}

void write(std::filesystem::path const& path, std::string const& text) {
    auto file = std::ofstream{path};
    file << text;
    file.close();
    if (!file) {
        throw std::runtime_error{"cannot write " + path.string()};
    }
}

std::filesystem::path beside_us(std::string const& program) {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / program;
}

std::string loopback_url(std::uint16_t port) {
    return "http://127.0.0.1:" + std::to_string(port);
}

std::string loopback_address(std::uint16_t port) {
    return "127.0.0.1:" + std::to_string(port);
}

}  // namespace

std::string Audited::with_verdict(std::string const& verdict) const {
    auto names = std::string{};
    for (auto const& [invariant, found] : verdicts) {
        if (found == verdict) {
            names += (names.empty() ? "" : " ") + invariant;
        }
    }
    return names;
}

WholeStack::WholeStack(Options options)
    : options_{std::move(options)}, prefix_{topic_prefix()}, folder_{new_folder()} {
    make_databases();
    make_topics();
    make_keys();
    for (auto const& name : options_.proxied) {
        auto const servers = kafka_servers();
        auto const kafka_port = std::stoi(servers.substr(servers.find(':') + 1));
        auto const postgres_port = port_of(databases_.begin()->second.url);
        proxies_[name] = std::make_unique<TcpProxy>(Protocol::postgres, postgres_port);
        kafka_proxies_[name] =
            std::make_unique<TcpProxy>(Protocol::kafka, static_cast<std::uint16_t>(kafka_port));
    }
    for (auto const& each : local::all_services()) {
        auto const single = each.name == "relay" || each.name == "dataplatform";
        auto const least = std::size_t{options_.doubled.contains(each.name) ? 2U : 1U};
        for (std::size_t n = 0; n < std::max(least, single ? 1 : options_.replicas); ++n) {
            ports_[each.name].push_back(
                {local::free_port(), local::free_port(), local::free_port()});
        }
    }
    for (auto const& [name, ports] : ports_) {
        for (std::size_t replica = 0; replica < ports.size(); ++replica) {
            service(name, replica).start();
        }
    }
    for (auto const& [name, ports] : ports_) {
        for (std::size_t replica = 0; replica < ports.size(); ++replica) {
            service(name, replica).wait_until_ready();
        }
    }
    for (auto const& each : local::all_services()) {
        if (each.name != "relay") {
            await_members(kafka_servers(), prefix_ + each.program, replicas_of(each.name), 60s);
        }
    }
}

WholeStack::~WholeStack() {
    // A test that failed in the middle of a fault leaves it in place.
    for (auto const* const proxies : {&proxies_, &kafka_proxies_}) {
        for (auto const& [name, proxy] : *proxies) {
            proxy->on_step({});
            proxy->freeze(false);
            proxy->release();
        }
    }
    // All at once: one after the other they would wait for each other's last batches.
    auto ending = std::vector<local::Process>{};
    for (auto const& [name, ports] : ports_) {
        for (std::size_t replica = 0; replica < ports.size(); ++replica) {
            if (auto process = local::Process::find(TestFolder::shared().path() /
                                                    (id_of(name, replica) + ".pid"))) {
                process->signal(SIGCONT);
                process->signal(SIGTERM);
                ending.push_back(*process);
            }
        }
    }
    for (auto& process : ending) {
        process.wait(20s);
    }
    for (auto const& [name, ports] : ports_) {
        for (std::size_t replica = 0; replica < ports.size(); ++replica) {
            service(name, replica).stop();
        }
    }
}

void WholeStack::make_databases() {
    auto const make = [this](std::string const& name, std::span<pg::Migration const> migrations) {
        auto& database = databases_[name];
        if (options_.postgres == nullptr) {
            database.url = migrated_database("whole-" + name, migrations, name);
        } else {
            database.url = options_.postgres->database(name);
            auto connection = connect(database.url);
            pg::migrate(connection, migrations, name, "relay");
        }
    };
    make("booking", booking_migrations());
    make("payment", payment_migrations());
    make("queue", queue_migrations());
    make("dataplatform", dataplatform_migrations());
    reconnect();
}

void WholeStack::reconnect() {
    for (auto& [name, database] : databases_) {
        database.session =
            std::make_unique<pg::Connection>(connect_options(as_role("postgres", database.url)));
    }
}

std::string WholeStack::as_role(std::string const& role, std::string const& url) const {
    return options_.postgres == nullptr ? postgres().as_role(role, url)
                                        : options_.postgres->as_role(role, url);
}

std::string WholeStack::kafka_servers() const {
    return options_.kafka == nullptr ? kafka().bootstrap_servers()
                                     : options_.kafka->bootstrap_servers();
}

void WholeStack::make_topics() const {
    kafka::Admin{{.bootstrap_servers = kafka_servers(), .client_id = "test"}}.create(
        commands::planned_topics(prefix_, options_.partitions, 1), 60s);
}

void WholeStack::make_keys() {
    auto const user_jwk = auth::new_private_jwk("user");
    signer_ = std::make_unique<auth::Signer>(auth::Signer::from_jwk(user_jwk));
    write(folder_ / "user-jwks.json", signer_->public_jwks());
    auto const pass_jwk = auth::new_private_jwk("pass");
    write(folder_ / "pass-key.json", pass_jwk);
    std::filesystem::permissions(folder_ / "pass-key.json", std::filesystem::perms::owner_read);
    write(folder_ / "pass-jwks.json", auth::Signer::from_jwk(pass_jwk).public_jwks());
}

std::string WholeStack::id_of(std::string const& name, std::size_t replica) const {
    return folder_.filename().string() + "-" + name + "-" + std::to_string(replica);
}

std::string WholeStack::database_url(std::string const& name, std::string const& role) const {
    return as_role(role, databases_.at(name).url);
}

/// The database's URL as that replica shall know it.
std::string WholeStack::route(std::string const& name, std::size_t replica,
                              std::string const& url) const {
    auto const proxy = proxies_.find(name);
    return replica > 0 || proxy == proxies_.end() ? url : through(url, proxy->second->port());
}

std::map<std::string, std::string> WholeStack::settings_of(std::string const& name,
                                                           std::size_t replica) const {
    auto const& ports = ports_.at(name).at(replica);
    auto const proxy = kafka_proxies_.find(name);
    auto settings = std::map<std::string, std::string>{
        {"ADMIN__PORT", std::to_string(ports.admin)},
        {"KAFKA__BOOTSTRAP_SERVERS", replica > 0 || proxy == kafka_proxies_.end()
                                         ? kafka_servers()
                                         : loopback_address(proxy->second->port())},
        {"TOPICS__PREFIX", prefix_},
        {"HINT__PORT", std::to_string(ports.hint)},
    };
    if (name == "relay") {
        for (auto const& [database, _] : databases_) {
            auto upper = database;
            std::ranges::transform(upper, upper.begin(), [](unsigned char letter) {
                return static_cast<char>(std::toupper(letter));
            });
            settings[upper + "__URL"] = route(name, replica, database_url(database, "relay"));
        }
        return settings;
    }
    settings["DATABASE__URL"] = route(name, replica, database_url(name, name));
    settings["HTTP__PORT"] = std::to_string(ports.http);
    settings["AUTH__JWKS_FILE"] = (folder_ / "user-jwks.json").string();
    settings["AUTH__ISSUER"] = stack_issuer;
    settings["AUTH__AUDIENCE"] = stack_audience;
    settings["CONSUMER__SESSION_TIMEOUT"] = "1s";
    settings["HINT__RELAY"] = loopback_address(ports_.at("relay").front().hint);
    if (name == "booking") {
        settings["PASS__JWKS_FILE"] = (folder_ / "pass-jwks.json").string();
        auto peers = std::string{};
        for (auto const& each : ports_.at("booking")) {
            peers += (peers.empty() ? "" : ",") + loopback_address(each.hint);
        }
        settings["HINT__PEERS"] = peers;
    }
    if (name == "queue") {
        settings["PASS__KEY_FILE"] = (folder_ / "pass-key.json").string();
        settings["ADMISSION__TICK"] = "20ms";
    }
    return settings;
}

local::Service WholeStack::service(std::string const& name, std::size_t replica) const {
    auto const& ports = ports_.at(name).at(replica);
    auto settings = settings_of(name, replica);
    if (auto const more = options_.settings.find(name); more != options_.settings.end()) {
        for (auto const& [key, value] : more->second) {
            settings[key] = value;
        }
    }
    auto const names = local::all_services();
    auto const known = std::ranges::find(names, name, &local::ServiceName::name);
    return local::Service{
        {.name = *known,
         .program = beside_us(known->program),
         .settings = settings,
         .log_file = folder_ / (id_of(name, replica) + ".log"),
         .pid_file = TestFolder::shared().path() / (id_of(name, replica) + ".pid"),
         .admin_port = ports.admin,
         .death_signal = SIGKILL}};
}

local::Process WholeStack::process(std::string const& name, std::size_t replica) const {
    auto const file = TestFolder::shared().path() / (id_of(name, replica) + ".pid");
    if (auto const found = local::Process::find(file)) {
        return *found;
    }
    throw std::runtime_error{name + " does not run"};
}

void WholeStack::kill(std::string const& name, std::size_t replica) {
    auto running = process(name, replica);
    running.signal(SIGKILL);
    ASSERT_TRUE(running.wait(10s));
}

std::optional<int> WholeStack::stop(std::string const& name, std::size_t replica) {
    auto running = process(name, replica);
    running.signal(SIGTERM);
    return running.wait(30s) ? running.exit_status() : std::nullopt;
}

void WholeStack::signal(std::string const& name, int number, std::size_t replica) const {
    process(name, replica).signal(number);
}

pid_t WholeStack::process_id(std::string const& name, std::size_t replica) const {
    return process(name, replica).id();
}

void WholeStack::launch(std::string const& name, std::size_t replica) {
    service(name, replica).start();
}

void WholeStack::start(std::string const& name, std::size_t replica) {
    launch(name, replica);
    service(name, replica).wait_until_ready();
}

bool WholeStack::is_ready(std::string const& name, std::size_t replica) const {
    return service(name, replica).is_ready();
}

int WholeStack::logged(std::string const& text, std::string const& name,
                       std::size_t replica) const {
    auto file = std::ifstream{folder_ / (id_of(name, replica) + ".log")};
    auto count = 0;
    for (auto line = std::string{}; std::getline(file, line);) {
        count += line.find(text) == std::string::npos ? 0 : 1;
    }
    return count;
}

std::size_t WholeStack::replicas_of(std::string const& name) const {
    return ports_.at(name).size();
}

std::string WholeStack::url(std::string const& name, std::size_t replica) const {
    return loopback_url(ports_.at(name).at(replica).http);
}

Headers WholeStack::as(std::string const& user, bool is_ops) const {
    auto const jwt = auth::user_token(*signer_, {{user}, is_ops}, stack_issuer, stack_audience,
                                      SystemClock{}.now(), 1h);
    return {{"Authorization", "Bearer " + jwt}};
}

std::string WholeStack::show(int seats, int price, int admission_capacity) {
    auto const made = HttpClient{}.request(
        "POST", url("booking") + "/v1/admin/booking/concerts",
        as("olga", true) + key(new_uuid().to_string()),
        R"({"title":"Night of Strings","artist":"The Quartet","venue":"Old Hall",)"
        R"("currency":"EUR","shows":[{"startsAt":"2036-03-01T19:30:00Z",)"
        R"("saleOpensAt":"2026-01-01T00:00:00Z","admissionCapacity":)" +
            std::to_string(admission_capacity) +
            R"(,"sections":[{"name":"Stalls","rows":1,"seatsPerRow":)" + std::to_string(seats) +
            R"(,"price":)" + std::to_string(price) + "}]}]}");
    EXPECT_EQ(made.status, 201) << made.body;
    auto const shows = made.body.find(R"("shows")");
    return shows == std::string::npos
               ? std::string{}
               : Answer{.status = 0, .headers = {}, .body = made.body.substr(shows)}.member("id");
}

std::multiset<std::string> WholeStack::list(std::string const& name, std::string const& sql) {
    auto const rows = database(name).run_script(sql);
    auto values = std::multiset<std::string>{};
    for (auto n = 0; n < rows.size(); ++n) {
        values.insert(rows[n].string(0));
    }
    return values;
}

Audited WholeStack::audit(std::chrono::seconds wait) {
    auto const file = folder_ / "audit.log";
    std::filesystem::remove(file);
    auto program =
        local::Program{.name = "frontrowctl",
                       .arguments = {beside_us("frontrowctl").string(), "audit", "-o", "jsonl",
                                     "--prefix", prefix_, "--wait", std::to_string(wait.count()),
                                     "--bootstrap-servers", kafka_servers()},
                       .log_file = file};
    for (auto const* const name : {"booking", "payment", "queue", "dataplatform"}) {
        program.arguments.push_back(std::string{"--"} + name + "-url");
        program.arguments.push_back(database_url(name, "postgres"));
    }
    auto audited = Audited{.exit_code = local::run(program), .verdicts = {}, .output = {}};
    auto stream = std::ifstream{file};
    auto line = std::string{};
    while (std::getline(stream, line)) {
        audited.output += line + "\n";
        auto const found = Answer{.status = 0, .headers = {}, .body = line};
        if (line.starts_with('{')) {
            audited.verdicts[found.member("invariant")] = found.member("verdict");
        }
    }
    return audited;
}

}  // namespace frontrow::support
