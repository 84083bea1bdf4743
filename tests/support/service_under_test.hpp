// One program of frontrow as it runs in production, with a real PostgreSQL and a real Kafka, and a
// client of its HTTP interface.
#pragma once

#include <map>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "common/auth/jwt.hpp"
#include "common/events/event.hpp"
#include "common/kafka/producer.hpp"
#include "frontrowctl/local/process.hpp"
#include "frontrowctl/local/services.hpp"
#include "tests/support/database.hpp"
#include "tests/support/http_client.hpp"

namespace frontrow::support {

class ServiceUnderTest {
  public:
    struct Options {
        std::string name;  ///< "payment"
        std::span<pg::Migration const> migrations;
        std::vector<std::string> topics;                ///< that it reads, without prefix
        std::map<std::string, std::string> settings{};  ///< beside the usual: SWEEP__INTERVAL
    };
    /// Migrates a database, makes the topics, starts the program and waits until it is ready.
    explicit ServiceUnderTest(Options options);
    ~ServiceUnderTest();
    ServiceUnderTest(ServiceUnderTest const&) = delete;
    ServiceUnderTest& operator=(ServiceUnderTest const&) = delete;

    /// Another process of the same program, on the same database and topics.
    void start_replica();
    void kill();     ///< kill -9 of the first process
    void restart();  ///< starts it again, and waits until it is ready

    [[nodiscard]] std::string url(std::size_t replica = 0) const {
        return "http://127.0.0.1:" + std::to_string(ports_.at(replica).first);
    }
    /// `replica` 0 is the first process.
    Answer request(std::string const& method, std::string const& path, Headers const& headers = {},
                   std::string const& body = {}, std::size_t replica = 0) const;
    /// `Authorization` of a user, or of one of the operators.
    [[nodiscard]] Headers as(std::string const& user, bool is_ops = false) const;
    [[nodiscard]] std::string token(auth::Principal const& principal, Instant now,
                                    std::chrono::seconds lifetime) const;
    [[nodiscard]] std::filesystem::path log_file(std::size_t replica = 0) const;
    [[nodiscard]] std::filesystem::path key_file() const { return folder_ / "key.json"; }

    /// Produces the events to their topics and waits until all are acknowledged.
    void produce(std::vector<events::Event> const& events);
    /// Any octets: to the topic of that name, without prefix.
    void produce(kafka::Record const& record);
    /// The database's URL as that role.
    [[nodiscard]] std::string url_as(std::string const& role) const;
    /// A superuser's session.
    pg::Connection& database() { return *database_; }
    /// The one value of the query's one row, as text.
    std::string ask(std::string const& sql) { return support::ask(*database_, sql); }

  private:
    [[nodiscard]] local::Service service(std::size_t replica) const;
    [[nodiscard]] std::string program() const;

    Options options_;
    std::string url_;
    std::string prefix_;
    std::filesystem::path folder_;
    std::vector<std::pair<std::uint16_t, std::uint16_t>> ports_;  ///< http and admin, each replica
    std::unique_ptr<auth::Signer> signer_;
    std::unique_ptr<pg::Connection> database_;
    std::unique_ptr<kafka::Producer> producer_;
    std::size_t acknowledged_{0};
};

}  // namespace frontrow::support
