// The waiting room against its real database: positions, places, time and the rules of the tables.
#include <map>
#include <random>

#include "tests/storage/queue-service/database.hpp"

namespace frontrow::queue {
namespace {

using domain::TokenState;
using inbox::Verdict;

class WaitingRoom : public testing::Test {
  protected:
    WaitingRoom() { let_count_events(url_); }

    use_cases::MaybeToken read(domain::Token const& token) {
        auto const query = use_cases::ReadToken{token.id, token.user};
        return committed(connection_, [&](pg::Transaction& tx) {
            return use_cases::read_tokens(tx, std::span{&query, 1}, lines_, heartbeats_, 1min);
        })[0];
    }
    std::string sqlstate_of(std::string const& sql) {
        try {
            connection_.run_script(sql);
            return {};
        } catch (pg::Error const& error) {
            return error.sqlstate();
        }
    }

    std::string const url_ = queue_database();
    pg::Connection connection_ = support::connect(url_);
    use_cases::Lines lines_;
    use_cases::Heartbeats heartbeats_;
};

TEST_F(WaitingRoom, OpensAGateForAShowThatIsSoldThroughIt) {
    auto const show = show_with(7);
    auto const outcomes =
        consumed(connection_, {event_of(show), event_of(show), event_of(show_with(0))});
    EXPECT_EQ(outcomes[0].verdict, Verdict::applied);
    EXPECT_EQ(outcomes[1].verdict, Verdict::ignored);
    EXPECT_EQ(outcomes[2].verdict, Verdict::ignored);
    EXPECT_EQ(support::ask(connection_, "SELECT count(*) || ' ' || max(capacity) FROM gates"),
              "1 7");
}

TEST_F(WaitingRoom, TellsPositionsThatAgreeWithCounting) {
    auto const show = opened_gate(connection_, 50);
    auto const tokens = joined(connection_, show, 400);
    EXPECT_EQ(tokens[0].view.position, 1);
    EXPECT_EQ(tokens[399].view.position, 400);
    auto random = std::mt19937{7};
    for (auto round = 0; round < 4; ++round) {
        for (auto i = 0; i < 25; ++i) {
            EXPECT_TRUE(left(connection_, tokens[random() % 400].view.token));
        }
        std::ignore = admitted(connection_);
        auto const rows = connection_.run_script(
            "SELECT number::int, row_number() OVER (ORDER BY number) FROM tokens "
            "WHERE state = 'WAITING'");
        for (auto i = 0; i < rows.size(); i += 7) {
            auto const number = std::stoul(rows[i].string(0));
            auto const expected = std::stol(rows[i].string(1));
            EXPECT_EQ(read(tokens[number - 1].view.token)->position, expected);
        }
    }
    EXPECT_EQ(broken_rule(connection_), "");
}

TEST_F(WaitingRoom, FindsWhoIsInAlreadyAndTellsTheSamePosition) {
    auto const show = opened_gate(connection_, 1);
    auto const first = joined(connection_, show, 5);
    EXPECT_TRUE(left(connection_, first[1].view.token));
    auto const again = joined(connection_, show, {user(4), user(9), user(9)}, lines_);
    EXPECT_FALSE(again[0].is_new);
    EXPECT_EQ(again[0].view.token.id, first[4].view.token.id);
    EXPECT_EQ(again[0].view.position, 4);
    EXPECT_TRUE(again[1].is_new);
    EXPECT_FALSE(again[2].is_new);
    EXPECT_EQ(again[1].view.position, 5);
    EXPECT_EQ(again[2].view.position, 5);
    EXPECT_EQ(broken_rule(connection_), "");
}

TEST_F(WaitingRoom, HidesTokensOfOthers) {
    auto const show = opened_gate(connection_, 1);
    auto token = joined(connection_, show, 1)[0].view.token;
    EXPECT_TRUE(read(token).has_value());
    token.user = user(1);
    EXPECT_FALSE(read(token).has_value());
    EXPECT_FALSE(left(connection_, token));
    EXPECT_EQ(support::ask(connection_, "SELECT state FROM tokens"), "WAITING");
}

TEST_F(WaitingRoom, CompletesTheTokenThatAConfirmedReservationNames) {
    auto const show = opened_gate(connection_, 1);
    auto const token = joined(connection_, show, 2)[0].view.token;
    EXPECT_EQ(admitted(connection_), 1U);
    auto const confirmed = [&](ShowId const& of, std::optional<TokenId> named) {
        auto facts = events::ReservationFacts{};
        facts.reservation = ReservationId::draw();
        facts.show = of;
        facts.user = token.user;
        facts.token = named;
        return consumed(connection_, {event_of(events::ReservationConfirmed{facts})})[0].verdict;
    };
    EXPECT_EQ(confirmed(show, std::nullopt), Verdict::ignored);
    EXPECT_EQ(confirmed(show, TokenId::draw()), Verdict::ignored);
    auto const other = opened_gate(connection_, 1);
    EXPECT_EQ(confirmed(other, token.id), Verdict::refused);
    EXPECT_EQ(confirmed(show, token.id), Verdict::applied);
    EXPECT_EQ(confirmed(show, token.id), Verdict::ignored);
    EXPECT_EQ(admitted(connection_), 1U);
    EXPECT_EQ(
        support::ask(connection_, "SELECT string_agg(state, ' ' ORDER BY number) FROM tokens"),
        "COMPLETED ADMITTED");
    EXPECT_EQ(broken_rule(connection_), "");
}

TEST_F(WaitingRoom, EndsAdmissionsByTheClockOfTheDatabase) {
    auto const show = opened_gate(connection_, 2);
    auto const tokens = joined(connection_, show, 3);
    EXPECT_EQ(admitted(connection_), 2U);
    connection_.run_script("UPDATE tokens SET expires_at = now() WHERE number = 1");
    EXPECT_EQ(read(tokens[0].view.token)->token.state, TokenState::expired);
    EXPECT_EQ(read(tokens[1].view.token)->token.state, TokenState::admitted);
    EXPECT_EQ(committed(connection_, use_cases::expire_overdue), 1U);
    EXPECT_EQ(committed(connection_, use_cases::expire_overdue), 0U);
    EXPECT_EQ(admitted(connection_), 1U);
    EXPECT_EQ(broken_rule(connection_), "");
}

TEST_F(WaitingRoom, GivesUpThoseWhoAreSilentAndKeepsThoseWhoAsk) {
    auto const show = opened_gate(connection_, 1);
    auto const tokens = joined(connection_, show, 3);
    connection_.run_script("UPDATE tokens SET heartbeat_at = now() - interval '1 hour'");
    EXPECT_TRUE(read(tokens[1].view.token).has_value());  // asks, so is heard
    EXPECT_EQ(heartbeats_.some(9), std::vector{tokens[1].view.token.id});
    auto patient = use_cases::Chores{{length, 10ms}, heartbeats_};
    auto const sweep = [&] {
        return committed(connection_, [&](pg::Transaction& tx) {
            auto const chores = std::vector{use_cases::Chore::sweep};
            return patient.run(tx, chores);
        })[0];
    };
    auto const done = sweep();  // the first one only begins to listen
    EXPECT_EQ(done.heard, std::vector{tokens[1].view.token.id});
    EXPECT_EQ(support::ask(connection_, "SELECT count(*) FROM tokens WHERE state = 'WAITING'"),
              "3");
    EXPECT_EQ(committed(connection_,
                        [](pg::Transaction& tx) {
                            return use_cases::abandon_silent(tx, tx.now() - 30min);
                        }),
              2U);
    EXPECT_EQ(
        support::ask(connection_, "SELECT string_agg(state, ' ' ORDER BY number) FROM tokens"),
        "ABANDONED WAITING ABANDONED");
    EXPECT_EQ(read(tokens[1].view.token)->position, 1);
    EXPECT_EQ(broken_rule(connection_), "");
}

TEST_F(WaitingRoom, TellsWhatNobodyAskedForInTheStoryOfWhoJoined) {
    auto const show = opened_gate(connection_, 2);
    auto const tokens = joined(connection_, show, 3);
    auto const& old = tokens[1].view.token.id;
    connection_.run_script("UPDATE tokens SET correlation_id = '' WHERE id = '" + old.to_string() +
                           "'");  // as before it was kept
    EXPECT_EQ(admitted(connection_), 2U);
    connection_.run_script("UPDATE tokens SET expires_at = now() WHERE state = 'ADMITTED'");
    EXPECT_EQ(committed(connection_, [](auto& tx) { return use_cases::expire_overdue(tx); }), 2U);
    EXPECT_EQ(committed(connection_,
                        [](auto& tx) { return use_cases::abandon_silent(tx, tx.now() + 1h); }),
              1U);
    auto owner = support::connect(support::postgres().as_role("postgres", url_));
    EXPECT_EQ(support::ask(owner, R"sql(
        SELECT string_agg(type || ' in ' || correlation_id, ', ' ORDER BY type, number)
        FROM (SELECT split_part(o.type, '.', 4) AS type, t.number,
                     replace(o.correlation_id, o.aggregateid, 'its own') AS correlation_id
              FROM outbox AS o JOIN tokens AS t ON o.aggregateid = t.id::text) AS told
    )sql"),
              "abandoned in story, admitted in story, admitted in its own, expired in story, "
              "expired in its own, joined in story, joined in story, joined in story");
}

TEST_F(WaitingRoom, RefusesInTheTableWhatNoProgramMayDo) {
    auto const show = opened_gate(connection_, 1);
    std::ignore = joined(connection_, show, 2);
    EXPECT_EQ(admitted(connection_), 1U);
    for (auto const* const wrong :
         {"UPDATE gates SET active = 2", "UPDATE gates SET active = -1",
          "UPDATE gates SET waiting = -1", "UPDATE gates SET waiting = 2",
          "UPDATE gates SET watermark = 3", "UPDATE tokens SET state = 'COMPLETED'",
          "UPDATE tokens SET state = 'WAITING' WHERE state = 'ADMITTED'",
          "UPDATE tokens SET state = 'LEFT' WHERE state = 'WAITING'",
          "UPDATE tokens SET state = 'ADMITTED' WHERE state = 'WAITING'"}) {
        EXPECT_EQ(sqlstate_of(wrong), "23514") << wrong;
    }
    EXPECT_EQ(sqlstate_of("UPDATE tokens SET user_id = 'user-0'"), "23505");
    EXPECT_EQ(sqlstate_of("DELETE FROM tokens"), "42501");
}

}  // namespace
}  // namespace frontrow::queue
