// Chores in one transaction: heartbeats first, so that nobody who was heard of is thought silent.
#include "queue-service/use_cases/chores.hpp"

#include <algorithm>

#include "queue-service/storage/tokens.hpp"
#include "queue-service/use_cases/sweep.hpp"

namespace frontrow::queue::use_cases {
namespace {

constexpr auto heartbeats_at_once_max = std::size_t{5'000};

}  // namespace

ChoreDone Chores::sweep(pg::Transaction& tx) {
    auto done = ChoreDone{.heard = heartbeats_.some(heartbeats_at_once_max)};
    storage::tokens::touch(tx, done.heard);
    auto const ended = expire_overdue(tx);
    auto const silent_since = silence_.counts_since(tx.now());
    auto const abandoned = silent_since ? abandon_silent(tx, *silent_since) : 0;
    done.told = ended > 0 || abandoned > 0;
    done.totals = storage::gates::totals(tx);
    done.more = std::max({ended, abandoned, done.heard.size() / 5}) >= swept_tokens_max;
    return done;
}

std::vector<ChoreDone> Chores::run(pg::Transaction& tx, std::span<Chore const> chores) {
    auto done = std::vector<ChoreDone>(chores.size());
    auto const sweeping = std::ranges::find(chores, Chore::sweep);
    if (sweeping != chores.end()) {
        done[static_cast<std::size_t>(sweeping - chores.begin())] = sweep(tx);
    }
    auto const admitting = std::ranges::find(chores, Chore::admit);
    if (admitting != chores.end()) {
        auto& admission = done[static_cast<std::size_t>(admitting - chores.begin())];
        admission.admission = admit(tx, times_.admission_length);
        admission.told = admission.admission.admitted > 0;
    }
    return done;
}

}  // namespace frontrow::queue::use_cases
