// What may be with the producer at once, and how far the cursor may move.
#include "outbox-relay/domain/in_flight.hpp"

#include <algorithm>
#include <deque>
#include <map>
#include <random>

#include "tests/support/testing.hpp"

namespace frontrow::relay::domain {
namespace {

using Tag = InFlight::Tag;

std::vector<std::int64_t> ids_of(std::vector<StoppedRow> const& rows) {
    auto ids = std::vector<std::int64_t>{};
    for (auto const& row : rows) {
        ids.push_back(row.id);
    }
    return ids;
}

TEST(InFlight, HandsOverOneRowOfAKeyAndGoesOnWithOtherKeys) {
    auto rows = InFlight{};
    auto const a1 = rows.add({1, "t", "a"});
    auto const a2 = rows.add({2, "t", "a"});
    auto const b1 = rows.add({3, "t", "b"});
    EXPECT_EQ(rows.next(), a1);
    EXPECT_EQ(rows.next(), b1);
    EXPECT_EQ(rows.next(), std::nullopt);
    rows.acknowledged(a1);
    EXPECT_EQ(rows.next(), a2);
    EXPECT_EQ(rows.next(), std::nullopt);
}

TEST(InFlight, TakesTheSameKeyInAnotherTopicForAnotherKey) {
    auto rows = InFlight{};
    auto const first = rows.add({1, "t", "a"});
    auto const second = rows.add({2, "u", "a"});
    EXPECT_EQ(rows.next(), first);
    EXPECT_EQ(rows.next(), second);
}

TEST(InFlight, AnswersAgainWhatTheProducerDidNotTake) {
    auto rows = InFlight{};
    auto const a1 = rows.add({1, "t", "a"});
    auto const b1 = rows.add({2, "t", "b"});
    EXPECT_EQ(rows.next(), a1);
    rows.put_back(a1);
    EXPECT_EQ(rows.handed_over(), 0U);
    EXPECT_EQ(rows.next(), a1);
    EXPECT_EQ(rows.next(), b1);
}

// relay.py: ack_suffix.
TEST(InFlight, MovesTheCursorOnlyBehindTheAcknowledgedPrefix) {
    auto rows = InFlight{};
    auto const a = rows.add({10, "t", "a"});
    auto const b = rows.add({20, "t", "b"});
    auto const c = rows.add({30, "t", "c"});
    while (rows.next()) {
    }
    rows.acknowledged(c);
    EXPECT_EQ(rows.settled().rows, 0U);
    rows.acknowledged(a);
    EXPECT_EQ(rows.settled().rows, 1U);
    EXPECT_EQ(rows.settled().last_id, 10);
    rows.acknowledged(b);
    EXPECT_EQ(rows.settled().rows, 3U);
    EXPECT_EQ(rows.settled().last_id, 30);
    rows.forget(3);
    EXPECT_EQ(rows.size(), 0U);
    EXPECT_EQ(rows.settled().rows, 0U);
}

// relay.py: follower_sent.
TEST(InFlight, StopsTheKeyOfARowThatIsRefusedAndNeverSendsItsFollowers) {
    auto rows = InFlight{};
    auto const a1 = rows.add({1, "t", "a"});
    rows.add({2, "t", "a"});
    auto const b1 = rows.add({3, "t", "b"});
    EXPECT_EQ(rows.next(), a1);
    EXPECT_EQ(rows.next(), b1);
    rows.refused(a1, "too large", false);
    rows.add({4, "t", "a"});
    EXPECT_EQ(rows.next(), std::nullopt);
    rows.acknowledged(b1);
    auto const settled = rows.settled();
    EXPECT_EQ(settled.rows, 4U);
    EXPECT_EQ(ids_of(settled.stopped), (std::vector<std::int64_t>{1, 2, 4}));
    EXPECT_EQ(settled.stopped[0].reason, "too large");
    EXPECT_EQ(settled.stopped[0].key, (Key{"t", "a"}));
    EXPECT_NE(settled.stopped[1].reason, "too large");
    EXPECT_TRUE(rows.is_stopped({"t", "a"}));
}

TEST(InFlight, JoinsRowsOfAKeyThatWasStoppedBeforeTheStart) {
    auto rows = InFlight{{{"t", "a"}}};
    rows.add({1, "t", "a"});
    auto const other = rows.add({2, "u", "a"});
    EXPECT_EQ(rows.next(), other);
    EXPECT_EQ(rows.next(), std::nullopt);
    EXPECT_EQ(ids_of(rows.settled().stopped), (std::vector<std::int64_t>{1}));
}

// relay.py: resume_frees_key.
TEST(InFlight, KnowsThatARowInHandStillWaitsToJoinItsStoppedKey) {
    auto const key = Key{"t", "a"};
    auto rows = InFlight{{key}};
    auto const b = rows.add({1, "t", "b"});
    rows.add({2, "t", "a"});
    EXPECT_EQ(rows.next(), b);
    EXPECT_TRUE(rows.joins_waiting(key));  // it cannot settle before the row in front of it
    rows.acknowledged(b);
    rows.forget(rows.settled().rows);
    EXPECT_FALSE(rows.joins_waiting(key));
    rows.free(key);
    auto const again = rows.add({3, "t", "a"});
    EXPECT_EQ(rows.next(), again);
}

TEST(InFlight, BelievesARefusalForSizeOnlyOfARowThatWasAlone) {
    auto rows = InFlight{};
    auto const a = rows.add({1, "t", "a"});
    auto const b = rows.add({2, "t", "b"});
    auto const c = rows.add({3, "t", "c"});
    EXPECT_EQ(rows.next(), a);
    EXPECT_EQ(rows.next(), b);
    rows.refused(a, "too large", true);
    EXPECT_EQ(rows.next(), std::nullopt);  // b is still on the way
    rows.refused(b, "too large", true);
    EXPECT_EQ(rows.next(), a);
    EXPECT_EQ(rows.next(), std::nullopt);  // alone
    rows.acknowledged(a);                  // it was innocent
    EXPECT_EQ(rows.next(), b);
    rows.refused(b, "too large", true);
    EXPECT_EQ(rows.next(), c);
    rows.acknowledged(c);
    EXPECT_EQ(ids_of(rows.settled().stopped), (std::vector<std::int64_t>{2}));
    EXPECT_EQ(rows.settled().rows, 3U);
}

TEST(InFlight, KeepsASuspectedRowInItsPlaceIfTheProducerIsFull) {
    auto rows = InFlight{};
    auto const a = rows.add({1, "t", "a"});
    EXPECT_EQ(rows.next(), a);
    rows.refused(a, "too large", true);
    EXPECT_EQ(rows.next(), a);
    rows.put_back(a);
    EXPECT_EQ(rows.next(), a);
    rows.refused(a, "too large", true);
    EXPECT_EQ(ids_of(rows.settled().stopped), (std::vector<std::int64_t>{1}));
}

/// A broker and a world that are against us: any order of acknowledgements, refusals for good,
/// refusals of a batch, a full producer, and the cursor moved at any time.
struct Storm {
    std::mt19937 random;
    std::vector<std::string> texts;  // rows' keys; stay for the whole test
    std::vector<std::string> key_of_id;
    InFlight rows{};
    std::deque<Tag> with_producer{};
    std::map<std::string, std::vector<std::int64_t>> sent{};
    std::set<std::int64_t> acked{};
    std::set<std::int64_t> stopped{};
    std::set<std::string> stopped_keys{};
    std::int64_t cursor{0};

    int up_to(int limit) { return std::uniform_int_distribution{0, limit - 1}(random); }

    void add() {
        auto const id = static_cast<std::int64_t>(key_of_id.size());
        key_of_id.push_back(texts[static_cast<std::size_t>(up_to(static_cast<int>(texts.size())))]);
        for (auto const& text : texts) {
            if (text == key_of_id.back()) {
                rows.add({id, "t", text});
            }
        }
    }
    void hand_over() {
        auto const tag = rows.next();
        if (!tag) {
            return;
        }
        if (up_to(8) == 0) {
            rows.put_back(*tag);
            return;
        }
        auto const& row = rows.row(*tag);
        ASSERT_FALSE(stopped_keys.contains(std::string{row.key}));
        for (auto const other : with_producer) {
            ASSERT_NE(rows.row(other).key, row.key) << "two records of a key at once";
        }
        with_producer.push_back(*tag);
        sent[std::string{row.key}].push_back(row.id);
    }
    void report() {
        if (with_producer.empty()) {
            return;
        }
        auto const at = with_producer.begin() + up_to(static_cast<int>(with_producer.size()));
        auto const tag = *at;
        with_producer.erase(at);
        auto const row = rows.row(tag);
        switch (up_to(20)) {
            case 0:
                rows.refused(tag, "refused", false);
                stopped_keys.insert(std::string{row.key});
                break;
            case 1:
                rows.refused(tag, "refused with its batch", true);
                if (rows.is_stopped({"t", std::string{row.key}})) {
                    stopped_keys.insert(std::string{row.key});
                }
                break;
            default:
                rows.acknowledged(tag);
                acked.insert(row.id);
        }
    }
    void move_cursor() {
        auto const settled = rows.settled();
        for (auto const& row : settled.stopped) {
            ASSERT_TRUE(stopped_keys.contains(row.key.key));
            stopped.insert(row.id);
        }
        if (settled.rows > 0) {
            cursor = settled.last_id;
        }
        rows.forget(settled.rows);
        for (auto id = std::int64_t{0}; id < cursor; ++id) {
            ASSERT_TRUE(acked.contains(id) || stopped.contains(id)) << "the cursor skipped " << id;
        }
    }
};

TEST(InFlight, KeepsItsPromisesInEveryOneOfManyRandomStorms) {
    for (auto seed = 0U; seed < 100; ++seed) {
        auto storm =
            Storm{.random = std::mt19937{seed}, .texts = {"a", "b", "c", "d", ""}, .key_of_id = {}};
        for (auto step = 0; step < 400; ++step) {
            switch (storm.up_to(4)) {
                case 0:
                    storm.key_of_id.size() < 120 ? storm.add() : storm.report();
                    break;
                case 1:
                    storm.hand_over();
                    break;
                case 2:
                    storm.report();
                    break;
                default:
                    storm.move_cursor();
            }
        }
        for (auto step = 0; step < 5000 && storm.rows.size() > 0; ++step) {
            storm.hand_over();
            storm.report();
            storm.move_cursor();
        }
        ASSERT_EQ(storm.rows.size(), 0U) << "stuck in storm " << seed;
        for (auto const& [key, ids] : storm.sent) {
            // A row may go twice (a suspected one), but never after a later one of its key.
            EXPECT_TRUE(std::is_sorted(ids.begin(), ids.end())) << "storm " << seed;
        }
        for (auto id = std::int64_t{0}; id < std::ssize(storm.key_of_id); ++id) {
            EXPECT_NE(storm.acked.contains(id), storm.stopped.contains(id)) << "storm " << seed;
        }
    }
}

}  // namespace
}  // namespace frontrow::relay::domain
