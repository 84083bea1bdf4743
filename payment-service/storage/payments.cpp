// The statements of table `payments`.
#include "payment-service/storage/payments.hpp"

#include "common/core/ensure.hpp"
#include "payment-service/storage/columns.hpp"

namespace frontrow::payment::storage::payments {
namespace {

domain::Payment payment_from(pg::Row const& row) {
    auto const state = domain::payment_state_from(row.text(2));
    ENSURE(state.has_value());
    auto const currency = currency_from(row, 4);
    auto const money = [&](int column) {
        return Money{.minor_units = row.int64(column), .currency = currency};
    };
    return {.reservation = row.id<ReservationId>(0),
            .user = row.user(1),
            .state = *state,
            .attempt = row.int32(3),
            .amount = money(5),
            .held = money(6),
            .captured = money(7),
            .refunded = money(8),
            .version = row.int64(9)};
}

}  // namespace

constexpr auto lock_payments = pg::Statement{"lock_payments", R"sql(
    SELECT reservation_id, user_id, state, attempt, currency, amount, held, captured, refunded,
           version
    FROM payments
    WHERE reservation_id = ANY ($1::uuid[])
    ORDER BY reservation_id
    FOR UPDATE
)sql"};

pg::Later<std::vector<domain::Payment>> lock(pg::Transaction& tx,
                                             std::span<ReservationId const> reservations) {
    if (reservations.empty()) {
        return {};
    }
    return {tx.ask(lock_payments, pg::column(reservations)), [](pg::Rows const& rows) {
                return rows.map(payment_from);
            }};
}

constexpr auto insert_payments = pg::Statement{"insert_payments", R"sql(
    INSERT INTO payments (reservation_id, user_id, state, attempt, currency, amount, held,
                          captured, refunded, version)
    SELECT reservation_id, user_id, state, attempt, currency, amount, held, captured, refunded,
           version
    FROM (SELECT unnest($1::uuid[]), unnest($2::text[]), unnest($3::text[]), unnest($4::int[]),
                 unnest($5::text[]), unnest($6::bigint[]), unnest($7::bigint[]),
                 unnest($8::bigint[]), unnest($9::bigint[]), unnest($10::bigint[]))
         AS saved (reservation_id, user_id, state, attempt, currency, amount, held, captured,
                   refunded, version)
    ORDER BY reservation_id
    ON CONFLICT (reservation_id) DO NOTHING
)sql"};

constexpr auto update_payments = pg::Statement{"update_payments", R"sql(
    UPDATE payments AS p
    SET state = saved.state, attempt = saved.attempt, currency = saved.currency,
        amount = saved.amount, held = saved.held, captured = saved.captured,
        refunded = saved.refunded, version = saved.version, updated_at = now()
    FROM (SELECT unnest($1::uuid[]), unnest($2::text[]), unnest($3::text[]), unnest($4::int[]),
                 unnest($5::text[]), unnest($6::bigint[]), unnest($7::bigint[]),
                 unnest($8::bigint[]), unnest($9::bigint[]), unnest($10::bigint[]))
         AS saved (reservation_id, user_id, state, attempt, currency, amount, held, captured,
                   refunded, version)
    WHERE p.reservation_id = saved.reservation_id
)sql"};

namespace {

/// Posts one of the two.
pg::Answer write(pg::Transaction& tx, pg::Statement const& statement,
                 std::span<domain::Payment const> payments) {
    using domain::Payment;
    auto const units = [](Money Payment::*member) {
        return [member](Payment const& payment) {
            return (payment.*member).minor_units;
        };
    };
    return tx.post(
        statement, pg::column(payments, &Payment::reservation),
        pg::column(payments, &Payment::user),
        pg::column(payments,
                   [](Payment const& p) { return std::string{domain::to_text(p.state)}; }),
        pg::column(payments, &Payment::attempt),
        pg::column(payments, [](Payment const& p) { return p.amount.currency.to_string(); }),
        pg::column(payments, units(&Payment::amount)), pg::column(payments, units(&Payment::held)),
        pg::column(payments, units(&Payment::captured)),
        pg::column(payments, units(&Payment::refunded)), pg::column(payments, &Payment::version));
}

}  // namespace

void save(pg::Transaction& tx, std::span<domain::Books::ChangedPayment const> payments) {
    auto fresh = std::vector<domain::Payment>{};
    auto known = std::vector<domain::Payment>{};
    for (auto const& changed : payments) {
        (changed.version_before == 0 ? fresh : known).push_back(changed.payment);
    }
    if (!known.empty()) {
        write(tx, update_payments, known);
    }
    if (!fresh.empty() &&
        write(tx, insert_payments, fresh).rows().affected() != std::ssize(fresh)) {
        throw pg::Error{pg::FaultKind::transient, "40001", "a payment was made meanwhile"};
    }
}

constexpr auto read_payments = pg::Statement{"read_payments", R"sql(
    SELECT reservation_id, user_id, state, attempt, currency, amount, held, captured, refunded,
           version
    FROM payments
    WHERE reservation_id = ANY ($1::uuid[])
)sql"};

std::vector<domain::Payment> read(pg::Transaction& tx,
                                  std::span<ReservationId const> reservations) {
    if (reservations.empty()) {
        return {};
    }
    return tx.query(read_payments, pg::column(reservations)).map(payment_from);
}

}  // namespace frontrow::payment::storage::payments
