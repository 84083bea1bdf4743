// The history on its own: versions that leave a hole are counted, and stories keep to their viewer.
#include "dataplatform-consumer/consumers/record_history.hpp"
#include "common/events/stamp.hpp"
#include "common/metrics/metrics.hpp"
#include "dataplatform-migrations.hpp"
#include "tests/support/database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::dataplatform {
namespace {

namespace history = storage::history;

class RecordHistory : public testing::Test {
  protected:
    void record(std::vector<std::int64_t> const& versions) {
        auto events = std::vector<events::Event>{};
        for (auto const version : versions) {
            auto body = events::WalletToppedUp{};
            body.user = {"ann"};
            events.push_back(
                {events::stamp({"c", "c", TraceContext::start()}, SystemClock{}.now(), version),
                 body});
        }
        auto record = kafka::Record{};
        record.value = R"({"data":{}})";
        auto const records = std::vector<kafka::Record const*>(events.size(), &record);
        auto tx = pg::Transaction{connection_};
        auto const outcomes = consumers::record_history(tx, events, records, &metrics_);
        EXPECT_EQ(outcomes.size(), versions.size());
        tx.commit();
    }
    std::string gaps() {
        auto const text = metrics_.text();
        auto const name = std::string{"frontrow_history_gaps_total{topic=\"payment.wallet.v1\"} "};
        auto const found = text.find(name);
        return found == std::string::npos
                   ? "0"
                   : text.substr(found + name.size(), text.find('\n', found) - found - name.size());
    }

    metrics::Registry metrics_;
    pg::Connection connection_{support::connect(support::postgres().as_role(
        "dataplatform",
        support::migrated_database("dataplatform", dataplatform_migrations(), "dataplatform")))};
};

TEST_F(RecordHistory, CountsAHoleInTheVersionsOfAnAggregate) {
    record({1, 2});
    record({3});
    EXPECT_EQ(gaps(), "0");
    record({5, 6});
    EXPECT_EQ(gaps(), "1");
    record({9, 11});
    EXPECT_EQ(gaps(), "3");
}

TEST_F(RecordHistory, TakesNoSecondEventOfOneVersion) {
    record({1});
    try {
        record({1});
        ADD_FAILURE() << "two events of one version";
    } catch (pg::Error const& error) {
        EXPECT_EQ(error.kind(), pg::FaultKind::item);
    }
}

TEST_F(RecordHistory, AStoryOfAKeyIsSeenByItsOwnerAndByOperatorsOnly) {
    record({1, 2});
    auto tx = pg::Transaction{connection_};
    EXPECT_EQ(history::of_key(tx, "payment.wallet.v1", "ann", UserId{"ann"}).size(), 2U);
    EXPECT_EQ(history::of_key(tx, "payment.wallet.v1", "ann", UserId{"bob"}).size(), 0U);
    EXPECT_EQ(history::of_key(tx, "payment.wallet.v1", "ann", std::nullopt).size(), 2U);
}

}  // namespace
}  // namespace frontrow::dataplatform
