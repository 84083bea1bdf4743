// Starting one service, and talking to it.
#include "tests/support/service_under_test.hpp"

#include <algorithm>
#include <atomic>
#include <csignal>
#include <fstream>
#include <stdexcept>

#include "common/kafka/admin.hpp"
#include "frontrowctl/local/ports.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/test_folder.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::support {
namespace {

using namespace std::chrono_literals;

constexpr auto issuer = "https://frontrow.test";
constexpr auto audience = "frontrow-test";

std::string unique_name(std::string const& name) {
    static auto number = std::atomic{0};
    return name + "-" + std::to_string(++number);
}

void write_file(std::filesystem::path const& path, std::string const& text) {
    auto file = std::ofstream{path};
    file << text;
    file.close();
    if (!file) {
        throw std::runtime_error{"cannot write " + path.string()};
    }
}

std::filesystem::path program_path(std::string const& program) {
    return std::filesystem::read_symlink("/proc/self/exe").parent_path() / program;
}

}  // namespace

ServiceUnderTest::ServiceUnderTest(Options options) : options_{std::move(options)} {
    url_ = migrated_database(options_.name, options_.migrations, options_.name);
    database_ = std::make_unique<pg::Connection>(connect_options(url_as("postgres")));
    prefix_ = topic_prefix();
    folder_ = TestFolder::shared().path() / unique_name(options_.name);
    std::filesystem::create_directory(folder_);
    auto const jwk = auth::new_private_jwk("test");
    signer_ = std::make_unique<auth::Signer>(auth::Signer::from_jwk(jwk));
    write_file(key_file(), jwk);
    write_file(folder_ / "jwks.json", signer_->public_jwks());
    auto const client =
        kafka::ClientOptions{.bootstrap_servers = kafka().bootstrap_servers(), .client_id = "test"};
    auto specs = std::vector<kafka::TopicSpec>{};
    for (auto const& topic : options_.topics) {
        auto const group = program() + ".";
        for (auto const& name : {topic, "retry." + group + topic, "dlq." + group + topic}) {
            specs.push_back({.name = prefix_ + name, .partitions = 3});
        }
    }
    kafka::Admin{client}.create(specs, 30s);
    producer_ = std::make_unique<kafka::Producer>(
        kafka::ProducerOptions{.client = client}, [this](kafka::Delivery const& delivery) {
            acknowledged_ += delivery.acknowledged ? 1 : 0;
        });
    start_replica();
}

ServiceUnderTest::~ServiceUnderTest() {
    for (std::size_t replica = 0; replica < ports_.size(); ++replica) {
        service(replica).stop();
    }
}

std::string ServiceUnderTest::program() const {
    auto const names = local::all_services();
    return std::ranges::find(names, options_.name, &local::ServiceName::name)->program;
}

void ServiceUnderTest::produce(kafka::Record const& record) {
    auto const before = acknowledged_;
    EXPECT_TRUE(
        producer_->produce(prefix_ + record.topic, record.key, record.value, record.headers, 0));
    EXPECT_TRUE(producer_->flush(30s));
    EXPECT_EQ(acknowledged_, before + 1);
}

std::string ServiceUnderTest::url_as(std::string const& role) const {
    return postgres().as_role(role, url_);
}

local::Service ServiceUnderTest::service(std::size_t replica) const {
    auto const [http, admin] = ports_.at(replica);
    auto settings = std::map<std::string, std::string>{
        {"HTTP__PORT", std::to_string(http)},
        {"ADMIN__PORT", std::to_string(admin)},
        {"DATABASE__URL", url_as(options_.name)},
        {"KAFKA__BOOTSTRAP_SERVERS", kafka().bootstrap_servers()},
        {"TOPICS__PREFIX", prefix_},
        {"AUTH__JWKS_FILE", (folder_ / "jwks.json").string()},
        {"AUTH__ISSUER", issuer},
        {"AUTH__AUDIENCE", audience},
        {"CONSUMER__SESSION_TIMEOUT", "1s"},
    };
    settings.insert(options_.settings.begin(), options_.settings.end());
    auto const names = local::all_services();
    auto const name = std::ranges::find(names, options_.name, &local::ServiceName::name);
    auto const file = folder_.filename().string() + "-" + std::to_string(replica);
    return local::Service{{.name = *name,
                           .program = program_path(name->program),
                           .settings = settings,
                           .log_file = log_file(replica),
                           .pid_file = TestFolder::shared().path() / (file + ".pid"),
                           .admin_port = admin,
                           .death_signal = SIGKILL}};
}

void ServiceUnderTest::start_replica() {
    ports_.emplace_back(local::free_port(), local::free_port());
    auto started = service(ports_.size() - 1);
    started.start();
    started.wait_until_ready();
}

std::filesystem::path ServiceUnderTest::log_file(std::size_t replica) const {
    return folder_ / (folder_.filename().string() + "-" + std::to_string(replica) + ".log");
}

void ServiceUnderTest::kill() {
    auto const file = folder_.filename().string() + "-0.pid";
    auto process = local::Process::find(TestFolder::shared().path() / file);
    ASSERT_TRUE(process.has_value());
    process->signal(SIGKILL);
    ASSERT_TRUE(process->wait(10s));
}

void ServiceUnderTest::restart() {
    service(0).start();
    service(0).wait_until_ready();
}

Answer ServiceUnderTest::request(std::string const& method, std::string const& path,
                                 Headers const& headers, std::string const& body,
                                 std::size_t replica) const {
    return HttpClient{}.request(method, url(replica) + path, headers, body);
}

Headers ServiceUnderTest::as(std::string const& user, bool is_ops) const {
    auto const jwt = token({{user}, is_ops}, SystemClock{}.now(), 1h);
    return {{"Authorization", "Bearer " + jwt}};
}

std::string ServiceUnderTest::token(auth::Principal const& principal, Instant now,
                                    std::chrono::seconds lifetime) const {
    return auth::user_token(*signer_, principal, issuer, audience, now, lifetime);
}

void ServiceUnderTest::produce(std::vector<events::Event> const& events) {
    auto const before = acknowledged_;
    for (auto const& event : events) {
        auto const message = events::to_message(event);
        ASSERT_TRUE(producer_->produce(prefix_ + message.topic, message.key->octets,
                                       message.payload->octets, events::headers_of(message), 0));
    }
    ASSERT_TRUE(producer_->flush(30s));
    ASSERT_EQ(acknowledged_ - before, events.size());
}

}  // namespace frontrow::support
