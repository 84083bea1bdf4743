// Top-ups: the only money that enters.
#include "payment-service/domain/top_up.hpp"

#include "common/core/ensure.hpp"

namespace frontrow::payment::domain {

Result<Wallet, TopUpRefusal> top_up(Books& books, TopUp const& command) {
    auto const* const wallet = books.wallet(command.user);
    ENSURE(wallet != nullptr);
    if (wallet->available.currency != command.amount.currency) {
        return TopUpRefusal::currency_mismatch;
    }
    auto const balance = wallet->available + wallet->pending;
    if (balance.minor_units > wallet_minor_units_max - command.amount.minor_units) {
        return TopUpRefusal::wallet_full;
    }
    books.move(command.transfer, TransferKind::top_up, command.user, std::nullopt, command.amount);
    books.tell(command.user);
    return *books.wallet(command.user);
}

}  // namespace frontrow::payment::domain
