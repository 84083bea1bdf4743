// Joining and being let in: one place a user, first come first served, never more than there are
// places.
#include <random>

#include "tests/support/testing.hpp"
#include "tests/unit/queue-service-domain/halls.hpp"

namespace frontrow::queue::domain {
namespace {

TEST(Join, GivesNumbersWithoutAGapAndOneTokenAUser) {
    auto hall = hall_with(1);
    EXPECT_EQ(join_as(hall, ann).number, 1);
    EXPECT_EQ(join_as(hall, bob).number, 2);
    auto const again = join(hall, {show, ann, TokenId::draw()}, noon + 1min);
    ASSERT_TRUE(again.has_value());
    EXPECT_FALSE(again->is_new);
    EXPECT_EQ(again->token.number, 1);
    EXPECT_EQ(again->token.heartbeat_at, noon + 1min);
    EXPECT_TRUE(again->changes.empty());
    EXPECT_EQ(hall.gate(show)->tail, 2);
    EXPECT_EQ(hall.gate(show)->waiting, 2);
    EXPECT_EQ(hall.joined_tokens().size(), 2U);
}

TEST(Join, RefusesAShowWithoutAGate) {
    auto hall = hall_with(1);
    auto const refused = join(hall, {ShowId::draw(), ann, TokenId::draw()}, noon);
    ASSERT_FALSE(refused.has_value());
    EXPECT_EQ(refused.error(), JoinRefusal::no_gate);
}

TEST(Join, EndsAnAdmissionThatHasRunOutAndStartsAnew) {
    auto hall = hall_with(1);
    auto const old = join_as(hall, ann).id;
    EXPECT_EQ(let_in(hall).size(), 1U);
    auto const still = join(hall, {show, ann, TokenId::draw()}, noon + 10min - 1us);
    EXPECT_EQ(still->token.id, old);
    auto const anew = join(hall, {show, ann, TokenId::draw()}, noon + 10min);
    EXPECT_TRUE(anew->is_new);
    ASSERT_EQ(anew->changes.size(), 2U);
    EXPECT_EQ(anew->changes[0].what, Change::expired);
    EXPECT_EQ(anew->changes[0].token.id, old);
    EXPECT_EQ(anew->changes[1].what, Change::joined);
    EXPECT_EQ(hall.gate(show)->active, 0);
    EXPECT_EQ(hall.gate(show)->waiting, 1);
}

TEST(Admit, LetsInThoseWhoWaitedLongestUpToTheCapacity) {
    auto hall = hall_with(3);
    for (auto i = 1; i <= 5; ++i) {
        join_as(hall, user(i));
    }
    auto const first = let_in(hall);
    ASSERT_EQ(first.size(), 3U);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(first[i].token.number, static_cast<std::int64_t>(i + 1));
        EXPECT_EQ(first[i].token.expires_at, noon + length);
    }
    EXPECT_TRUE(let_in(hall).empty());
    EXPECT_TRUE(leave(hall, first[1].token.id, user(2), noon).has_value());
    auto const next = let_in(hall);
    ASSERT_EQ(next.size(), 1U);
    EXPECT_EQ(next[0].token.number, 4);
    EXPECT_EQ(hall.gate(show)->watermark, 4);
}

TEST(Admit, LetsNobodyInBeforeTheSaleOpens) {
    auto gate = gate_of(3);
    gate.opens_at = noon;
    auto hall = Hall{{gate}, {}};
    join_as(hall, ann, noon - 1h);
    EXPECT_TRUE(let_in(hall, noon - 1us).empty());
    EXPECT_EQ(let_in(hall, noon).size(), 1U);
}

TEST(Gate, IsOpenedOnce) {
    auto hall = Hall{{}, {}};
    open_gate(hall, gate_of(3));
    open_gate(hall, gate_of(9));
    ASSERT_EQ(hall.opened_gates().size(), 1U);
    EXPECT_EQ(hall.opened_gates()[0].capacity, 3);
}

/// The gate's counts against what its tokens say.
void check(Hall const& hall, std::vector<TokenId> const& tokens) {
    auto inside = 0;
    auto waiting = 0;
    auto departed = 0;
    auto const& gate = *hall.gate(show);
    for (auto const& id : tokens) {
        auto const& token = *hall.token(id);
        inside += token.state == TokenState::admitted ? 1 : 0;
        waiting += token.state == TokenState::waiting ? 1 : 0;
        departed += token.departure ? 1 : 0;
        EXPECT_TRUE(token.state != TokenState::waiting || token.number > gate.watermark);
    }
    EXPECT_EQ(gate.active, inside);
    EXPECT_LE(gate.active, gate.capacity);
    EXPECT_EQ(gate.waiting, waiting);
    EXPECT_EQ(gate.departures, departed);
}

TEST(Gate, CountsRightWhateverHappensInWhateverOrder) {
    for (auto seed = 1U; seed <= 100; ++seed) {
        SCOPED_TRACE(seed);
        auto random = std::mt19937{seed};
        auto hall = hall_with(4);
        auto tokens = std::vector<TokenId>{};
        auto now = noon;
        for (auto step = 0; step < 120; ++step) {
            now += 20s;
            auto const who = user(static_cast<int>(random() % 9));
            auto const some = tokens.empty() ? TokenId{} : tokens[random() % tokens.size()];
            switch (random() % 7) {
                case 0:
                case 1:
                    if (auto const joined = join(hall, {show, who, TokenId::draw()}, now);
                        joined->is_new) {
                        tokens.push_back(joined->token.id);
                    }
                    break;
                case 2:
                    std::ignore = let_in(hall, now);
                    break;
                case 3:
                    std::ignore = leave(hall, some, who, now);
                    break;
                case 4:
                    std::ignore = complete(hall, some, show, ReservationId::draw(), now);
                    break;
                case 5:
                    std::ignore = expire(hall, some, now);
                    break;
                default:
                    std::ignore = abandon(hall, some, now - 5min, now);
            }
        }
        check(hall, tokens);
        EXPECT_EQ(hall.gate(show)->tail, static_cast<std::int64_t>(tokens.size()));
    }
}

}  // namespace
}  // namespace frontrow::queue::domain
