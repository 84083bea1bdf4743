// A database, a topic, writers stepped by hand, and relays: as sessions stepped by hand or as the
// program.
#pragma once

#include <algorithm>
#include <filesystem>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "common-migrations.hpp"
#include "common/kafka/admin.hpp"
#include "common/kafka/consumer.hpp"
#include "frontrowctl/local/process.hpp"
#include "outbox-relay/relay/session.hpp"
#include "tests/support/database.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::relay {

using namespace std::chrono_literals;

/// One session of the relay with all that it stands on.
struct SteppedRelay {
    RelayOptions options;
    metrics::Registry registry;
    RelayMetrics metrics{registry, "test"};
    pg::Connection connection;
    std::optional<Session> session;

    explicit SteppedRelay(RelayOptions chosen)
        : options{std::move(chosen)}, connection{options.database} {
        storage::set_up_session(connection);
    }
    /// Takes the lease; false if another has it.
    bool start() {
        auto lease = storage::take_lease(connection, options.holder, options.lease);
        if (lease) {
            session.emplace(options, metrics, connection, *std::move(lease));
        }
        return lease.has_value();
    }
    /// As after a kill -9: memory and sessions are gone, whatever the producer still had as well.
    void die() {
        session.reset();
        connection = pg::Connection{options.database};
        storage::set_up_session(connection);
    }
    Session& operator*() { return *session; }
    Session* operator->() { return &*session; }

    /// Publishes what is visible now; true if nothing is left in hand.
    bool publish_all() {
        return support::eventually([&] {
            session->turn();
            return session->in_flight().size() == 0 && !session->look_for_window();
        });
    }
    /// Hands over what is in hand and waits until it is acknowledged, without moving the cursor.
    void publish_page() {
        ASSERT_GT(session->in_flight().size(), 0U);
        session->hand_over();
        ASSERT_TRUE(support::eventually([&] {
            session->collect(5ms);
            session->hand_over();
            return session->in_flight().handed_over() == 0;
        }));
    }
};

class RelayWorld : public ::testing::Test {
  protected:
    RelayWorld() { admin().create({{.name = prefix_ + "events", .partitions = 4}}, 20s); }

    static constexpr auto row_sql = pg::Statement{"test_row", R"sql(
        INSERT INTO public.outbox (event_id, aggregatetype, aggregateid, version, type, topic, key,
                                   payload, time, traceparent, correlation_id, causation_id)
        VALUES (gen_random_uuid(), 'thing', $1::text, 1, 'frontrow.booking.reservation.held.v1',
                $3::text, convert_to($1::text, 'UTF8'), $2::bytea, now(), '', 'story', 'cause')
    )sql"};
    /// Appends one row whose payload is the key and a number: "a1", "a2".
    static void insert(pg::Connection& connection, std::string const& key, int version,
                       std::string const& topic = "events") {
        connection.query(row_sql, key, Bytes{key + std::to_string(version)}, topic);
    }
    static void insert_octets(pg::Connection& connection, std::string const& key,
                              std::string const& payload) {
        connection.query(row_sql, key, Bytes{payload}, std::string{"events"});
    }
    /// Rows 1 to `versions` of each key, in turn, in one transaction.
    void fill(std::vector<std::string> const& keys, int versions, int from = 1) {
        auto tx = pg::Transaction{writer_};
        for (auto version = from; version < from + versions; ++version) {
            for (auto const& key : keys) {
                insert(writer_, key, version);
            }
        }
        tx.commit();
    }

    RelayOptions options(std::string const& holder = "one") const {
        auto options = RelayOptions{};
        options.name = "test";
        options.database = support::connect_options(relay_url_);
        options.producer.client = {.bootstrap_servers = support::kafka().bootstrap_servers(),
                                   .client_id = "relay-" + holder};
        options.topic_prefix = prefix_;
        options.holder = holder;
        options.cursor_period = 0ms;
        return options;
    }
    kafka::Admin admin() const {
        return kafka::Admin{
            {.bootstrap_servers = support::kafka().bootstrap_servers(), .client_id = "test"}};
    }

    /// What is in the topic, by key, read from its start; waits until there are `count` records,
    /// and a little for one too many.
    std::map<std::string, std::vector<std::string>> published(std::size_t count) {
        auto consumer =
            kafka::Consumer{{.client = {.bootstrap_servers = support::kafka().bootstrap_servers(),
                                        .client_id = "test"},
                             .group = prefix_ + "reader-" + std::to_string(++readers_),
                             .topics = {prefix_ + "events"}}};
        auto values = std::map<std::string, std::vector<std::string>>{};
        auto found = std::size_t{0};
        auto const read = [&](std::chrono::milliseconds wait) {
            for (auto const& record : consumer.poll(1000, wait)) {
                values[record.key.value_or("")].push_back(record.value.value_or(""));
                ++found;
            }
            return found >= count;
        };
        EXPECT_TRUE(support::eventually([&] { return read(20ms); })) << "found " << found;
        read(100ms);
        return values;
    }
    /// Each key's versions without repeats, in the order of their first occurrence.
    static std::vector<std::string> first_occurrences(std::vector<std::string> const& values) {
        auto firsts = std::vector<std::string>{};
        for (auto const& value : values) {
            if (std::find(firsts.begin(), firsts.end(), value) == firsts.end()) {
                firsts.push_back(value);
            }
        }
        return firsts;
    }
    static std::vector<std::string> versions(std::string const& key, int count) {
        auto expected = std::vector<std::string>{};
        for (auto version = 1; version <= count; ++version) {
            expected.push_back(key + std::to_string(version));
        }
        return expected;
    }
    std::string ask(std::string const& sql) { return support::ask(owner_, sql); }

    std::string prefix_ = support::topic_prefix();
    std::string url_ = support::migrated_database("relay", common_migrations());
    std::string relay_url_ = support::postgres().as_role("relay", url_);
    pg::Connection owner_ = support::connect(url_);
    pg::Connection writer_ = support::connect(url_);
    int readers_ = 0;
};

/// The program, as it runs in production.
class RelayProgram {
  public:
    RelayProgram(std::map<std::string, std::string> settings)
        : process_{local::Process::start(
              {.name = "outbox-relay",
               .arguments = {(std::filesystem::read_symlink("/proc/self/exe").parent_path() /
                              "outbox-relay")
                                 .string()},
               .environment = std::move(settings),
               .death_signal = SIGKILL})} {}
    ~RelayProgram() { kill(); }
    RelayProgram(RelayProgram const&) = delete;
    RelayProgram& operator=(RelayProgram const&) = delete;
    void kill() {
        if (process_.is_running()) {
            process_.stop(SIGKILL, 5s);
        }
    }
    void signal(int number) { process_.signal(number); }
    bool stop() { return process_.stop(SIGTERM, 20s); }
    bool is_running() { return process_.is_running(); }

  private:
    local::Process process_;
};

}  // namespace frontrow::relay
