// A consumer whose process dies: nothing is lost, and what kills it again and again is set aside.
#include <filesystem>

#include "common-migrations.hpp"
#include "common/events/event.hpp"
#include "common/kafka/admin.hpp"
#include "common/kafka/producer.hpp"
#include "frontrowctl/local/process.hpp"
#include "tests/support/database.hpp"
#include "tests/support/kafka_broker.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::inbox {
namespace {

using namespace std::chrono_literals;

class MortalConsumer : public ::testing::Test {
  protected:
    MortalConsumer() {
        owner_.run_script(
            "CREATE TABLE effects (number bigint, at bigserial);"
            "GRANT ALL ON effects TO booking; GRANT ALL ON effects_at_seq TO booking");
        auto specs = std::vector<kafka::TopicSpec>{};
        for (auto const* topic : {"queue.token.v1", "retry.mortal.queue.token.v1"}) {
            specs.push_back({.name = prefix_ + topic, .partitions = 1});
        }
        kafka::Admin{client()}.create(specs, 30s);
    }
    static kafka::ClientOptions client() {
        return {.bootstrap_servers = support::kafka().bootstrap_servers(), .client_id = "test"};
    }
    void tell(TokenId const& token, std::int64_t number) {
        auto body = events::TokenJoined{};
        body.token = token;
        body.show = ShowId::draw();
        body.user = {"ann"};
        body.number = number;
        auto envelope = events::Envelope{};
        envelope.id = new_uuid();
        envelope.time = SystemClock{}.now();
        auto const message = events::to_message(events::Event{std::move(envelope), body});
        auto producer =
            kafka::Producer{kafka::ProducerOptions{.client = client()}, [](auto const&) {
                            }};
        ASSERT_TRUE(producer.produce(prefix_ + message.topic, message.key->octets,
                                     message.payload->octets, events::headers_of(message), 1, 0));
        ASSERT_TRUE(producer.flush(30s));
    }
    local::Process start(std::int64_t deadly) const {
        auto const program = std::filesystem::read_symlink("/proc/self/exe").parent_path();
        return local::Process::start({.name = "mortal-consumer",
                                      .arguments = {(program / "mortal-consumer").string(),
                                                    support::kafka().bootstrap_servers(),
                                                    support::postgres().as_role("booking", url_),
                                                    prefix_, std::to_string(deadly)},
                                      .death_signal = SIGKILL});
    }
    /// Waits until that many effects are there, and ends the program as an operator would.
    bool ends_with_effects(local::Process process, int count) {
        auto const are_there = support::eventually([&] {
            return ask("SELECT count(*) FROM effects") == std::to_string(count) ||
                   !process.is_running();
        });
        return process.stop(SIGTERM, 20s) && are_there;
    }
    std::string ask(std::string const& sql) { return support::ask(owner_, sql); }
    std::string effects() {
        return ask("SELECT coalesce(string_agg(number::text, ',' ORDER BY at), '') FROM effects");
    }

    std::string prefix_ = support::topic_prefix();
    std::string url_ = support::migrated_database("mortal", common_migrations());
    pg::Connection owner_ = support::connect(url_);
};

// The model's bug: the offset is committed before the database has what it stands for.
class ConsumerPlantedBug : public MortalConsumer {};

TEST_F(ConsumerPlantedBug, offset_first) {
    auto const token = TokenId::draw();
    tell(token, 1);
    auto process = start(1);
    ASSERT_TRUE(process.wait(60s));
    tell(token, 2);
    EXPECT_TRUE(ends_with_effects(start(0), 2));
    EXPECT_EQ(effects(), "1,2");
}

TEST_F(MortalConsumer, SetsAsideTheEventThatKillsItAgainAndAgainAndGoesOn) {
    auto const token = TokenId::draw();
    tell(TokenId::draw(), 1);
    tell(token, 13);
    tell(token, 14);
    tell(TokenId::draw(), 2);
    auto deaths = 0;
    auto is_done = false;
    while (!is_done && deaths < 9) {
        auto process = start(13);
        ASSERT_TRUE(support::eventually([&] {
            is_done = ask("SELECT count(*) FROM effects") == "2" &&
                      ask("SELECT count(*) FROM dead_letter") == "2";
            return is_done || !process.is_running();
        }));
        deaths += is_done ? 0 : 1;
        process.stop(SIGTERM, 20s);
    }
    // Once in a batch or twice, and then as often alone as it may.
    EXPECT_GE(deaths, 1 + 3);
    EXPECT_LE(deaths, 2 + 3);
    EXPECT_EQ(effects(), "1,2");
    EXPECT_EQ(ask("SELECT coalesce(string_agg(state || ' ' || reason, ', ' ORDER BY "
                  "record_offset), '') FROM dead_letter"),
              "OPEN killed_the_process, PARKED parked");
    EXPECT_EQ(ask("SELECT coalesce(min(topic), '') FROM outbox"), "dlq.mortal.queue.token.v1");
}

TEST_F(MortalConsumer, NotesItsStartOnceAndNotEachBatch) {
    tell(TokenId::draw(), 1);
    auto process = start(0);
    ASSERT_TRUE(support::eventually([&] { return effects() == "1"; }));
    tell(TokenId::draw(), 2);
    ASSERT_TRUE(support::eventually([&] { return effects() == "1,2"; }));
    EXPECT_EQ(ask("SELECT record_offset || ' ' || starts || ' ' || is_alone FROM consumer_starts"),
              "0 1 false");
    EXPECT_TRUE(process.stop(SIGTERM, 20s));
    tell(TokenId::draw(), 3);
    EXPECT_TRUE(ends_with_effects(start(0), 3));
    EXPECT_EQ(ask("SELECT record_offset || ' ' || starts || ' ' || is_alone FROM consumer_starts"),
              "2 1 false");
}

}  // namespace
}  // namespace frontrow::inbox
