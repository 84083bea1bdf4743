// Every statement of queue, prepared and run with one row and with 512.
#include <algorithm>

#include "queue-service/storage/distinct.hpp"
#include "tests/storage/queue-service/database.hpp"

namespace frontrow::queue {
namespace {

using domain::Gate;
using domain::Token;
using domain::TokenState;

class QueueStatements : public testing::TestWithParam<std::size_t> {
  protected:
    pg::Connection connection_ = support::connect(queue_database());
};
INSTANTIATE_TEST_SUITE_P(OneRowAndFiveHundredAndTwelve, QueueStatements,
                         testing::Values(std::size_t{1}, std::size_t{512}));

std::vector<Gate> some_gates(std::size_t count) {
    auto gates = std::vector<Gate>{};
    for (std::size_t i = 0; i < count; ++i) {
        gates.push_back({.show = ShowId::draw(),
                         .opens_at = Instant{1'700'000'000s},
                         .capacity = static_cast<std::int32_t>(i + 1),
                         .mean_stay = 90s});
    }
    return gates;
}
std::vector<ShowId> shows_of(std::vector<Gate> const& gates) {
    return storage::distinct(gates, &Gate::show);
}

TEST_P(QueueStatements, InsertLockAndSaveGates) {
    auto tx = pg::Transaction{connection_};
    auto gates = some_gates(GetParam());
    storage::gates::insert(tx, gates);
    storage::gates::insert(tx, gates);  // those that are there stay as they are
    EXPECT_EQ(storage::gates::lock(tx, shows_of(gates)), gates);
    for (auto& gate : gates) {
        gate.active = 1;
        gate.tail = 9;
        gate.watermark = 2;
        gate.waiting = 6;
        gate.departures = 1;
        gate.mean_stay = 7ms;
    }
    storage::gates::save(tx, gates);
    EXPECT_EQ(storage::gates::lock(tx, shows_of(gates)), gates);
    EXPECT_EQ(storage::gates::with_free_places(tx).size(), GetParam() - 1);
    EXPECT_EQ(storage::gates::totals(tx).waiting, static_cast<std::int64_t>(6 * GetParam()));
}

std::vector<Token> some_tokens(ShowId const& show, std::size_t count, Instant now) {
    auto tokens = std::vector<Token>{};
    for (std::size_t i = 0; i < count; ++i) {
        tokens.push_back({.id = TokenId::draw(),
                          .show = show,
                          .user = user(i),
                          .number = static_cast<std::int64_t>(i + 1),
                          .heartbeat_at = now});
    }
    return tokens;
}

std::vector<storage::tokens::Joined> joined_of(std::vector<Token> const& tokens) {
    auto all = std::vector<storage::tokens::Joined>{};
    for (auto const& token : tokens) {
        all.push_back({token, "story of " + token.user.name});
    }
    return all;
}

TEST_P(QueueStatements, InsertLockSaveAndReadTokens) {
    auto tx = pg::Transaction{connection_};
    auto const gates = some_gates(1);
    storage::gates::insert(tx, gates);
    auto tokens = some_tokens(gates[0].show, GetParam(), tx.now());
    storage::tokens::insert(tx, joined_of(tokens));
    auto const ids = storage::distinct(tokens, &Token::id);
    EXPECT_EQ(storage::tokens::lock(tx, ids), tokens);
    auto const holders = storage::distinct(tokens, [](Token const& token) {
        return storage::tokens::Holder{token.show, token.user};
    });
    EXPECT_EQ(storage::tokens::lock_live(tx, holders).size(), GetParam());
    EXPECT_EQ(storage::tokens::places_of(tx, ids).size(), GetParam());
    auto const stories = storage::tokens::stories(tx, ids);
    EXPECT_EQ(stories.size(), GetParam());
    EXPECT_EQ(stories.at(tokens.back().id), "story of " + tokens.back().user.name);
    EXPECT_TRUE(storage::tokens::overdue(tx, tx.now()).empty());
    for (auto& token : tokens) {
        token.state = TokenState::admitted;
        token.admitted_at = tx.now();
        token.expires_at = tx.now();
        token.version = 2;
    }
    storage::tokens::save(tx, tokens);
    auto const seen = storage::tokens::read(tx, ids);
    ASSERT_EQ(seen.size(), GetParam());
    for (auto const& one : seen) {
        EXPECT_EQ(one.token, tokens[static_cast<std::size_t>(one.token.number - 1)]);
        EXPECT_EQ(one.gate, gates[0]);
    }
    EXPECT_EQ(storage::tokens::overdue(tx, tx.now()).size(), GetParam());
    EXPECT_TRUE(storage::tokens::overdue(tx, tx.now() - 1us).empty());
}

TEST_P(QueueStatements, FindWhoIsNextWhoIsSilentAndWhoLeft) {
    auto tx = pg::Transaction{connection_};
    auto gates = some_gates(2);
    storage::gates::insert(tx, gates);
    auto tokens = some_tokens(gates[1].show, GetParam(), tx.now() - 1h);
    storage::tokens::insert(tx, joined_of(tokens));
    auto const next = storage::tokens::lock_next(tx, gates);
    ASSERT_EQ(next.size(), std::min<std::size_t>(2, GetParam()));  // as many as there are places
    EXPECT_EQ(next[0], tokens[0]);
    EXPECT_EQ(storage::tokens::silent(tx, tx.now()).size(), GetParam());
    storage::tokens::touch(tx, storage::distinct(tokens, &Token::id));
    EXPECT_TRUE(storage::tokens::silent(tx, tx.now()).empty());
    for (auto& token : tokens) {
        token.state = TokenState::left;
        token.departure = token.number;
    }
    storage::tokens::save(tx, tokens);
    auto const all = std::vector{storage::tokens::Known{gates[1].show, 0, 0}};
    auto const left = storage::tokens::departures(tx, all);
    ASSERT_EQ(left.size(), GetParam());
    EXPECT_EQ(left.back().departure, static_cast<std::int64_t>(GetParam()));
    auto const rest = std::vector{storage::tokens::Known{gates[1].show, 1, 2}};
    EXPECT_EQ(storage::tokens::departures(tx, rest).size(),
              GetParam() - std::min<std::size_t>(2, GetParam()));
}

TEST(QueueStatementsOfNothing, AskTheDatabaseNothing) {
    auto connection = support::connect(queue_database());
    auto tx = pg::Transaction{connection};
    EXPECT_TRUE(storage::gates::lock(tx, {}).empty());
    EXPECT_TRUE(storage::tokens::lock(tx, {}).empty());
    EXPECT_TRUE(storage::tokens::lock_next(tx, {}).empty());
    EXPECT_TRUE(storage::tokens::read(tx, {}).empty());
    EXPECT_EQ(use_cases::admit(tx, length).admitted, 0U);
    EXPECT_EQ(use_cases::expire_overdue(tx), 0U);
    EXPECT_TRUE(consumers::consume(tx, {}, length).empty());
}

}  // namespace
}  // namespace frontrow::queue
