// One effect for a key, whoever repeats it, whenever, and however many at once.
#include "common/idempotency/idempotency.hpp"

#include <algorithm>
#include <atomic>
#include <future>
#include <numeric>
#include <set>

#include "common/idempotency/sweeper.hpp"
#include "common/lane/lane.hpp"
#include "test-common-migrations.hpp"
#include "tests/support/database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::idempotency {
namespace {

using namespace std::string_literals;
using support::ask;
using support::connect;

/// A top-up of that many: what a body asks for.
struct TopUp {
    std::int32_t amount{1};
};
using Request = Keyed<TopUp>;

constexpr auto add_effects = pg::Statement{"add_effects", R"sql(
    INSERT INTO effects (amount) SELECT * FROM unnest($1::integer[])
)sql"};

/// Each effect has an answer that no other has, with octets that no text could hold.
std::vector<Answer> top_up(pg::Transaction& tx, std::span<TopUp const> commands) {
    tx.query(add_effects, pg::column(commands, &TopUp::amount));
    auto answers = std::vector<Answer>{};
    for (auto const& command : commands) {
        answers.push_back({.status = command.amount < 0 ? 503 : 201,
                           .location = "/v1/top-ups/7",
                           .body = "\0\xff"s + new_uuid().to_string()});
    }
    return answers;
}

std::vector<Answer> run(pg::Transaction& tx, std::span<Request const> batch) {
    return with_keys<TopUp>(tx, batch, top_up);
}

Request request(std::string const& key, std::int32_t amount = 1, std::string const& user = "ann") {
    return {key_of(UserId{user}, "POST /v1/wallet/top-ups", key, std::to_string(amount)), {amount}};
}

class IdempotencyKeys : public ::testing::Test {
  protected:
    IdempotencyKeys() {
        connection_.run_script(
            "CREATE TABLE effects (amount integer); GRANT SELECT, INSERT ON effects TO booking");
    }
    pg::Connection as_service() { return connect(support::postgres().as_role("booking", url_)); }
    /// As a lane does: whoever was not the first looks again.
    std::vector<Answer> commit(std::vector<Request> const& batch) {
        auto service = as_service();
        for (;;) {
            try {
                auto tx = pg::Transaction{service};
                auto answers = run(tx, batch);
                tx.commit();
                return answers;
            } catch (pg::Error const& fault) {
                if (fault.sqlstate() != "23505" || fault.kind() != pg::FaultKind::transient) {
                    throw;
                }
                ++times_second_;
            }
        }
    }
    /// Runs it up to where only COMMIT is missing.
    static std::vector<Answer> run_uncommitted(pg::Transaction& tx, Request const& one) {
        auto answers = run(tx, std::vector{one});
        tx.query(pg::Statement{"await", "SELECT 1"});
        return answers;
    }
    Answer commit_one(Request const& one) { return commit({one}).front(); }
    std::string effects() { return ask(connection_, "SELECT count(*) FROM effects"); }
    std::string keys() { return ask(connection_, "SELECT count(*) FROM idempotency_keys"); }
    void age(std::string const& by) {
        connection_.run_script("UPDATE idempotency_keys SET created_at = now() - interval '" + by +
                               "'");
    }

    std::string url_ = support::migrated_database("common", test_common_migrations());
    pg::Connection connection_ = connect(url_);
    std::atomic<int> times_second_{0};
};

TEST_F(IdempotencyKeys, GiveARepeatTheFirstAnswerOctetByOctet) {
    auto const first = commit_one(request("k"));
    auto const repeat = commit_one(request("k"));
    EXPECT_FALSE(first.replayed);
    EXPECT_TRUE(repeat.replayed);
    EXPECT_EQ(repeat.status, 201);
    EXPECT_EQ(repeat.body, first.body);
    EXPECT_EQ(repeat.location, "/v1/top-ups/7");
    EXPECT_EQ(repeat.content_type, "application/json");
    EXPECT_EQ(effects(), "1");
}

TEST_F(IdempotencyKeys, RefuseAnotherBodyAndKeepTheFirst) {
    auto const first = commit_one(request("k", 1));
    EXPECT_EQ(commit_one(request("k", 2)).status, 422);
    EXPECT_EQ(commit_one(request("k", 1)).body, first.body);
    EXPECT_EQ(effects(), "1");
}

TEST_F(IdempotencyKeys, OfOneUserAreNotThoseOfAnother) {
    auto const ann = commit_one(request("k", 1, "ann"));
    auto const bob = commit_one(request("k", 1, "bob"));
    EXPECT_FALSE(bob.replayed);
    EXPECT_NE(bob.body, ann.body);
    EXPECT_EQ(effects(), "2");
}

TEST_F(IdempotencyKeys, HoldForADayAndNoLonger) {
    auto const first = commit_one(request("k"));
    age("23 hours");
    EXPECT_EQ(commit_one(request("k")).body, first.body);
    age("25 hours");
    auto const later = commit_one(request("k"));
    EXPECT_FALSE(later.replayed);
    EXPECT_NE(later.body, first.body);
    EXPECT_EQ(commit_one(request("k")).body, later.body);
    EXPECT_EQ(effects(), "2");
}

TEST_F(IdempotencyKeys, TakeAnotherBodyAfterADay) {
    commit_one(request("k", 1));
    age("25 hours");
    EXPECT_EQ(commit_one(request("k", 2)).status, 201);
    EXPECT_EQ(commit_one(request("k", 1)).status, 422);
}

TEST_F(IdempotencyKeys, FoldTheCopiesOfOneBatch) {
    auto const answers = commit(std::vector<Request>(100, request("k")));
    auto const is_the_first = [&](Answer const& answer) {
        return answer.body == answers[0].body && answer.status == 201;
    };
    EXPECT_TRUE(std::ranges::all_of(answers, is_the_first));
    EXPECT_EQ(std::ranges::count(answers, false, &Answer::replayed), 1);
    EXPECT_EQ(effects(), "1");
}

TEST_F(IdempotencyKeys, SortOutAMixedBatch) {
    auto const stored = commit_one(request("old"));
    auto const answers = commit({request("new", 1), request("old", 1), request("new", 2),
                                 request("old", 2), request("new", 1), request("other", 3)});
    EXPECT_EQ(answers[0].status, 201);
    EXPECT_EQ(answers[1].body, stored.body);
    EXPECT_EQ(answers[2].status, 422);
    EXPECT_EQ(answers[3].status, 422);
    EXPECT_EQ(answers[4].body, answers[0].body);
    EXPECT_EQ(answers[5].status, 201);
    EXPECT_NE(answers[5].body, answers[0].body);
    EXPECT_EQ(effects(), "3");
    EXPECT_EQ(keys(), "3");
}

TEST_F(IdempotencyKeys, LetARepeatWaitForTheFirstAndGiveItsAnswer) {
    auto first_service = as_service();
    auto first = pg::Transaction{first_service};
    auto const answer = run_uncommitted(first, request("k")).front();
    auto repeat = std::async(std::launch::async, [&] { return commit_one(request("k")); });
    EXPECT_TRUE(support::until_blocked(connection_));
    first.commit();
    auto const repeated = repeat.get();
    EXPECT_TRUE(repeated.replayed);
    EXPECT_EQ(repeated.body, answer.body);
    EXPECT_EQ(effects(), "1");
    EXPECT_EQ(times_second_, 1) << "the repeat must have had an effect that was rolled back";
}

TEST_F(IdempotencyKeys, AreFreeAgainWhenTheFirstRollsBack) {
    auto first_service = as_service();
    auto first = pg::Transaction{first_service};
    run_uncommitted(first, request("k"));
    auto repeat = std::async(std::launch::async, [&] { return commit_one(request("k")); });
    EXPECT_TRUE(support::until_blocked(connection_));
    first.rollback();
    EXPECT_FALSE(repeat.get().replayed);
    EXPECT_EQ(effects(), "1");
    EXPECT_EQ(times_second_, 0);
}

TEST_F(IdempotencyKeys, AreTakenAfterADayByOneOfTwo) {
    commit_one(request("k", 1));
    age("25 hours");
    auto first_service = as_service();
    auto first = pg::Transaction{first_service};
    auto const answer = run_uncommitted(first, request("k", 2)).front();
    auto repeat = std::async(std::launch::async, [&] { return commit_one(request("k", 2)); });
    EXPECT_TRUE(support::until_blocked(connection_));
    first.commit();
    EXPECT_EQ(repeat.get().body, answer.body);
    EXPECT_EQ(effects(), "2");
}

/// As another process stores a key: this one has never met it.
void store_elsewhere(pg::Connection& owner, Request const& one, std::string const& body) {
    owner.query(pg::Statement{"store_elsewhere", R"sql(
        INSERT INTO public.idempotency_keys (scope, body_hash, status, content_type, location, body)
        VALUES ($1::uuid, $2::bytea, 201, 'application/json', '', $3::bytea)
    )sql"},
                one.key.scope, one.key.body_hash, Bytes{body});
}

TEST_F(IdempotencyKeys, ThatAnotherProcessStoredAreFoundThoughNobodyLookedForThem) {
    auto const key = new_uuid().to_string();  // this process remembers, also from test to test
    auto const [one, other] = std::pair{request(key), request(key, 2)};
    store_elsewhere(connection_, one, "its answer");
    auto const repeated = commit_one(one);
    EXPECT_TRUE(repeated.replayed);
    EXPECT_EQ(repeated.body, "its answer");
    EXPECT_EQ(times_second_, 1) << "the first look must have been saved";
    EXPECT_EQ(commit_one(other).status, 422);
    EXPECT_EQ(times_second_, 1) << "what came once is looked for";
    EXPECT_EQ(effects(), "0");
}

TEST_F(IdempotencyKeys, ThatAnotherProcessStoredComeBeforeAnAnswerThatIsNotKept) {
    auto const one = request(new_uuid().to_string(), -1);  // top_up answers 503 to it
    store_elsewhere(connection_, one, "its answer");
    auto const repeated = commit_one(one);
    EXPECT_TRUE(repeated.replayed);
    EXPECT_EQ(repeated.body, "its answer");
    EXPECT_EQ(effects(), "0");
}

TEST_F(IdempotencyKeys, LeaveNothingOfACrashBetweenEffectAndAnswer) {
    auto service = as_service();
    {
        auto tx = pg::Transaction{service};
        auto const keys = std::vector{request("k").key};
        EXPECT_TRUE(recall(tx, keys).get().front().fresh);
        top_up(tx, std::vector{TopUp{1}});
        // The process ends here: no answer was stored, nothing was committed.
    }
    EXPECT_EQ(effects(), "0");
    EXPECT_EQ(keys(), "0");
    EXPECT_FALSE(commit_one(request("k")).replayed);
    EXPECT_EQ(effects(), "1");
}

TEST_F(IdempotencyKeys, AreLeftFreeByAnAnswerThatIsNotKept) {
    auto const answers = commit({request("bad", -1), request("good", 1)});
    EXPECT_EQ(answers[0].status, 503);
    EXPECT_EQ(keys(), "1");
    EXPECT_FALSE(commit_one(request("bad", -1)).replayed);
    EXPECT_TRUE(commit_one(request("good", 1)).replayed);
}

TEST_F(IdempotencyKeys, AreSweptAfterADayPartByPartOfTheTable) {
    connection_.run_script(R"sql(
        INSERT INTO idempotency_keys
            (scope, body_hash, status, content_type, location, body, created_at)
        SELECT gen_random_uuid(), '', 201, '', '', '', now() - interval '25 hours'
        FROM generate_series(1, 40000)
    )sql");
    commit_one(request("young"));
    auto service = as_service();
    auto sweeper = Sweeper{};
    auto swept = std::vector<std::int64_t>{};
    for (auto part = 0; part < 3; ++part) {
        swept.push_back(sweeper.sweep_part(service, 3));
    }
    EXPECT_EQ(std::accumulate(swept.begin(), swept.end(), std::int64_t{0}), 40'000);
    for (auto const of_part : swept) {
        EXPECT_GT(of_part, 10'000);
    }
    EXPECT_EQ(sweeper.sweep_part(service, 1), 0);
    EXPECT_EQ(keys(), "1");
    EXPECT_TRUE(commit_one(request("young")).replayed);
}

TEST_F(IdempotencyKeys, AreSweptAroundThoseThatSomebodyHasLocked) {
    for (auto const* key : {"a", "b", "c"}) {
        commit_one(request(key));
    }
    age("25 hours");
    auto service = as_service();
    auto sweeper = Sweeper{};
    {
        auto tx = pg::Transaction{connection_};
        connection_.run_script("SELECT FROM idempotency_keys LIMIT 1 FOR UPDATE");
        EXPECT_EQ(sweeper.sweep_part(service, 1), 2);
    }
    EXPECT_EQ(sweeper.sweep_part(service, 1), 1);
    EXPECT_EQ(keys(), "0");
    EXPECT_EQ(sweeper.sweep_part(service, 60), 0);
}

TEST_F(IdempotencyKeys, NeverDeadlockHoweverTheirBatchesAreOrdered) {
    auto batch = std::vector<Request>{};
    for (auto i = 0; i < 64; ++i) {
        batch.push_back(request(std::to_string(i)));
    }
    auto reversed = std::vector<Request>{batch.rbegin(), batch.rend()};
    auto const repeat = [&](std::vector<Request> const& mine) {
        for (auto round = 0; round < 10; ++round) {
            commit(mine);
        }
    };
    auto other = std::async(std::launch::async, [&] { repeat(reversed); });
    EXPECT_NO_THROW(repeat(batch));
    EXPECT_NO_THROW(other.get());
    EXPECT_EQ(effects(), "64");
}

TEST_F(IdempotencyKeys, HaveOneEffectWhenManyThreadsRepeatThemOnTwoLanes) {
    auto const options = lane::LaneOptions{
        .name = "writes",
        .database = support::connect_options(support::postgres().as_role("booking", url_))};
    using Writes = lane::Lane<Request, Answer>;
    auto lanes =
        std::array{std::make_unique<Writes>(options, run), std::make_unique<Writes>(options, run)};
    auto mutex = std::mutex{};
    auto bodies = std::set<std::string>{};
    auto answered = std::atomic<int>{0};
    auto threads = std::vector<std::jthread>{};
    for (auto i = 0U; i < 8; ++i) {
        threads.emplace_back([&, i] {
            for (auto n = 0; n < 25; ++n) {
                lanes[i % 2]->submit(request("k"),
                                     std::chrono::steady_clock::now() + std::chrono::seconds{30},
                                     [&](Result<Answer, lane::Fault> const& answer) {
                                         auto const lock = std::scoped_lock{mutex};
                                         bodies.insert(answer ? answer->body : "a fault");
                                         ++answered;
                                     });
            }
        });
    }
    threads.clear();
    lanes[0]->stop();
    lanes[1]->stop();
    EXPECT_EQ(answered, 200);
    EXPECT_EQ(bodies.size(), 1U);
    EXPECT_FALSE(bodies.contains("a fault"));
    EXPECT_EQ(effects(), "1");
}

}  // namespace
}  // namespace frontrow::idempotency
