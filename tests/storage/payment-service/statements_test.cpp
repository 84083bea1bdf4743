// Every statement of payment, prepared and run with one row and with 512.
#include "tests/storage/payment-service/database.hpp"

namespace frontrow::payment {
namespace {

using domain::Books;
using domain::Payment;
using domain::PaymentState;
using domain::Wallet;

class PaymentStatements : public testing::TestWithParam<std::size_t> {
  protected:
    pg::Connection connection_ = support::connect(payment_database());
};
INSTANTIATE_TEST_SUITE_P(OneRowAndFiveHundredAndTwelve, PaymentStatements,
                         testing::Values(std::size_t{1}, std::size_t{512}));

std::vector<UserId> users(std::size_t count) {
    auto all = std::vector<UserId>{};
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back(user(i));
    }
    return all;
}

template <class Value, class Key>
std::vector<Value> sorted(std::vector<Value> values, Key key) {
    std::ranges::sort(values, {}, key);
    return values;
}

TEST_P(PaymentStatements, OpenLockSaveAndReadWallets) {
    auto tx = pg::Transaction{connection_};
    auto const who = users(GetParam());
    auto openings = std::vector<storage::wallets::Opening>{};
    for (auto const& one : who) {
        openings.push_back({one, *Currency::parse("KRW")});
    }
    storage::wallets::open(tx, openings);
    storage::wallets::open(tx, openings);  // those that are there stay as they are
    auto wallets = storage::wallets::lock(tx, who).get();
    ASSERT_EQ(wallets.size(), GetParam());
    EXPECT_TRUE(std::ranges::is_sorted(wallets, {}, &Wallet::user));
    for (std::size_t i = 0; i < wallets.size(); ++i) {
        EXPECT_EQ(wallets[i].available.currency.to_string(), "KRW");
        wallets[i].available.minor_units = static_cast<std::int64_t>(i + 7);
        wallets[i].pending.minor_units = static_cast<std::int64_t>(i);
        wallets[i].version = 3;
    }
    storage::wallets::save(tx, wallets);
    EXPECT_EQ(sorted(storage::wallets::read(tx, who), &Wallet::user), wallets);
}

Payment payment_in(PaymentState state, std::size_t number) {
    auto const amount = euros(static_cast<std::int64_t>(number + 2));
    auto const captured = state == PaymentState::partly_refunded;
    return {.reservation = ReservationId::draw(),
            .user = user(number),
            .state = state,
            .attempt = 2,
            .amount = amount,
            .held = state == PaymentState::authorized ? amount : euros(0),
            .captured = captured ? amount : euros(0),
            .refunded = captured ? euros(1) : euros(0),
            .version = 1};
}

TEST_P(PaymentStatements, InsertLockUpdateAndReadPayments) {
    auto tx = pg::Transaction{connection_};
    auto changed = std::vector<Books::ChangedPayment>{};
    auto reservations = std::vector<ReservationId>{};
    for (std::size_t i = 0; i < GetParam(); ++i) {
        changed.push_back({payment_in(PaymentState::authorized, i), 0});
        reservations.push_back(changed.back().payment.reservation);
    }
    storage::payments::save(tx, changed);
    auto const locked = storage::payments::lock(tx, reservations).get();
    ASSERT_EQ(locked.size(), GetParam());
    EXPECT_TRUE(std::ranges::is_sorted(locked, {}, &Payment::reservation));
    auto expected = std::vector<Payment>{};
    for (auto& [payment, version_before] : changed) {
        auto const reservation = payment.reservation;
        payment = payment_in(PaymentState::partly_refunded, 5);
        payment.reservation = reservation;
        payment.user = sorted(locked, &Payment::reservation)[expected.size()].user;
        payment.version = 2;
        version_before = 1;
        expected.push_back(payment);
    }
    storage::payments::save(tx, changed);
    EXPECT_EQ(sorted(storage::payments::read(tx, reservations), &Payment::reservation),
              sorted(expected, &Payment::reservation));
}

TEST_P(PaymentStatements, AppendTransfersAndReadTheirEntriesByThePage) {
    auto tx = pg::Transaction{connection_};
    auto transfers = std::vector<domain::Transfer>{};
    auto const [from, to] = domain::route_of(domain::TransferKind::top_up);
    for (std::size_t i = 0; i < GetParam(); ++i) {
        transfers.push_back({.id = TransferId::draw(),
                             .kind = domain::TransferKind::top_up,
                             .user = user(i % 4),
                             .reservation = std::nullopt,
                             .amount = euros(static_cast<std::int64_t>(i + 1)),
                             .from = from,
                             .to = to});
    }
    storage::ledger::append(tx, transfers);
    auto queries = std::vector<storage::ledger::PageQuery>{};
    for (std::size_t i = 0; i < GetParam(); ++i) {
        queries.push_back({user(i % 4), std::numeric_limits<std::int64_t>::max()});
    }
    auto const pages = storage::ledger::read_pages(tx, queries);
    ASSERT_EQ(pages.size(), GetParam());
    auto const expected = std::min<std::size_t>((GetParam() + 3) / 4, 101);
    EXPECT_EQ(pages[0].size(), expected);
    EXPECT_EQ(pages.back().size(), expected);
    auto const newest = transfers[(GetParam() - 1) / 4 * 4];
    EXPECT_EQ(pages[0][0].transfer, newest.id);
    EXPECT_EQ(pages[0][0].amount, newest.amount);
    EXPECT_EQ(pages[0][0].account, domain::Account::available);
    EXPECT_EQ(pages[0][0].kind, domain::TransferKind::top_up);
    EXPECT_EQ(pages[0][0].time, tx.now());
    auto const next = storage::ledger::read_pages(
        tx, std::vector{storage::ledger::PageQuery{user(0), pages[0].back().id}});
    EXPECT_EQ(next[0].size(), GetParam() == 1 ? 0U : 27U);
}

TEST_P(PaymentStatements, ReadEverythingThatIsAskedForAtOnce) {
    std::ignore = filled(connection_, user(0), 5);
    auto queries = std::vector<use_cases::ReadQuery>{};
    for (std::size_t i = 0; i < GetParam(); ++i) {
        queries.emplace_back(use_cases::ReadWallet{user(i)});
        queries.emplace_back(use_cases::ReadEntries{{user(i), 1'000'000}});
        queries.emplace_back(use_cases::ReadPayment{user(i), ReservationId::draw()});
    }
    auto tx = pg::Transaction{connection_};
    auto const answers = use_cases::read(tx, queries);
    ASSERT_EQ(answers.size(), 3 * GetParam());
    for (std::size_t i = 0; i < GetParam(); ++i) {
        EXPECT_EQ(std::get<use_cases::MaybeWallet>(answers[3 * i]).has_value(), i == 0);
        EXPECT_EQ(std::get<use_cases::Entries>(answers[3 * i + 1]).size(), i == 0 ? 1U : 0U);
        EXPECT_FALSE(std::get<use_cases::MaybePayment>(answers[3 * i + 2]).has_value());
    }
}

TEST(PaymentStatementsOfNothing, AskTheDatabaseNothing) {
    auto connection = support::connect(payment_database());
    auto tx = pg::Transaction{connection};
    EXPECT_TRUE(storage::wallets::lock(tx, {}).get().empty());
    EXPECT_TRUE(storage::payments::lock(tx, {}).get().empty());
    EXPECT_TRUE(storage::ledger::read_pages(tx, {}).empty());
    storage::wallets::save(tx, {});
    storage::payments::save(tx, {});
    storage::ledger::append(tx, {});
    EXPECT_TRUE(consumers::consume(tx, {}).empty());
}

}  // namespace
}  // namespace frontrow::payment
