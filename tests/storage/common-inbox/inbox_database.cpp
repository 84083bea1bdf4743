// What the tests of the inbox share: a migrated database, a handler that leaves traces, and
// records.
#include "tests/storage/common-inbox/inbox_database.hpp"

#include "common-migrations.hpp"
#include "common/deadletter/rows.hpp"
#include "common/outbox/outbox.hpp"
#include "frontrowctl/local/postgres_server.hpp"
#include "tests/support/postgres_cluster.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::inbox {

kafka::Record record_of(Told const& told, std::int64_t offset) {
    auto body = events::TokenJoined{};
    body.token = told.token;
    body.show = ShowId::draw();
    body.user = {"ann"};
    body.number = told.number;
    auto envelope = events::Envelope{};
    envelope.id = told.id;
    envelope.time = SystemClock{}.now();
    auto const event = events::Event{std::move(envelope), body};
    auto const message = events::to_message(event);
    return {.topic = message.topic,
            .partition = 3,
            .offset = offset,
            .timestamp = message.time,
            .key = message.key->octets,
            .value = message.payload->octets,
            .headers = events::headers_of(message)};
}

std::vector<kafka::Record> records_of_keys(std::size_t number) {
    auto records = std::vector<kafka::Record>{};
    for (std::size_t i = 1; i <= number; ++i) {
        auto const at = static_cast<std::int64_t>(i);
        records.push_back(record_of({.token = TokenId::draw(), .number = at}, at));
    }
    return records;
}

std::int64_t number_of(events::Event const& event) {
    return std::get<events::TokenJoined>(event.body).number;
}

InboxDatabase::InboxDatabase()
    : url_{support::postgres().fresh_database(
          "common-inbox",
          [](std::string const& url) {
              auto owner = pg::Connection{{.url = url, .application_name = "tests"}};
              pg::migrate(owner, common_migrations(), "booking", "relay");
              owner.run_script(
                  "CREATE TABLE effects (consumer text, number "
                  "bigint, at bigserial);"
                  "GRANT ALL ON effects TO booking;"
                  "GRANT ALL ON effects_at_seq TO booking");
          })},
      service_url_{support::postgres().as_role("booking", url_)} {}

pg::ConnectOptions InboxDatabase::service() const {
    return {.url = service_url_, .application_name = "tests"};
}

std::string InboxDatabase::ask(std::string const& sql) const {
    return local::run_sql(support::postgres().as_role("postgres", url_), sql).front();
}

std::string InboxDatabase::list(std::string const& sql) const {
    return ask("SELECT coalesce(string_agg(v::text, ','), '') FROM (" + sql + ") AS t (v)");
}

RecordHandler InboxDatabase::handler(std::function<Outcome(std::int64_t)> verdict) {
    return
        [verdict = std::move(verdict)](pg::Transaction& tx, std::span<events::Event const> events,
                                       std::span<kafka::Record const* const>) {
            static constexpr auto insert = pg::Statement{
                "insert_effect", "INSERT INTO effects (consumer, number) VALUES ('any', $1)"};
            auto outcomes = std::vector<Outcome>{};
            for (auto const& event : events) {
                outcomes.push_back(verdict(number_of(event)));
                if (outcomes.back().verdict == Verdict::applied) {
                    tx.query(insert, number_of(event));
                }
            }
            return outcomes;
        };
}

Tally InboxDatabase::consume(std::vector<kafka::Record> const& records,
                             RecordHandler const& handler, std::string const& group,
                             bool ignore_unknown) {
    auto options = ConsumerOptions{};
    options.group = group;
    options.ignore_unknown_types = ignore_unknown;
    auto window = std::optional<Window>{};
    auto batch = Batch{options, handler, window, records};
    auto tally = Tally{};
    auto runner = lane::Runner{{.database = service(), .name = group}};
    auto stop = std::stop_source{};
    auto policy = policy_of(batch, [&](lane::Slice) { static_cast<void>(batch.committed(tally)); });
    policy.run = [&, run = policy.run](pg::Transaction& tx, lane::Slice slice) {
        try {
            run(tx, slice);
        } catch (pg::Error const& error) {
            if (error.sqlstate() == most_fail) {
                stop.request_stop();  // a consumer would go on trying
            }
            throw;
        }
    };
    runner.run(batch.size(), policy, stop.get_token());
    return tally;
}

void InboxDatabase::drain(RecordHandler const& handler) {
    auto options = ConsumerOptions{};
    options.group = "tests";
    auto one = Drain{options, handler};
    auto runner = lane::Runner{{.database = service(), .name = "drain"}};
    auto const policy =
        lane::BatchPolicy{.run = [&](pg::Transaction& tx, lane::Slice) { one.run(tx); },
                          .committed = [](lane::Slice) {},
                          .rejected =
                              [&](std::size_t, pg::Error const& error) {
                                  one.condemn(error.what());
                                  return true;
                              },
                          .keep_trying = [](lane::Slice, pg::Error const&, bool) { return true; },
                          .halve_on_lock_timeout = false};
    auto noting = policy;
    noting.run = [&](pg::Transaction& tx, lane::Slice) {
        one.note_start(tx);
    };
    do {
        runner.run(1, noting, {});
        runner.run(1, policy, {});
    } while (one.found());
}

kafka::Record InboxDatabase::replay_of(std::string const& condition) const {
    auto connection = pg::Connection{service()};
    auto const sql =
        "SELECT id, consumer, topic, partition, record_offset, record_time, event_id, type, key, "
        "value, headers, reason, detail, state, failed_at, replay_count FROM dead_letter WHERE " +
        condition;
    auto const rows = connection.query(pg::Statement{condition.c_str(), sql.c_str()});
    EXPECT_EQ(rows.size(), 1) << condition;
    auto const letter = deadletter::letter_of(rows[0]);
    local::run_sql(support::postgres().as_role("postgres", url_),
                   "UPDATE dead_letter SET state = 'REPLAYING' WHERE " + condition);
    auto const message =
        deadletter::replay_message(letter, new_uuid(), "an operator", SystemClock{}.now());
    return {.topic = message.topic,
            .partition = 0,
            .offset = 0,
            .timestamp = message.time,
            .key = message.key ? std::optional{message.key->octets} : std::nullopt,
            .value = message.payload ? std::optional{message.payload->octets} : std::nullopt,
            .headers = outbox::decode_headers(*message.headers)};
}

}  // namespace frontrow::inbox
