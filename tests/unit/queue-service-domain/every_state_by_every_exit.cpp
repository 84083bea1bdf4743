// The whole table: what each way out does to a token in each state, and to its gate's places.
#include "tests/support/testing.hpp"
#include "tests/unit/queue-service-domain/halls.hpp"

namespace frontrow::queue::domain {
namespace {

using enum TokenState;
using enum Objection;
using Act = Exit (*)(Hall&, TokenId const&);

auto const bought = ReservationId{new_uuid()};

Exit leaves(Hall& hall, TokenId const& token) {
    return leave(hall, token, ann, noon + 1min);
}
Exit buys(Hall& hall, TokenId const& token) {
    return complete(hall, token, show, bought, noon + 1min);
}
Exit time_passes(Hall& hall, TokenId const& token) {
    return expire(hall, token, noon + 10min);
}
Exit is_thrown_out(Hall& hall, TokenId const& token) {
    return revoke(hall, token, noon + 1min);
}
Exit falls_silent(Hall& hall, TokenId const& token) {
    return abandon(hall, token, noon + 5min, noon + 10min);
}

/// A hall with ann's token in that state, reached by the steps that lead there.
std::pair<Hall, TokenId> hall_in(TokenState state) {
    auto hall = hall_with(1);
    auto const token = join_as(hall, ann).id;
    auto ended = Exit{Objection::unknown_token};
    if (state == abandoned) {
        ended = falls_silent(hall, token);
    } else if (state != waiting) {
        EXPECT_EQ(let_in(hall).size(), 1U);
    }
    if (state == completed) {
        ended = buys(hall, token);
    } else if (state == expired) {
        ended = time_passes(hall, token);
    } else if (state == left) {
        ended = leaves(hall, token);
    } else if (state == revoked) {
        ended = is_thrown_out(hall, token);
    }
    EXPECT_EQ(ended.has_value(), !is_live(state));
    EXPECT_EQ(hall.token(token)->state, state);
    return {hall, token};
}

struct Row {
    TokenState before;
    Act act;
    Result<TokenState, Objection> after;
};

std::vector<Row> const table{
    {waiting, leaves, left},
    {waiting, buys, not_admitted},
    {waiting, time_passes, not_admitted},
    {waiting, is_thrown_out, not_admitted},
    {waiting, falls_silent, abandoned},
    {admitted, leaves, left},
    {admitted, buys, completed},
    {admitted, time_passes, expired},
    {admitted, is_thrown_out, revoked},
    {admitted, falls_silent, already_over},
};

TEST(EveryStateByEveryExit, FreesExactlyOnePlaceForAnExitFromInside) {
    for (std::size_t i = 0; i < table.size(); ++i) {
        auto const& row = table[i];
        SCOPED_TRACE(i);
        auto [hall, token] = hall_in(row.before);
        auto const before = *hall.gate(show);
        auto const exit = row.act(hall, token);
        auto const& gate = *hall.gate(show);
        ASSERT_EQ(exit.has_value(), row.after.has_value());
        if (!exit) {
            EXPECT_EQ(exit.error(), row.after.error());
            EXPECT_EQ(gate, before);
            continue;
        }
        auto const was_inside = row.before == admitted;
        EXPECT_EQ(hall.token(token)->state, *row.after);
        EXPECT_EQ(exit->token.version, was_inside ? 3 : 2);
        EXPECT_EQ(before.active - gate.active, was_inside ? 1 : 0);
        EXPECT_EQ(before.waiting - gate.waiting, was_inside ? 0 : 1);
        EXPECT_EQ(hall.token(token)->departure.has_value(), !was_inside);
        EXPECT_EQ(hall.token(token)->reservation.has_value(), *row.after == completed);
    }
}

TEST(EveryStateByEveryExit, ChangesNothingOnceTheTokenIsOver) {
    for (auto const over : {completed, expired, left, revoked, abandoned}) {
        for (auto const act : {leaves, buys, time_passes, is_thrown_out, falls_silent}) {
            auto [hall, token] = hall_in(over);
            auto const before = *hall.gate(show);
            EXPECT_EQ(act(hall, token).error(), already_over) << to_text(over);
            EXPECT_EQ(*hall.gate(show), before);
        }
    }
}

TEST(EveryStateByEveryExit, KnowsNoTokenThatIsNotThere) {
    auto hall = hall_with(1);
    for (auto const act : {leaves, buys, time_passes, is_thrown_out, falls_silent}) {
        EXPECT_EQ(act(hall, TokenId::draw()).error(), unknown_token);
    }
}

TEST(EveryStateByEveryExit, KnowsNoTokenWhoseGateADamagedDatabaseHasLost) {
    for (auto const state : {waiting, admitted}) {
        auto const [whole, token] = hall_in(state);
        auto damaged = Hall{{}, {*whole.token(token)}};
        for (auto const act : {leaves, buys, time_passes, is_thrown_out, falls_silent}) {
            EXPECT_EQ(act(damaged, token).error(), unknown_token);
        }
    }
}

TEST(EveryStateByEveryExit, CutsTheTimesExactly) {
    auto hall = hall_with(1);
    auto const first = join_as(hall, ann).id;
    auto const second = join_as(hall, bob).id;
    EXPECT_EQ(let_in(hall).size(), 1U);
    auto const end = *hall.token(first)->expires_at;
    EXPECT_EQ(end, noon + 10min);
    EXPECT_EQ(expire(hall, first, end - 1us).error(), still_in_time);
    EXPECT_TRUE(expire(hall, first, end).has_value());
    EXPECT_EQ(abandon(hall, second, noon, noon + 5min).error(), still_in_time);
    EXPECT_TRUE(abandon(hall, second, noon + 1us, noon + 5min).has_value());
}

TEST(EveryStateByEveryExit, LetsOnlyTheHolderLeaveAndOnlyItsOwnShowComplete) {
    auto hall = hall_with(1);
    auto const token = join_as(hall, ann).id;
    EXPECT_EQ(let_in(hall).size(), 1U);
    EXPECT_EQ(leave(hall, token, bob, noon).error(), another_user);
    EXPECT_EQ(complete(hall, token, ShowId::draw(), bought, noon).error(), another_show);
    EXPECT_EQ(hall.token(token)->state, admitted);
}

TEST(EveryStateByEveryExit, CompletesTheTokenThatIsNamedAndNotTheUsersNewOne) {
    auto hall = hall_with(1);
    auto const old = join_as(hall, ann).id;
    EXPECT_EQ(let_in(hall).size(), 1U);
    EXPECT_TRUE(time_passes(hall, old).has_value());
    auto const fresh = join_as(hall, ann, noon + 11min).id;
    EXPECT_EQ(let_in(hall, noon + 11min).size(), 1U);
    EXPECT_EQ(complete(hall, old, show, bought, noon + 12min).error(), already_over);
    EXPECT_EQ(hall.token(fresh)->state, admitted);
    EXPECT_EQ(hall.gate(show)->active, 1);
}

TEST(EveryStateByEveryExit, KeepsANameForEachState) {
    for (auto const state : {waiting, admitted, completed, expired, left, revoked, abandoned}) {
        EXPECT_EQ(token_state_from(to_text(state)), state);
    }
    EXPECT_EQ(token_state_from(""), std::nullopt);
    EXPECT_NE(to_text(another_user), to_text(another_show));
}

}  // namespace
}  // namespace frontrow::queue::domain
