// Everything of frontrow on one machine: started in order, found again, stopped, forgotten.
#include "frontrowctl/local/stack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <future>
#include <stdexcept>

#include "common/auth/jwt.hpp"
#include "frontrowctl/local/failure.hpp"
#include "frontrowctl/local/files.hpp"
#include "frontrowctl/local/http_probe.hpp"

namespace frontrow::local {
namespace {
namespace fs = std::filesystem;

constexpr auto owner_role = "frontrow_migration";
constexpr auto issuer = "frontrow-dev";
constexpr auto audience = "frontrow";
constexpr auto attempts_max = 3;
constexpr auto token_lifetime = std::chrono::hours{24};

Layout prepared(Layout layout) {
    for (auto const* folder : {"log", "run"}) {
        fs::create_directories(layout.state() / folder);
    }
    return layout;
}

std::string seconds_since(std::chrono::steady_clock::time_point start) {
    auto const passed = std::chrono::duration<double>(std::chrono::steady_clock::now() - start);
    return fmt::format("{:.1f} s", passed.count());
}

std::string upper(std::string text) {
    for (auto& character : text) {
        character = static_cast<char>(std::toupper(static_cast<unsigned char>(character)));
    }
    return text;
}

}  // namespace

Stack::Stack(Layout layout, External external, Say say)
    : layout_{prepared(std::move(layout))},
      external_{std::move(external)},
      say_{std::move(say)},
      ports_{layout_.ports()},
      secrets_{layout_.secrets()} {
    secrets_.make_signing_key("user");
    secrets_.make_signing_key("pass");
}

PostgresServer Stack::postgres() {
    return PostgresServer{{.folder = layout_.postgres(),
                           .log_file = layout_.log("postgresql"),
                           .pid_file = layout_.pid("postgresql"),
                           .port = ports_.of("postgresql"),
                           .superuser_password = secrets_.password("postgres")}};
}

KafkaBroker Stack::kafka() {
    return KafkaBroker{{.folder = layout_.state() / "kafka",
                        .jars = layout_.kafka_jars(),
                        .logging = layout_.kafka_logging(),
                        .log_file = layout_.log("kafka"),
                        .pid_file = layout_.pid("kafka"),
                        .port = ports_.of("kafka"),
                        .controller_port = ports_.of("kafka-controller")}};
}

Gateway Stack::gateway() {
    auto targets = std::map<std::string, std::uint16_t>{};
    for (auto const& each : all_services()) {
        if (each.name != "relay") {
            targets[each.name] = ports_.of(each.name);
        }
    }
    return Gateway{{.configuration = layout_.root / "docker/gateway/nginx.conf.template",
                    .folder = layout_.state() / "gateway",
                    .log_file = layout_.log("gateway"),
                    .pid_file = layout_.pid("gateway"),
                    .port = ports_.of("gateway"),
                    .services = targets}};
}

std::string Stack::bootstrap_servers() {
    return external_.kafka.empty() ? kafka().bootstrap_servers() : external_.kafka;
}

std::string Stack::database_url(std::string const& role, std::string const& database) {
    auto const password = secrets_.password(role);
    if (external_.postgres.empty()) {
        return postgres().url(role, password, database);
    }
    // postgresql://user:password@host:port/database?more
    auto const& url = external_.postgres;
    auto const host = url.find('@') + 1;
    auto const path = std::min(url.find('/', host), url.size());
    auto const more = url.find('?', path);
    return fmt::format("postgresql://{}:{}@{}/{}{}", role, password, url.substr(host, path - host),
                       database, more == std::string::npos ? "" : url.substr(more));
}

std::string Stack::hint_address(std::string const& name) {
    return fmt::format("127.0.0.1:{}", ports_.of(name + "-hint"));
}

Stack::Variables Stack::settings_of(ServiceName const& name) {
    auto settings = Variables{
        {"ADMIN__PORT", std::to_string(ports_.of(name.name + "-admin"))},
        {"KAFKA__BOOTSTRAP_SERVERS", bootstrap_servers()},
        {"HINT__PORT", std::to_string(ports_.of(name.name + "-hint"))},
        {"LOG__FORMAT", "json"},
    };
    if (name.name == "relay") {
        for (auto const& each : all_services()) {
            if (each.name != "relay") {
                settings[upper(each.name) + "__URL"] = database_url("relay", each.name);
            }
        }
        return settings;
    }
    settings["HTTP__PORT"] = std::to_string(ports_.of(name.name));
    settings["DATABASE__URL"] = database_url(name.name, name.name);
    settings["AUTH__JWKS_FILE"] = secrets_.jwks_file("user").string();
    settings["AUTH__ISSUER"] = issuer;
    settings["AUTH__AUDIENCE"] = audience;
    settings["HINT__RELAY"] = hint_address("relay");
    if (name.name == "booking") {
        settings["PASS__JWKS_FILE"] = secrets_.jwks_file("pass").string();
    }
    if (name.name == "queue") {
        settings["PASS__KEY_FILE"] = secrets_.key_file("pass").string();
    }
    return settings;
}

Service Stack::service(ServiceName const& name) {
    return Service{{.name = name,
                    .program = layout_.binaries / name.program,
                    .settings = settings_of(name),
                    .log_file = layout_.log(name.program),
                    .pid_file = layout_.pid(name.program),
                    .admin_port = ports_.of(name.name + "-admin")}};
}

/// Ports of parts that do not run, but that somebody else listens on.
std::vector<std::string> Stack::taken_ports() {
    auto taken = std::vector<std::string>{};
    auto const look = [&](std::string const& port, std::string const& part) {
        if (!Process::find(layout_.pid(part)) && !is_port_free(ports_.of(port))) {
            taken.push_back(port);
        }
    };
    look("gateway", "gateway");
    if (external_.postgres.empty()) {
        look("postgresql", "postgresql");
    }
    if (external_.kafka.empty()) {
        look("kafka", "kafka");
        look("kafka-controller", "kafka");
    }
    for (auto const& each : all_services()) {
        look(each.name + "-admin", each.program);
        look(each.name + "-hint", each.program);
        if (each.name != "relay") {
            look(each.name, each.program);
        }
    }
    return taken;
}

/// A port that was ours may have been taken while we were down. Before anything starts, so that
/// everybody is told the same.
void Stack::choose_free_ports() {
    for (auto const& port : taken_ports()) {
        auto const before = ports_.of(port);
        say_("ports", fmt::format("{} was taken by another program; {} now uses {}", before, port,
                                  ports_.choose_again(port)));
    }
}

void Stack::prepare_databases() {
    auto roles = std::vector<PostgresRole>{};
    auto access = std::map<std::string, std::vector<std::string>>{};
    for (auto const& each : all_services()) {
        roles.push_back({each.name, secrets_.password(each.name)});
        if (each.name != "relay") {
            access[each.name] = {each.name, "relay"};
        }
    }
    auto const server =
        external_.postgres.empty() ? postgres().superuser_url("postgres") : external_.postgres;
    local::prepare_databases(server, {owner_role, secrets_.password(owner_role)}, roles, access);
}

/// Remembered before the start, so that what is interrupted half way is stopped as well.
void Stack::will_start(std::string const& name, bool running, std::function<void()> stop) {
    if (!running) {
        started_.emplace_back(name, std::move(stop));
    }
}

void Stack::start_servers() {
    auto const begin = std::chrono::steady_clock::now();
    // The cluster outlives its passwords if only `.dev` was removed; then nobody can use it.
    if (!fs::exists(layout_.secrets() / "postgres.password")) {
        PostgresServer::remove(layout_.postgres());
    }
    auto database = postgres();
    auto broker = kafka();
    auto const tell = [&](std::string const& name, bool fresh, std::string const& address) {
        say_(name, fmt::format("{} on {} ({})", fresh ? "ready" : "running already", address,
                               seconds_since(begin)));
    };
    auto fresh_database = std::future<bool>{};
    auto fresh_broker = std::future<bool>{};
    if (external_.postgres.empty()) {
        say_("postgresql", "starting PostgreSQL 15, fsync on, in " + layout_.postgres().string());
        will_start("postgresql", database.is_running(), [this] { postgres().stop(); });
        fresh_database = std::async(std::launch::async, [&] { return database.start(); });
    }
    if (external_.kafka.empty()) {
        say_("kafka", "starting Apache Kafka 4.1.1, one KRaft node");
        will_start("kafka", broker.is_running(), [this] { kafka().stop(); });
        fresh_broker = std::async(std::launch::async, [&] { return broker.start(); });
    }
    // Both are waited for before either failure is told, so that what came up is stopped as well.
    auto failure = std::exception_ptr{};
    auto const await = [&](std::future<bool>& future, std::string const& name,
                           std::string const& address) {
        try {
            if (future.valid()) {
                tell(name, future.get(), address);
            }
        } catch (...) {
            failure = std::current_exception();
        }
    };
    await(fresh_database, "postgresql", fmt::format("127.0.0.1:{}", ports_.of("postgresql")));
    await(fresh_broker, "kafka", bootstrap_servers());
    if (failure) {
        std::rethrow_exception(failure);
    }
    prepare_databases();
    say_("databases", "booking, payment, queue, dataplatform; a role each, passwords in .dev");
}

void Stack::run_tool(std::string const& step, std::vector<std::string> const& arguments,
                     fs::path const& log_file) {
    auto program = Program{.name = step,
                           .arguments = {(layout_.binaries / "frontrowctl").string()},
                           .log_file = log_file};
    program.arguments.insert(program.arguments.end(), arguments.begin(), arguments.end());
    for (auto const& [name, value] : exports()) {
        program.environment[name] = value;
    }
    auto const status = run(program);
    if (status != 0) {
        throw StepFailed{step, fmt::format("it ended with status {}", status), log_file,
                         "mend what is said above, then ./dev up again"};
    }
}

void Stack::start_services() {
    auto const begin = std::chrono::steady_clock::now();
    auto fresh = std::vector<std::string>{};
    for (auto const& each : all_services()) {
        auto part = service(each);
        will_start(each.program, part.is_running(), [this, each] { service(each).stop(); });
        if (part.start()) {
            fresh.push_back(each.program);
        }
    }
    for (auto const& each : all_services()) {
        service(each).wait_until_ready();
        auto const started = std::find(fresh.begin(), fresh.end(), each.program) != fresh.end();
        say_(each.program, fmt::format("{}, {} ({})", started ? "ready" : "running already",
                                       service(each).admin_url(), seconds_since(begin)));
    }
}

void Stack::start_gateway() {
    auto nginx = gateway();
    will_start("gateway", nginx.is_running(), [this] { gateway().stop(); });
    nginx.start();
    say_("gateway", "ready on " + nginx.url());
}

/// The first purchase shows that all parts work together; later runs find its mark.
void Stack::buy_once() {
    auto const mark = layout_.state() / "bought";
    if (fs::exists(mark)) {
        say_("demo", "a seat was bought before; `frontrowctl demo buy` buys again");
        return;
    }
    say_("demo", "buying two seats through the public API");
    run_tool("demo", {"demo", "buy"}, {});
    write_file(mark, "");
}

void Stack::start_all() {
    choose_free_ports();
    start_servers();
    run_tool("migrate", {"migrate"}, layout_.log("migrate"));
    say_("migrate", "the four databases have every migration");
    run_tool("topics", {"topics", "create"}, layout_.log("topics"));
    say_("topics", "all topics exist");
    start_services();
    start_gateway();
    buy_once();
}

void Stack::up() {
    for (auto attempt = 1;; ++attempt) {
        try {
            return start_all();
        } catch (StepFailed const&) {
            stop_started();
            // A port that was free when it was chosen may be taken when it is used.
            if (attempt == attempts_max || taken_ports().empty()) {
                throw;
            }
        } catch (...) {
            stop_started();
            throw;
        }
    }
}

void Stack::stop_started() {
    for (auto part = started_.rbegin(); part != started_.rend(); ++part) {
        say_("stop", part->first);
        part->second();
    }
    started_.clear();
}

void Stack::down() {
    gateway().stop();
    auto stopping = std::vector<std::future<void>>{};
    for (auto const& each : all_services()) {
        stopping.push_back(
            std::async(std::launch::async, [part = service(each)]() mutable { part.stop(); }));
    }
    stopping.clear();  // waits for each
    say_("stop", "gateway and services");
    kafka().stop();
    say_("stop", "kafka");
    postgres().stop();
    say_("stop", "postgresql");
}

void Stack::wipe() {
    down();
    PostgresServer::remove(layout_.postgres());
    fs::remove_all(layout_.state());
    say_("wipe", "removed .dev and " + layout_.postgres().string());
}

std::vector<PartState> Stack::status() {
    auto parts = std::vector<PartState>{};
    auto const add = [&](std::string const& name, std::string const& address, auto const& ready) {
        auto process = Process::find(layout_.pid(name));
        auto const* const state = !process ? "stopped" : ready() ? "ready" : "running";
        parts.push_back({name, state, address, process ? process->id() : 0});
    };
    if (external_.postgres.empty()) {
        add("postgresql", fmt::format("127.0.0.1:{}", ports_.of("postgresql")),
            [this] { return postgres().answers(); });
    } else {
        parts.push_back({"postgresql", "external", "", 0});
    }
    if (external_.kafka.empty()) {
        add("kafka", bootstrap_servers(), [this] { return kafka().answers(); });
    } else {
        parts.push_back({"kafka", "external", external_.kafka, 0});
    }
    for (auto const& each : all_services()) {
        auto const part = service(each);
        add(each.program, part.admin_url(), [&part] { return part.is_ready(); });
    }
    add("gateway", gateway().url(), [this] { return http_status(gateway().url()) != 0; });
    return parts;
}

std::vector<std::pair<std::string, std::string>> Stack::exports() {
    auto const signer = auth::Signer::from_file(secrets_.key_file("user").string());
    auto const now = SystemClock{}.now();
    auto const token = [&](std::string const& user, bool ops) {
        return auth::user_token(signer, {.user = {user}, .is_ops = ops}, issuer, audience, now,
                                token_lifetime);
    };
    auto all = std::vector<std::pair<std::string, std::string>>{
        {"FRONTROW_URL", gateway().url()},
        {"FRONTROW_TOKEN", token("demo", false)},
        {"FRONTROW_OPS_TOKEN", token("operator", true)},
        {"KAFKA_BOOTSTRAP_SERVERS", bootstrap_servers()},
        {"FRONTROW_TOKEN_KEY_FILE", secrets_.key_file("user").string()},
    };
    for (auto const& each : all_services()) {
        if (each.name != "relay") {
            all.emplace_back("FRONTROW_" + upper(each.name) + "_DATABASE_URL",
                             database_url(owner_role, each.name));
        }
    }
    for (auto const& each : all_services()) {
        all.emplace_back("FRONTROW_" + upper(each.name) + "_ADMIN_URL", service(each).admin_url());
    }
    return all;
}

}  // namespace frontrow::local
