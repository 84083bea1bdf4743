// Sorts queries by kind, reads each kind at once, and puts the answers back in their places.
#include "payment-service/use_cases/read.hpp"

#include <map>

#include "payment-service/storage/payments.hpp"
#include "payment-service/storage/wallets.hpp"

namespace frontrow::payment::use_cases {
namespace {

/// `member` of each query of that kind.
template <class Kind, class Member>
std::vector<Member> wanted(std::span<ReadQuery const> queries, Member Kind::*member) {
    auto found = std::vector<Member>{};
    for (auto const& query : queries) {
        if (auto const* const one = std::get_if<Kind>(&query)) {
            found.push_back(one->*member);
        }
    }
    return found;
}

template <class Row, class Key>
std::map<Key, Row> by_key(std::vector<Row> rows, Key Row::*key) {
    auto sorted = std::map<Key, Row>{};
    for (auto& row : rows) {
        auto const of = row.*key;
        sorted.emplace(of, std::move(row));
    }
    return sorted;
}

template <class Row, class Key>
std::optional<Row> find_in(std::map<Key, Row> const& rows, Key const& key) {
    auto const found = rows.find(key);
    return found == rows.end() ? std::nullopt : std::optional{found->second};
}

}  // namespace

std::vector<ReadAnswer> read(pg::Transaction& tx, std::span<ReadQuery const> queries) {
    auto const wallets = by_key(storage::wallets::read(tx, wanted(queries, &ReadWallet::user)),
                                &domain::Wallet::user);
    auto const payments =
        by_key(storage::payments::read(tx, wanted(queries, &ReadPayment::reservation)),
               &domain::Payment::reservation);
    auto pages = storage::ledger::read_pages(tx, wanted(queries, &ReadEntries::page));
    auto next_page = pages.begin();
    auto answers = std::vector<ReadAnswer>{};
    answers.reserve(queries.size());
    for (auto const& query : queries) {
        if (auto const* const wallet = std::get_if<ReadWallet>(&query)) {
            answers.emplace_back(find_in(wallets, wallet->user));
        } else if (auto const* const payment = std::get_if<ReadPayment>(&query)) {
            auto found = find_in(payments, payment->reservation);
            answers.emplace_back(found && found->user == payment->user ? found : std::nullopt);
        } else {
            answers.emplace_back(std::move(*next_page++));
        }
    }
    return answers;
}

}  // namespace frontrow::payment::use_cases
