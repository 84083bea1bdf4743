// The names under which accounts and transfers are stored, and the route of each kind.
#include "payment-service/domain/wallet.hpp"

#include <array>
#include <utility>

#include "common/core/ensure.hpp"

namespace frontrow::payment::domain {
namespace {

constexpr auto account_names = std::array{
    std::pair{Account::available, std::string_view{"available"}},
    std::pair{Account::pending, std::string_view{"pending"}},
    std::pair{Account::deposits, std::string_view{"deposits"}},
    std::pair{Account::revenue, std::string_view{"revenue"}},
};
constexpr auto kind_names = std::array{
    std::pair{TransferKind::top_up, std::string_view{"top_up"}},
    std::pair{TransferKind::authorize, std::string_view{"authorize"}},
    std::pair{TransferKind::capture, std::string_view{"capture"}},
    std::pair{TransferKind::release, std::string_view{"void"}},
    std::pair{TransferKind::refund, std::string_view{"refund"}},
};

template <class Value, std::size_t size>
std::string_view name_in(std::array<std::pair<Value, std::string_view>, size> const& names,
                         Value value) {
    for (auto const& [candidate, name] : names) {
        if (candidate == value) {
            return name;
        }
    }
    ENSURE(false);
    return {};
}

template <class Value, std::size_t size>
std::optional<Value> value_in(std::array<std::pair<Value, std::string_view>, size> const& names,
                              std::string_view text) {
    for (auto const& [value, name] : names) {
        if (name == text) {
            return value;
        }
    }
    return std::nullopt;
}

}  // namespace

std::string_view to_text(Account account) {
    return name_in(account_names, account);
}
std::string_view to_text(TransferKind kind) {
    return name_in(kind_names, kind);
}
std::optional<Account> account_from(std::string_view text) {
    return value_in(account_names, text);
}
std::optional<TransferKind> transfer_kind_from(std::string_view text) {
    return value_in(kind_names, text);
}

Route route_of(TransferKind kind) {
    switch (kind) {
        case TransferKind::top_up:
            return {Account::deposits, Account::available};
        case TransferKind::authorize:
            return {Account::available, Account::pending};
        case TransferKind::capture:
            return {Account::pending, Account::revenue};
        case TransferKind::release:
            return {Account::pending, Account::available};
        case TransferKind::refund:
            return {Account::revenue, Account::available};
    }
    ENSURE(false);
    return {};
}

}  // namespace frontrow::payment::domain
