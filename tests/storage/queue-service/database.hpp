// Short words for tests of queue against its real database.
#pragma once

#include <chrono>
#include <thread>

#include "common/events/event.hpp"
#include "common/events/stamp.hpp"
#include "queue-migrations.hpp"
#include "queue-service/consumers/consume.hpp"
#include "queue-service/storage/gates.hpp"
#include "queue-service/storage/tokens.hpp"
#include "queue-service/use_cases/admit.hpp"
#include "queue-service/use_cases/chores.hpp"
#include "queue-service/use_cases/join_queue.hpp"
#include "queue-service/use_cases/leave_queue.hpp"
#include "queue-service/use_cases/read_token.hpp"
#include "queue-service/use_cases/sweep.hpp"
#include "tests/support/database.hpp"
#include "tests/support/testing.hpp"

namespace frontrow::queue {

using namespace std::chrono_literals;

/// A migrated database of this test; the URL of the service's own role.
inline std::string queue_database() {
    auto const owner = support::migrated_database("queue", queue_migrations(), "queue");
    return support::postgres().as_role("queue", owner);
}

inline UserId user(std::size_t number) {
    return {"user-" + std::to_string(number)};
}
inline Origin origin() {
    return {"story", "cause", TraceContext::start()};
}
inline constexpr auto length = std::chrono::milliseconds{10min};

/// Runs the work in a transaction until it commits: a transient fault is tried again, as a lane
/// does.
template <class Work>
auto committed(pg::Connection& connection, Work work) {
    for (;;) {
        try {
            auto tx = pg::Transaction{connection};
            auto answer = work(tx);
            tx.commit();
            return answer;
        } catch (pg::Error const& error) {
            if (error.kind() != pg::FaultKind::transient) {
                throw;
            }
        }
    }
}

inline events::Event event_of(events::Body body) {
    return {.envelope = events::stamp(origin(), SystemClock{}.now(), 1), .body = std::move(body)};
}
inline std::vector<inbox::Outcome> consumed(pg::Connection& connection,
                                            std::vector<events::Event> const& batch) {
    return committed(connection,
                     [&](pg::Transaction& tx) { return consumers::consume(tx, batch, length); });
}

inline events::ShowCreated show_with(std::int32_t capacity) {
    return {.show = ShowId::draw(),
            .concert = ConcertId::draw(),
            .title = "Night of Strings",
            .venue = "Hall",
            .starts_at = SystemClock{}.now() + 24h,
            .sale_opens_at = SystemClock{}.now() - 1h,
            .seats = 500,
            .admission_capacity = capacity,
            .currency = {}};
}
/// A gate of that many places, opened as booking's event opens it.
inline ShowId opened_gate(pg::Connection& connection, std::int32_t capacity) {
    auto const show = show_with(capacity);
    EXPECT_EQ(consumed(connection, {event_of(show)})[0].verdict, inbox::Verdict::applied);
    return show.show;
}

inline std::vector<use_cases::JoinedQueue> joined(pg::Connection& connection, ShowId const& show,
                                                  std::vector<UserId> const& users,
                                                  use_cases::Lines& lines) {
    auto commands = std::vector<use_cases::JoinQueue>{};
    for (auto const& who : users) {
        commands.push_back({show, who, origin()});
    }
    auto tokens = std::vector<use_cases::JoinedQueue>{};
    for (auto const& outcome : committed(connection, [&](pg::Transaction& tx) {
             return use_cases::join_queue(tx, commands, lines);
         })) {
        EXPECT_TRUE(outcome.has_value());
        tokens.push_back(*outcome);
    }
    return tokens;
}
inline std::vector<use_cases::JoinedQueue> joined(pg::Connection& connection, ShowId const& show,
                                                  std::size_t users) {
    auto all = std::vector<UserId>{};
    for (std::size_t i = 0; i < users; ++i) {
        all.push_back(user(i));
    }
    auto lines = use_cases::Lines{};
    return joined(connection, show, all, lines);
}

inline std::size_t admitted(pg::Connection& connection) {
    return committed(connection,
                     [](pg::Transaction& tx) { return use_cases::admit(tx, length).admitted; });
}

inline bool left(pg::Connection& connection, domain::Token const& token) {
    auto const command = use_cases::LeaveQueue{token.id, token.user, origin()};
    return committed(connection,
                     [&](pg::Transaction& tx) {
                         return use_cases::leave_queue(tx, std::span{&command, 1});
                     })
        .at(0)
        .has_value();
}

/// Nothing, or the first rule of the gates that does not hold.
inline std::string broken_rule(pg::Connection& connection) {
    return support::ask(connection, R"sql(
        SELECT coalesce(string_agg(rule, ', '), '') FROM (
            SELECT 'active counts the admitted' AS rule WHERE EXISTS (
                SELECT FROM gates AS g WHERE active <> (
                    SELECT count(*) FROM tokens AS t
                    WHERE t.show_id = g.show_id AND state = 'ADMITTED'))
            UNION ALL SELECT 'waiting counts those who wait' WHERE EXISTS (
                SELECT FROM gates AS g WHERE waiting <> (
                    SELECT count(*) FROM tokens AS t
                    WHERE t.show_id = g.show_id AND state = 'WAITING'))
            UNION ALL SELECT 'numbers have no gap' WHERE EXISTS (
                SELECT FROM gates AS g WHERE tail <> (
                    SELECT count(*) FROM tokens AS t WHERE t.show_id = g.show_id))
            UNION ALL SELECT 'departures have no gap' WHERE EXISTS (
                SELECT FROM gates AS g WHERE departures <> (
                    SELECT count(departure) FROM tokens AS t WHERE t.show_id = g.show_id))
            UNION ALL SELECT 'who waits is behind the watermark' WHERE EXISTS (
                SELECT FROM gates AS g JOIN tokens AS t USING (show_id)
                WHERE state = 'WAITING' AND number <= watermark)
            UNION ALL SELECT 'every change is told once' WHERE
                (SELECT coalesce(sum(version), 0) FROM tokens) <> told()
        ) AS broken)sql");
}

/// For `broken_rule`: the service may not read the outbox itself, so the owner counts for it.
inline void let_count_events(std::string const& url) {
    auto owner = support::connect(support::postgres().as_role("postgres", url));
    owner.run_script(
        "CREATE FUNCTION told() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS "
        "'SELECT count(*) FROM public.outbox'");
}

}  // namespace frontrow::queue
