// Random stories in random order, some told twice: no cent is made, lost, or set aside for nothing.
#include <map>
#include <random>
#include <set>

#include "tests/support/testing.hpp"
#include "tests/unit/payment-service-domain/payments.hpp"

namespace frontrow::payment::domain {
namespace {

class Story {
  public:
    explicit Story(std::uint32_t seed) : random_{seed} {
        for (auto i = 0; i < 6; ++i) {
            reservations_.push_back(ReservationId::draw());
        }
    }

    /// One thing happens to one reservation; a third of them are ann's.
    void step() {
        auto const which = below(reservations_.size());
        auto const id = reservations_[which];
        auto const user = which % 3 == 0 ? ann : bob;
        auto const transfer = TransferId::draw();
        auto const price = euros(10 + static_cast<std::int64_t>(which) * 15);
        switch (below(6)) {
            case 0:
                put_in_ += 60;
                EXPECT_TRUE(top_up(books_, {user, euros(60), transfer}).has_value());
                return;
            case 1:
                return note(request(books_,
                                    {.reservation = id,
                                     .user = user,
                                     .attempt = static_cast<std::int32_t>(1 + below(4)),
                                     .amount = price,
                                     .held_until = noon + std::chrono::seconds{below(3)},
                                     .transfer = transfer},
                                    noon + std::chrono::seconds{1}));
            case 2:
            case 3:
                return note(capture(books_, {id, user, price, transfer}));
            case 4:
                return note(refund_part(books_, {id, user, price - euros(5), euros(5), transfer}));
            default:
                return below(8) == 0 ? note(give_back(books_, {id, user, {}, transfer})) : void();
        }
    }

    void check() const {
        auto held = std::map<UserId, std::int64_t>{};
        for (std::size_t i = 0; i < reservations_.size(); ++i) {
            if (auto const* const payment = books_.payment(reservations_[i])) {
                held[payment->user] += payment->held.minor_units;
                EXPECT_LE(payment->refunded, payment->captured);
                EXPECT_TRUE(payment->held.minor_units == 0 || payment->held == payment->amount);
            }
        }
        auto balances = std::int64_t{0};
        for (auto const& user : {ann, bob}) {
            auto const& wallet = *books_.wallet(user);
            EXPECT_GE(wallet.available.minor_units, 0);
            EXPECT_EQ(wallet.pending.minor_units, held[user]);
            balances += wallet.available.minor_units + wallet.pending.minor_units;
        }
        auto accounts = std::map<Account, std::int64_t>{};
        auto once = std::set<std::pair<ReservationId, TransferKind>>{};
        for (auto const& transfer : books_.transfers()) {
            accounts[transfer.from] -= transfer.amount.minor_units;
            accounts[transfer.to] += transfer.amount.minor_units;
            if (transfer.reservation && transfer.kind != TransferKind::refund) {
                EXPECT_TRUE(once.emplace(*transfer.reservation, transfer.kind).second);
            }
        }
        EXPECT_EQ(accounts[Account::deposits], -put_in_);
        EXPECT_EQ(balances + accounts[Account::revenue], put_in_);
        EXPECT_EQ(accounts[Account::available] + accounts[Account::pending], balances);
    }

    [[nodiscard]] std::map<Change, int> const& changes() const { return changes_; }

  private:
    std::size_t below(std::size_t end) { return random_() % end; }
    void note(Decision const& decision) {
        if (decision) {
            ++changes_[decision->what];
            EXPECT_EQ(decision->payment.version, ++versions_[decision->payment.reservation]);
        }
    }

    std::mt19937 random_;
    std::vector<ReservationId> reservations_;
    Books books_{{wallet_of(ann, 0), wallet_of(bob, 0)}, {}};
    std::int64_t put_in_{0};
    std::map<Change, int> changes_;
    std::map<ReservationId, std::int64_t> versions_;
};

TEST(MoneyIsConserved, WhateverHappensInWhateverOrder) {
    auto seen = std::map<Change, int>{};
    for (auto seed = 1U; seed <= 300; ++seed) {
        auto story = Story{seed};
        for (auto steps = 0; steps < 60; ++steps) {
            story.step();
        }
        SCOPED_TRACE(seed);
        story.check();
        for (auto const& [change, times] : story.changes()) {
            seen[change] += times;
        }
    }
    for (auto const change : {Change::authorized, Change::declined, Change::captured,
                              Change::voided, Change::refunded}) {
        EXPECT_GT(seen[change], 50) << static_cast<int>(change);
    }
}

}  // namespace
}  // namespace frontrow::payment::domain
