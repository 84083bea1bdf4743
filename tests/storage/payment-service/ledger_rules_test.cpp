// What the database itself refuses, whatever the program does.
#include "tests/storage/payment-service/database.hpp"

namespace frontrow::payment {
namespace {

/// The SQLSTATE with which the script fails as a transaction; empty if it succeeds.
std::string refusal_of(pg::Connection& connection, std::string const& sql) {
    try {
        connection.run_script("BEGIN; " + sql + "; COMMIT");
        return {};
    } catch (pg::Error const& error) {
        connection.run_script("ROLLBACK");
        return error.sqlstate();
    }
}

constexpr auto check_violation = "23514";
constexpr auto unique_violation = "23505";
constexpr auto insufficient_privilege = "42501";

std::string transfer(std::string const& id, std::string const& kind = "top_up") {
    auto const reservation = kind == "top_up" ? "NULL" : "'00000000-0000-7000-8000-0000000000aa'";
    return "INSERT INTO transfers VALUES ('00000000-0000-7000-8000-" + id + "', '" + kind +
           "', 'ann', " + reservation + ", 'EUR', 5, now()); ";
}
std::string entries(std::string const& id, std::vector<std::string> const& values) {
    auto rows = std::string{};
    for (auto const& value : values) {
        rows +=
            (rows.empty() ? "" : ", ") + ("('00000000-0000-7000-8000-" + id + "', " + value + ")");
    }
    return "INSERT INTO entries (transfer_id, account, user_id, currency, amount) VALUES " + rows;
}
auto const one = std::string{"000000000001"};
auto const to_ann = std::string{"'available', 'ann', 'EUR', 5"};
auto const from_house = std::string{"'deposits', NULL, 'EUR', -5"};

TEST(Ledger, TakesATransferWhoseEntriesSumToZero) {
    auto connection = support::connect(payment_database());
    EXPECT_EQ(refusal_of(connection, transfer(one) + entries(one, {to_ann, from_house})), "");
}

TEST(Ledger, RefusesATransferThatDoesNotSumToZero) {
    auto connection = support::connect(payment_database());
    for (auto const& unbalanced :
         {std::vector{to_ann}, std::vector{to_ann, std::string{"'deposits', NULL, 'EUR', -4"}},
          std::vector{to_ann, std::string{"'deposits', NULL, 'USD', -5"}},
          std::vector{to_ann, from_house, from_house}}) {
        EXPECT_EQ(refusal_of(connection, transfer(one) + entries(one, unbalanced)),
                  check_violation);
    }
    EXPECT_EQ(support::ask(connection, "SELECT count(*) FROM entries"), "0");
}

TEST(Ledger, RefusesToBeRewritten) {
    auto connection = support::connect(payment_database());
    ASSERT_EQ(refusal_of(connection, transfer(one) + entries(one, {to_ann, from_house})), "");
    for (auto const* const rewrite :
         {"UPDATE entries SET amount = amount", "DELETE FROM entries", "TRUNCATE entries",
          "UPDATE transfers SET amount = 6", "DELETE FROM transfers", "DELETE FROM wallets",
          "DELETE FROM payments", "ALTER TABLE entries DISABLE TRIGGER ALL",
          "CREATE TABLE mine (x int)"}) {
        EXPECT_EQ(refusal_of(connection, rewrite), insufficient_privilege) << rewrite;
    }
}

TEST(Ledger, RefusesASecondCaptureOfOneReservation) {
    auto connection = support::connect(payment_database());
    auto const two = std::string{"000000000002"};
    for (auto const* const kind : {"authorize", "capture", "void"}) {
        auto const refusal = refusal_of(connection, transfer(one, kind) + transfer(two, kind));
        EXPECT_EQ(refusal, unique_violation) << kind;
    }
    EXPECT_EQ(refusal_of(connection, transfer(one, "refund") + transfer(two, "refund")), "");
}

TEST(Wallets, RefuseToBeNegative) {
    auto connection = support::connect(payment_database());
    std::ignore = filled(connection, {"ann"}, 5);
    for (auto const* const wrong :
         {"UPDATE wallets SET available = -1", "UPDATE wallets SET pending = -1",
          "UPDATE wallets SET available = 999999999999999, pending = 2",
          "UPDATE wallets SET currency = 'eur'", "UPDATE wallets SET user_id = ''"}) {
        EXPECT_EQ(refusal_of(connection, wrong), check_violation) << wrong;
    }
}

std::string payment(std::string const& state, int attempt, int amount, int held, int captured,
                    int refunded) {
    return "INSERT INTO payments (reservation_id, user_id, state, attempt, currency, amount, held, "
           "captured, refunded, version) VALUES (gen_random_uuid(), 'ann', '" +
           state + "', " + std::to_string(attempt) + ", 'EUR', " + std::to_string(amount) + ", " +
           std::to_string(held) + ", " + std::to_string(captured) + ", " +
           std::to_string(refunded) + ", 1)";
}

TEST(Payments, TakeEveryStateAsItCanBe) {
    auto connection = support::connect(payment_database());
    for (auto const& possible :
         {payment("DECLINED", 1, 9, 0, 0, 0), payment("AUTHORIZED", 1, 9, 9, 0, 0),
          payment("CAPTURED", 1, 9, 0, 9, 0), payment("PARTLY_REFUNDED", 1, 9, 0, 9, 8),
          payment("REFUNDED", 1, 9, 0, 9, 9), payment("VOIDED", 1, 9, 0, 0, 0),
          payment("VOIDED", 0, 0, 0, 0, 0)}) {
        EXPECT_EQ(refusal_of(connection, possible), "") << possible;
    }
}

TEST(Payments, RefuseWhatCannotBe) {
    auto connection = support::connect(payment_database());
    for (auto const& impossible :
         {payment("PAID", 1, 9, 0, 9, 0), payment("AUTHORIZED", 1, 9, 8, 0, 0),
          payment("AUTHORIZED", 1, 9, 9, 9, 0), payment("DECLINED", 1, 9, 9, 0, 0),
          payment("CAPTURED", 1, 9, 0, 8, 0), payment("CAPTURED", 1, 9, 0, 9, 1),
          payment("CAPTURED", 1, 9, 9, 9, 0), payment("PARTLY_REFUNDED", 1, 9, 0, 9, 9),
          payment("PARTLY_REFUNDED", 1, 9, 0, 9, 0), payment("REFUNDED", 1, 9, 0, 9, 10),
          payment("VOIDED", 1, 9, 9, 0, 0), payment("DECLINED", 0, 0, 0, 0, 0),
          payment("DECLINED", 1, -9, 0, 0, 0)}) {
        EXPECT_EQ(refusal_of(connection, impossible), check_violation) << impossible;
    }
}

}  // namespace
}  // namespace frontrow::payment
