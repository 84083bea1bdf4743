// All five programs together, with databases and topics of the test's own, each to be killed,
// doubled, or cut off from its database or from Kafka, and the auditor over all of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "common/auth/jwt.hpp"
#include "common/events/event.hpp"
#include "common/kafka/producer.hpp"
#include "frontrowctl/local/services.hpp"
#include "tests/support/database.hpp"
#include "tests/support/http_client.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/tcp_proxy.hpp"

namespace frontrow::support {

/// What `frontrowctl audit` found.
struct Audited {
    int exit_code{0};
    std::map<std::string, std::string> verdicts;  ///< by invariant: holds, broken, vacuous
    std::string output;                           ///< all that it said

    /// The invariants with that verdict, joined with spaces.
    [[nodiscard]] std::string with_verdict(std::string const& verdict) const;
};

class WholeStack {
  public:
    struct Options {
        std::size_t replicas{1};  ///< of booking, payment and queue
        std::int32_t partitions{3};
        /// By program ("booking") and name ("SWEEPER__ENABLED"), beside the usual.
        std::map<std::string, std::map<std::string, std::string>> settings{};
        /// Programs whose first replica reaches PostgreSQL and Kafka through proxies.
        std::set<std::string> proxied{};
        std::set<std::string> doubled{};     ///< programs of which two run in any case
        PrivateKafka* kafka{nullptr};        ///< instead of the broker that all tests share
        PrivatePostgres* postgres{nullptr};  ///< instead of the cluster that all tests share
    };
    /// When it returns everything is ready, and each consumer is a member of its group.
    explicit WholeStack(Options options);
    ~WholeStack();
    WholeStack(WholeStack const&) = delete;
    WholeStack& operator=(WholeStack const&) = delete;

    /// Programs are named "booking", "payment", "queue", "dataplatform", "relay".
    void kill(std::string const& name, std::size_t replica = 0);
    void start(std::string const& name, std::size_t replica = 0);
    /// As start, but does not wait until it is ready.
    void launch(std::string const& name, std::size_t replica = 0);
    /// SIGTERM. Its exit status; nothing if it does not end by itself.
    std::optional<int> stop(std::string const& name, std::size_t replica = 0);
    void signal(std::string const& name, int number, std::size_t replica = 0) const;
    [[nodiscard]] pid_t process_id(std::string const& name, std::size_t replica = 0) const;
    [[nodiscard]] bool is_ready(std::string const& name, std::size_t replica = 0) const;
    /// A setting that counts from the next start on.
    void set(std::string const& name, std::string const& key, std::string const& value) {
        options_.settings[name][key] = value;
    }
    /// How often that text is in what the program has logged.
    [[nodiscard]] int logged(std::string const& text, std::string const& name,
                             std::size_t replica = 0) const;
    [[nodiscard]] std::size_t replicas_of(std::string const& name) const;
    [[nodiscard]] std::string url(std::string const& name, std::size_t replica = 0) const;
    [[nodiscard]] std::string admin_url(std::string const& name, std::size_t replica = 0) const {
        return "http://127.0.0.1:" + std::to_string(ports_.at(name).at(replica).admin);
    }
    /// `Authorization` of a user, or of one of the operators.
    [[nodiscard]] Headers as(std::string const& user, bool is_ops = false) const;
    /// Between that program and PostgreSQL.
    TcpProxy& proxy(std::string const& name) { return *proxies_.at(name); }
    /// Between that program and Kafka.
    TcpProxy& kafka_proxy(std::string const& name) { return *kafka_proxies_.at(name); }

    /// A concert with one show on sale, of one section of `seats` seats at `price`; the show's id.
    /// `admission_capacity` 0: sold without a queue.
    std::string show(int seats, int price, int admission_capacity);

    /// A superuser's session with the database of that program.
    pg::Connection& database(std::string const& name) { return *databases_.at(name).session; }
    /// New sessions, after the server was restarted.
    void reconnect();
    /// The one value of the query's one row, as text.
    std::string ask(std::string const& name, std::string const& sql) {
        return support::ask(database(name), sql);
    }
    /// The first column of every row, as text.
    std::multiset<std::string> list(std::string const& name, std::string const& sql);

    /// `frontrowctl audit`, which looks again for so long until everything holds.
    Audited audit(std::chrono::seconds wait = {});
    [[nodiscard]] std::string const& prefix() const { return prefix_; }
    [[nodiscard]] std::int32_t partitions() const { return options_.partitions; }

  private:
    struct Database {
        std::string url;
        std::unique_ptr<pg::Connection> session;
    };
    struct Ports {
        std::uint16_t http;
        std::uint16_t admin;
        std::uint16_t hint;
    };
    void make_databases();
    void make_topics() const;
    void make_keys();
    [[nodiscard]] std::string id_of(std::string const& name, std::size_t replica) const;
    [[nodiscard]] std::string database_url(std::string const& name, std::string const& role) const;
    [[nodiscard]] std::string as_role(std::string const& role, std::string const& url) const;
    [[nodiscard]] std::string kafka_servers() const;
    [[nodiscard]] std::string route(std::string const& name, std::size_t replica,
                                    std::string const& url) const;
    [[nodiscard]] std::map<std::string, std::string> settings_of(std::string const& name,
                                                                 std::size_t replica) const;
    [[nodiscard]] local::Process process(std::string const& name, std::size_t replica) const;
    [[nodiscard]] local::Service service(std::string const& name, std::size_t replica) const;

    Options options_;
    std::string prefix_;
    std::filesystem::path folder_;
    std::map<std::string, Database> databases_;
    std::map<std::string, std::vector<Ports>> ports_;
    std::map<std::string, std::unique_ptr<TcpProxy>> proxies_;
    std::map<std::string, std::unique_ptr<TcpProxy>> kafka_proxies_;
    std::unique_ptr<auth::Signer> signer_;
};

}  // namespace frontrow::support
