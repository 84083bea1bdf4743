// The auditor is proven by what it must find: each corruption turns exactly its invariant red, and
// repairing it turns it green again.
#include <algorithm>
#include <vector>

#include "common/events/stamp.hpp"
#include "common/outbox/outbox.hpp"
#include "tests/system/whole/expectations.hpp"
#include "tests/system/whole/planted_records.hpp"

namespace frontrow::whole {
namespace {

/// A change of rows behind everybody's back, and its reverse.
struct Corruption {
    std::string name;
    std::string invariant;
    std::string database;
    std::string plant;
    std::string repair;
};

std::vector<Corruption> corruptions_of_booking() {
    return {
        {"a second hold of a seat", "seat_sold_once", "booking",
         "INSERT INTO reservations SELECT gen_random_uuid(), show_id, user_id, NULL, state, seats, "
         "fences, total, currency, held_until, attempt, decline, version, created_at "
         "FROM reservations WHERE state = 'HELD'",
         "DELETE FROM reservations WHERE token_id IS NULL"},
        {"a seat sold to nobody", "seat_has_its_owner", "booking",
         "UPDATE seats SET state = 'SOLD', reservation_id = show_id, fence = 1 WHERE seat_no = 9",
         "UPDATE seats SET state = 'FREE', reservation_id = NULL, fence = 0 WHERE seat_no = 9"},
        {"a sold seat freed", "seat_has_its_owner", "booking",
         "UPDATE seats SET state = 'FREE', reservation_id = NULL WHERE state = 'SOLD'",
         "UPDATE seats SET state = 'SOLD', reservation_id = id FROM reservations AS r "
         "WHERE r.state = 'CONFIRMED' AND seats.show_id = r.show_id AND seat_no = ANY (r.seats)"},
        {"a hold that nobody ends", "no_hold_outlives_its_time", "booking",
         "UPDATE reservations SET held_until = held_until - interval '1 h' WHERE state = 'HELD'; "
         "UPDATE seats SET held_until = held_until - interval '1 h' WHERE state = 'HELD'",
         "UPDATE reservations SET held_until = held_until + interval '1 h' WHERE state = 'HELD'; "
         "UPDATE seats SET held_until = held_until + interval '1 h' WHERE state = 'HELD'"},
        {"a seat with a time of its own", "one_deadline", "booking",
         "UPDATE seats SET held_until = held_until + interval '1 s' WHERE state = 'HELD'",
         "UPDATE seats SET held_until = held_until - interval '1 s' WHERE state = 'HELD'"},
        {"a pass used again while it is spent", "one_sale_a_pass", "booking",
         "CREATE TABLE planted AS SELECT token_id FROM reservations WHERE state = 'HELD'; "
         "UPDATE reservations SET token_id = (SELECT token_id FROM reservations "
         "WHERE state = 'CONFIRMED') WHERE state = 'HELD'",
         "UPDATE reservations SET token_id = (SELECT token_id FROM planted) WHERE state = 'HELD'; "
         "DROP TABLE planted"},
        {"an event applied twice", "effect_once", "booking",
         "ALTER TABLE inbox DROP CONSTRAINT inbox_pkey; "
         "INSERT INTO inbox (consumer, event_id, outcome, reason, topic, partition, record_offset) "
         "SELECT consumer, event_id, outcome, 'planted', topic, partition, record_offset "
         "FROM inbox LIMIT 1",
         "DELETE FROM inbox WHERE reason = 'planted'; "
         "ALTER TABLE inbox ADD PRIMARY KEY (consumer, event_id)"},
        {"an event without effect", "every_event_has_its_effect", "booking",
         "CREATE TABLE planted AS SELECT * FROM inbox LIMIT 1; "
         "DELETE FROM inbox USING planted WHERE inbox.event_id = planted.event_id",
         "INSERT INTO inbox SELECT * FROM planted; DROP TABLE planted"},
        {"other octets than were published", "every_event_is_published", "booking",
         "UPDATE outbox SET payload = payload || ' '::bytea WHERE type LIKE '%.confirmed.v1'",
         "UPDATE outbox SET payload = substring(payload FOR length(payload) - 1) "
         "WHERE type LIKE '%.confirmed.v1'"},
        // Of a transaction that the relay takes for one that it has published.
        {"an event that was never published", "every_event_is_published", "booking",
         "INSERT INTO outbox (event_id, aggregatetype, aggregateid, version, type, topic, key, "
         "payload, time, traceparent, correlation_id, causation_id, tx) "
         "SELECT gen_random_uuid(), aggregatetype, aggregateid, version, type, topic, key, "
         "payload, "
         "time, traceparent, correlation_id, causation_id, '3' FROM outbox LIMIT 1",
         "DELETE FROM outbox WHERE tx = '3'"},
        {"an event of a change that is not", "no_record_without_its_row", "booking",
         "CREATE TABLE planted AS SELECT * FROM outbox WHERE type LIKE '%.confirmed.v1'; "
         "DELETE FROM outbox WHERE type LIKE '%.confirmed.v1'",
         "INSERT INTO outbox OVERRIDING SYSTEM VALUE SELECT * FROM planted; DROP TABLE planted"},
    };
}

std::vector<Corruption> corruptions_of_the_others() {
    return {
        {"more captured than was asked for", "paid_if_and_only_if_sold", "payment",
         "UPDATE transfers SET amount = amount + 1 WHERE kind = 'capture'",
         "UPDATE transfers SET amount = amount - 1 WHERE kind = 'capture'"},
        {"money for a reservation that is not", "paid_if_and_only_if_sold", "payment",
         "UPDATE transfers SET reservation_id = id WHERE kind = 'capture'",
         "UPDATE transfers SET reservation_id = (SELECT reservation_id FROM transfers "
         "WHERE kind = 'authorize') WHERE kind = 'capture'"},
        {"a transfer that moved nothing", "transfers_sum_to_zero", "payment",
         "INSERT INTO transfers VALUES (gen_random_uuid(), 'top_up', 'holder', NULL, 'EUR', 5, "
         "now())",
         "DELETE FROM transfers WHERE amount = 5"},
        {"an entry booked to another transfer", "transfers_sum_to_zero", "payment",
         "UPDATE entries SET transfer_id = (SELECT id FROM transfers WHERE kind = 'authorize') "
         "WHERE account = 'revenue'",
         "UPDATE entries SET transfer_id = (SELECT id FROM transfers WHERE kind = 'capture') "
         "WHERE account = 'revenue'"},
        {"money shifted between two wallets", "wallets_equal_their_entries", "payment",
         "UPDATE wallets SET available = available + CASE user_id WHEN 'holder' THEN 1 ELSE -1 END",
         "UPDATE wallets SET available = available - CASE user_id WHEN 'holder' THEN 1 ELSE -1 "
         "END"},
        {"a wallet overdrawn", "no_balance_is_negative", "payment",
         "ALTER TABLE wallets DROP CONSTRAINT wallets_available_check; "
         "INSERT INTO wallets VALUES ('debtor', 'EUR', -5, 0, 1); "
         "INSERT INTO transfers VALUES (gen_random_uuid(), 'top_up', 'debtor', NULL, 'EUR', 5, "
         "now()); "
         "INSERT INTO entries (transfer_id, account, user_id, currency, amount) "
         "SELECT id, account, CASE account WHEN 'available' THEN 'debtor' END, 'EUR', "
         "CASE account WHEN 'available' THEN -5 ELSE 5 END "
         "FROM transfers, unnest(ARRAY['available', 'deposits']) AS account WHERE amount = 5",
         "DELETE FROM entries WHERE abs(amount) = 5; DELETE FROM transfers WHERE amount = 5; "
         "DELETE FROM wallets WHERE user_id = 'debtor'; "
         "ALTER TABLE wallets ADD CONSTRAINT wallets_available_check CHECK (available >= 0)"},
        {"revenue in a currency that nobody paid", "money_is_conserved", "payment",
         "UPDATE entries SET currency = 'USD' WHERE account = 'revenue'",
         "UPDATE entries SET currency = 'EUR' WHERE account = 'revenue'"},
        {"money held for nothing", "money_is_conserved", "payment",
         "ALTER TABLE payments DROP CONSTRAINT payments_held_while_authorized; "
         "UPDATE payments SET held = 1",
         "UPDATE payments SET held = 0; "
         "ALTER TABLE payments ADD CONSTRAINT payments_held_while_authorized CHECK "
         "(held = CASE WHEN state = 'AUTHORIZED' THEN amount ELSE 0 END)"},
        {"a place that is not counted", "places_within_capacity", "queue",
         "UPDATE gates SET active = active - 1", "UPDATE gates SET active = active + 1"},
        {"more admitted than there are places", "places_within_capacity", "queue",
         "ALTER TABLE gates DROP CONSTRAINT gates_never_above_capacity; "
         "ALTER TABLE gates DROP CONSTRAINT gates_capacity_check; UPDATE gates SET capacity = 0",
         "UPDATE gates SET capacity = 5; "
         "ALTER TABLE gates ADD CONSTRAINT gates_capacity_check CHECK (capacity > 0); "
         "ALTER TABLE gates ADD CONSTRAINT gates_never_above_capacity "
         "CHECK (active BETWEEN 0 AND capacity)"},
        {"a step of a story written twice", "effect_once", "dataplatform",
         "ALTER TABLE history DROP CONSTRAINT history_pkey; "
         "INSERT INTO history SELECT event_id, type, topic, partition, record_offset, key, "
         "aggregate, version + 1000, time, correlation_id, causation_id, trace_id, user_id, "
         "reservation_id, token_id, value FROM history LIMIT 1",
         "DELETE FROM history WHERE version > 1000; ALTER TABLE history ADD PRIMARY KEY "
         "(event_id)"},
    };
}

class Audit : public ::testing::Test {
  protected:
    Audit() {
        hold_and_buy(stack_, stack_.show(10, 2'500, 5), 1);
        expect_clean_audit(stack_);
    }
    /// Consumers may still be at work with what was produced.
    void expect_broken(std::string const& invariant) {
        auto audited = support::Audited{};
        EXPECT_TRUE(support::eventually([&] {
            audited = stack_.audit();
            return audited.with_verdict("broken") == invariant;
        })) << audited.output;
        EXPECT_EQ(audited.exit_code, invariant.empty() ? 0 : 1) << audited.output;
    }

    // Nobody may repair or end on his own what is planted.
    WholeStack stack_{{.settings = {{"booking", {{"SWEEPER__ENABLED", "false"}}}}}};
    PlantedRecords records_{stack_};
};

TEST_F(Audit, TurnsExactlyTheInvariantRedWhoseRowsWereCorrupted) {
    auto all = std::vector<Corruption>{};
    auto seats = corruptions_of_booking();
    auto others = corruptions_of_the_others();
    for (std::size_t n = 0; n < std::max(seats.size(), others.size()); ++n) {
        if (n < seats.size()) {
            all.push_back(std::move(seats[n]));
        }
        if (n < others.size()) {
            all.push_back(std::move(others[n]));
        }
    }
    // Exactly the next one red says that the one before is green again: so neighbours must differ.
    for (std::size_t n = 0; n < all.size(); ++n) {
        SCOPED_TRACE(all[n].name);
        EXPECT_TRUE(n == 0 || all[n].invariant != all[n - 1].invariant);
        if (n > 0) {
            stack_.database(all[n - 1].database).run_script(all[n - 1].repair);
        }
        stack_.database(all[n].database).run_script(all[n].plant);
        auto const red = stack_.audit();
        EXPECT_EQ(red.with_verdict("broken"), all[n].invariant) << red.output;
        EXPECT_EQ(red.exit_code, 1);
    }
    stack_.database(all.back().database).run_script(all.back().repair);
    expect_clean_audit(stack_);
}

/// Planted where nobody else's events are, so that all of it can be taken back.
class AuditOfRecords : public Audit {
  protected:
    AuditOfRecords() : empty_{records_.empty_partition("queue.token.v1")} {
        while (kafka::partition_of(token_.to_string(), stack_.partitions()) != empty_) {
            token_ = TokenId::draw();
        }
    }
    template <class Body>
    outbox::Message told(std::int64_t version) {
        auto body = Body{};
        body.token = token_;
        body.show = show_;
        body.user = {"nobody"};
        body.number = 1'000;
        body.expires_at = SystemClock{}.now() + std::chrono::hours{1};
        return events::to_message(
            {.envelope = events::stamp({"the-story", "the-cause", TraceContext::start()},
                                       SystemClock{}.now(), version),
             .body = std::move(body)});
    }
    void append(std::vector<outbox::Message> const& messages) {
        auto tx = pg::Transaction{stack_.database("queue")};
        outbox::append(tx, messages);
        tx.commit();
    }
    void take_all_back() {
        records_.take_back("queue.token.v1", empty_);
        stack_.database("queue").run_script("DELETE FROM outbox WHERE aggregateid = '" +
                                            token_.to_string() + "'");
    }

    std::int32_t empty_;
    TokenId token_{TokenId::draw()};
    ShowId show_{ShowId::draw()};
};

TEST_F(AuditOfRecords, FindsWhatNoDatabaseKnowsAndWhatIsOutOfOrderButAllowsRepeats) {
    auto message = told<events::TokenJoined>(1);
    records_.produce(message, empty_);
    expect_broken("no_record_without_its_row");
    take_all_back();
    expect_broken("");

    // Everybody has seen this one: its copies have no effect, only their places can be wrong.
    message = told<events::TokenJoined>(1);
    append({message});
    expect_broken("");
    records_.produce(message, empty_);
    expect_broken("");
    message.version = 3;
    records_.produce(message, empty_);
    expect_broken("order_of_each_key");
    take_all_back();
    expect_broken("");

    message = told<events::TokenJoined>(1);
    append({message});
    expect_broken("");
    records_.produce(message, (empty_ + 1) % stack_.partitions());
    expect_broken("order_of_each_key");
}

TEST_F(AuditOfRecords, FindsATokenThatWasAdmittedAgainAfterItHadLeft) {
    append(
        {told<events::TokenJoined>(1), told<events::TokenAdmitted>(2), told<events::TokenLeft>(3)});
    expect_broken("");
    append({told<events::TokenAdmitted>(4)});
    expect_broken("admissions_over_time");
    take_all_back();
    expect_broken("");
}

TEST_F(Audit, SaysSoWhenAnInvariantLookedAtNothing) {
    stack_.database("queue").run_script(
        "SET session_replication_role = replica; DELETE FROM gates");
    auto const audited = stack_.audit();
    EXPECT_EQ(audited.with_verdict("vacuous"), "places_within_capacity") << audited.output;
    EXPECT_EQ(audited.exit_code, 6) << audited.output;
}

}  // namespace
}  // namespace frontrow::whole
